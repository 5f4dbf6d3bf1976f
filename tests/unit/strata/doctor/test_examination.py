"""An account is judged by what its APIs say, and what they do not say is never taken for good."""

import pytest
from botocore.exceptions import EndpointConnectionError

from config.company import Company
from strata.doctor.examination import examine, is_ready
from strata.doctor.finding import State
from strata.doctor.quotas import DPUS
from tests.unit.strata.doctor.accounts import ARN, FIRST, READY, SECOND, account, not_ok, refused


def test_an_account_with_everything_is_ready_in_both_regions() -> None:
    findings = examine(account())
    assert not_ok() == []
    assert is_ready(findings)
    assert {(one.check, one.region) for one in findings} >= {
        ("credentials", "global"),
        ("cdk bootstrap", FIRST),
        ("cdk bootstrap", SECOND),
        ("region", SECOND),
        ("lake formation admin", SECOND),
        (f"quota: AWS Glue, {DPUS}", FIRST),
        ("quota: AWS Lambda, Concurrent executions", FIRST),
        ("cost tag Owner", "global"),
        ("service-linked role", "global"),
    }


def test_credentials_of_another_account_are_to_fix_and_nothing_else_is_judged() -> None:
    other = {"sts.get_caller_identity": {"Account": "999999999999", "Arn": ARN}}
    first, *others = examine(account(other))
    assert (first.state, first.fix) == (State.TO_FIX, "choose another profile: AWS_PROFILE=...")
    assert "999999999999, and prod is in 333333333333" in first.found
    assert {one.state for one in others} == {State.NOT_JUDGED}
    assert len(others) > 8


def test_credentials_that_do_not_work_judge_nothing() -> None:
    findings = examine(account({"sts.get_caller_identity": refused("ExpiredToken")}))
    assert {one.state for one in findings} == {State.NOT_JUDGED}
    assert "ExpiredToken" in findings[0].found


@pytest.mark.parametrize("operation", sorted(set(READY) - {"sts.get_caller_identity"}))
@pytest.mark.parametrize(
    "error",
    [refused("AccessDeniedException"), EndpointConnectionError(endpoint_url="https://nowhere")],
    ids=["denied", "no way there"],
)
def test_what_cannot_be_asked_is_not_judged_and_never_ok(operation: str, error: Exception) -> None:
    findings = not_ok({operation: error})
    assert findings
    assert {one.state for one in findings} == {State.NOT_JUDGED}
    assert all(str(error) in one.found for one in findings)
    assert not is_ready(examine(account({operation: error})))


def test_what_was_found_before_a_refusal_is_still_told() -> None:
    company = Company(
        permissions_boundary="arn:aws:iam::333333333333:policy/boundary", access_log_bucket="logs"
    )
    found = not_ok(
        {
            "iam.get_policy": refused("NoSuchEntity"),
            "s3.head_bucket": EndpointConnectionError(endpoint_url="https://nowhere"),
        },
        company,
    )
    assert [(one.check, one.state) for one in found] == [
        ("company.permissions_boundary", State.TO_FIX),
        ("company", State.NOT_JUDGED),
    ]
