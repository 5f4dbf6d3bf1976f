"""What a company brings along is there, and where it must be."""

import pytest

from config.company import Company
from strata.doctor.finding import State
from tests.unit.strata.doctor.accounts import FIRST, SECOND, Answers, not_ok, refused

KEY = f"arn:aws:kms:{FIRST}:333333333333:key/1111aaaa-0000-0000-0000-000000000000"


def test_what_a_company_brings_along_must_be_there() -> None:
    company = Company(
        permissions_boundary="arn:aws:iam::333333333333:policy/acme/boundary",
        zones_key=KEY,
        access_log_bucket="acme-logs",
    )
    there: Answers = {
        "iam.get_policy": {},
        "kms.describe_key": {"KeyMetadata": {"KeyState": "Enabled"}},
        "s3.head_bucket": {"BucketRegion": FIRST},
    }
    assert not_ok(there, company) == []
    gone: Answers = {
        "iam.get_policy": refused("NoSuchEntity"),
        "kms.describe_key": {"KeyMetadata": {"KeyState": "PendingDeletion"}},
        "s3.head_bucket": refused("403"),
    }
    assert [(one.check, one.state) for one in not_ok(gone, company)] == [
        ("company.permissions_boundary", State.TO_FIX),
        ("company.zones_key", State.TO_FIX),
        ("company.access_log_bucket", State.NOT_JUDGED),
    ]


@pytest.mark.parametrize(
    ("state", "mend"), [("Disabled", "enable-key"), ("PendingDeletion", "cancel-key-deletion")]
)
def test_a_key_that_cannot_be_used_is_told_with_what_brings_it_back(state: str, mend: str) -> None:
    changes: Answers = {"kms.describe_key": {"KeyMetadata": {"KeyState": state}}}
    (finding,) = not_ok(changes, Company(zones_key=KEY))
    assert (finding.state, finding.found) == (State.TO_FIX, f"{KEY} is {state}")
    assert finding.fix == f"aws kms {mend} --key-id {KEY}, or name another key"


def test_a_log_bucket_of_another_region_is_to_fix() -> None:
    changes: Answers = {"s3.head_bucket": {"BucketRegion": SECOND}}
    (finding,) = not_ok(changes, Company(access_log_bucket="acme-logs"))
    assert (finding.state, finding.found) == (State.TO_FIX, f"acme-logs is in {SECOND}")
