"""Whether what a company brings along is there."""

from collections.abc import Iterator
from typing import Any, Final

from botocore.exceptions import ClientError

from strata.doctor.finding import Account, Check, Finding, State

KEYS: Final = ("zones_key", "processing_key", "protection_key")
MISSING: Final = ("404", "NoSuchBucket", "NoSuchEntity", "NotFoundException")


def _company(account: Account, region: str) -> Iterator[Finding]:
    company = account.settings.company
    is_first = region == account.settings.region
    if is_first and company.permissions_boundary is not None:
        arn = company.permissions_boundary
        yield _exists(
            "permissions_boundary",
            region,
            arn,
            account.client("iam", region).get_policy,
            PolicyArn=arn,
        )
    for field in KEYS if is_first else ("recovery_zones_key",):
        arn = getattr(company, field)
        if arn is not None:
            yield _key(account, region, field, arn)
    field = "access_log_bucket" if is_first else "recovery_access_log_bucket"
    bucket = getattr(company, field)
    if bucket is not None:
        yield _exists(
            field, region, bucket, account.client("s3", region).head_bucket, Bucket=bucket
        )


def _key(account: Account, region: str, field: str, arn: str) -> Finding:
    there = _exists(field, region, arn, account.client("kms", region).describe_key, KeyId=arn)
    if there.state is not State.OK:
        return there
    key = account.client("kms", region).describe_key(KeyId=arn)["KeyMetadata"]
    if key["KeyState"] == "Enabled":
        return there
    return Finding(
        there.check,
        region,
        State.TO_FIX,
        f"{arn} is {key['KeyState']}",
        f"aws kms enable-key --key-id {arn}, or name another key",
    )


def _exists(field: str, region: str, name: str, ask: Any, **which: str) -> Finding:
    check = f"company.{field}"
    try:
        ask(**which)
    except ClientError as error:
        if error.response["Error"]["Code"] not in MISSING:
            return Finding(check, region, State.NOT_JUDGED, f"{error}")
        return Finding(
            check, region, State.TO_FIX, f"there is no {name}", "create it, or correct the setting"
        )
    return Finding(check, region, State.OK, name)


COMPANY: Final = Check("company", _company)
