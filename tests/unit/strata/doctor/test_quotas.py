"""What an environment needs at once is held against the account's quotas."""

from strata.doctor.finding import State
from strata.doctor.quotas import DPUS, JOB_RUNS, dpus_of, glue_needs
from tests.unit.strata.doctor.accounts import PROD, Answers, not_ok


def test_a_quota_that_service_quotas_does_not_list_is_not_judged() -> None:
    none: Answers = {
        "service-quotas.list_aws_default_service_quotas": {"Quotas": []},
        "service-quotas.list_service_quotas": {"Quotas": []},
    }
    assert [(one.check, one.state) for one in not_ok(none)] == [
        (f"quota: AWS Glue, {JOB_RUNS}", State.NOT_JUDGED),
        (f"quota: AWS Glue, {DPUS}", State.NOT_JUDGED),
    ]


def test_needs_follow_from_the_settings() -> None:
    assert glue_needs(PROD)[JOB_RUNS][0] == 20
    assert glue_needs(PROD)[DPUS][0] == 20 * 10 * 2
    assert [dpus_of(kind) for kind in ("G.1X", "G.16X", "R.8X")] == [1, 16, 8]
