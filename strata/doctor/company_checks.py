"""Whether what a company brings along is there."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from strata.doctor.finding import Account, Check, Finding, State

KEYS: Final = ("zones_key", "processing_key", "protection_key")
MISSING: Final = ("404", "NoSuchBucket", "NoSuchEntity", "NotFoundException")


def _company(account: Account, region: str) -> Iterator[Finding]:
    company = account.settings.company
    is_first = region == account.settings.region
    boundary = company.permissions_boundary
    if is_first and boundary is not None:
        iam = account.client("iam", region)
        yield _look(
            "permissions_boundary", region, boundary, lambda: iam.get_policy(PolicyArn=boundary)
        )
    for field in KEYS if is_first else ("recovery_zones_key",):
        arn = getattr(company, field)
        if arn is not None:
            yield _key(account, region, field, arn)
    field = "access_log_bucket" if is_first else "recovery_access_log_bucket"
    bucket = getattr(company, field)
    if bucket is not None:
        yield _bucket(account, region, field, bucket)


def _key(account: Account, region: str, field: str, arn: str) -> Finding:
    kms = account.client("kms", region)

    def judge(answer: Mapping[str, Any]) -> tuple[str, str] | None:
        state = answer["KeyMetadata"]["KeyState"]
        mend = "cancel-key-deletion" if state == "PendingDeletion" else "enable-key"
        fix = f"aws kms {mend} --key-id {arn}, or name another key"
        return None if state == "Enabled" else (f"{arn} is {state}", fix)

    return _look(field, region, arn, lambda: kms.describe_key(KeyId=arn), judge)


def _bucket(account: Account, region: str, field: str, bucket: str) -> Finding:
    s3 = account.client("s3", region)

    def judge(answer: Mapping[str, Any]) -> tuple[str, str] | None:
        # The client follows a bucket into its region, where S3 would not deliver logs.
        place = answer["BucketRegion"]
        fix = f"name a bucket of {region}"
        return None if place == region else (f"{bucket} is in {place}", fix)

    return _look(field, region, bucket, lambda: s3.head_bucket(Bucket=bucket), judge)


def _look(
    field: str,
    region: str,
    name: str,
    ask: Callable[[], Mapping[str, Any]],
    judge: Callable[[Mapping[str, Any]], tuple[str, str] | None] = lambda _: None,
) -> Finding:
    """Ask whether something is there; ``judge`` gives what is wrong with it, and the fix."""
    check = f"company.{field}"
    try:
        wrong = judge(ask())
    except ClientError as error:
        if error.response["Error"]["Code"] not in MISSING:
            return Finding(check, region, State.NOT_JUDGED, f"{error}")
        wrong = (f"there is no {name}", "create it, or correct the setting")
    return (
        Finding(check, region, State.TO_FIX, *wrong)
        if wrong
        else Finding(check, region, State.OK, name)
    )


COMPANY: Final = Check("company", _company)
