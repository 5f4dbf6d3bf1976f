"""What a company brings along, and asks of whatever runs in its accounts; all of it is optional."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

from pydantic import Field
from pydantic_core import PydanticCustomError

from config.lifecycle import Strict

BUCKET_NAME_LIMIT: Final = 63
FIRST_REGION: Final = ("zones_key", "processing_key", "protection_key", "access_log_bucket")
SECOND_REGION: Final = ("recovery_zones_key", "recovery_access_log_bucket")

# The id of a key as KMS makes it: a UUID, or `mrk-` and 32 digits for a key of several regions.
KEY_ID: Final = r"([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})"
KeyArn = Annotated[str, Field(pattern=rf"^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{{12}}:key/{KEY_ID}$")]
BucketName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]


class Company(Strict):
    """Names, roles, keys and log buckets as a company wants them. Default: none of it.

    ``name_prefix`` comes first in every physical name and in the stacks' names.
    ``permissions_boundary`` (a policy's ARN) and ``role_path`` go to every role. A key that exists
    takes the place of one that the lake would make: ``zones_key`` for the objects of every zone,
    ``processing_key`` for queues, tables, notices and logs, ``protection_key`` for the secret of
    personal data, ``recovery_zones_key`` for the replicas. ``access_log_bucket`` and
    ``recovery_access_log_bucket`` get the access logs of the first and the second region.
    An ARN with a wildcard is not accepted.
    """

    name_prefix: str | None = Field(
        default=None, pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", min_length=2, max_length=16
    )
    permissions_boundary: str | None = Field(
        default=None,
        pattern=r"^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/[A-Za-z0-9+=,.@_/-]{1,512}$",
    )
    role_path: str | None = Field(
        default=None, pattern=r"^/([A-Za-z0-9+=,.@_-]+/)+$", max_length=512
    )
    zones_key: KeyArn | None = None
    processing_key: KeyArn | None = None
    protection_key: KeyArn | None = None
    recovery_zones_key: KeyArn | None = None
    access_log_bucket: BucketName | None = None
    recovery_access_log_bucket: BucketName | None = None


def prefix_of(company: Company, project: str, environment: str) -> str:
    """Give what physical names begin with."""
    return "-".join(part for part in (company.name_prefix, project, environment) if part)


def longest_bucket_name(
    company: Company, region: str, given: Mapping[str, Any], zone: str = "access-logs"
) -> str:
    """Give the longest bucket name of a region; ``given`` holds the settings that make it up."""
    prefix = prefix_of(company, given.get("project", ""), given.get("environment", ""))
    return f"{prefix}-{zone}-{given.get('account', '')}-{region}"


def check_company(company: Company, given: Mapping[str, Any]) -> None:
    """Refuse what does not fit the other settings, which are ``given``.

    Raises:
        PydanticCustomError: a key is of another region, something of a second region is named
            where there is none, the boundary is of another account, or a bucket's name would be
            too long. It tells of the first that is wrong.
    """
    misfit = next(_misfits(company, given), None)
    if misfit is not None:
        field, rule = misfit
        raise PydanticCustomError(
            "company", "{rule}", {"rule": rule, "field": field, "value": getattr(company, field)}
        )


def _misfits(company: Company, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    account = given.get("account")
    boundary = company.permissions_boundary
    if account and boundary and boundary.split(":")[4] not in (account, "aws"):
        yield "permissions_boundary", f"must be a policy of account {account}, or one of AWS"
    for setting, fields in (("region", FIRST_REGION), ("recovery_region", SECOND_REGION)):
        region = given.get(setting)
        for field in fields:
            value = getattr(company, field)
            if value is None:
                continue
            if region is None and setting in given:
                yield field, f"needs a {setting}, which is null"
            elif region is not None and field.endswith("_key") and value.split(":")[3] != region:
                yield field, f"must be a key of {setting} {region}"
        has_logs = getattr(company, fields[-1]) is None
        zone = "access-logs" if has_logs else "quarantine"
        name = longest_bucket_name(company, region or "", given, zone)
        if region and company.name_prefix is not None and len(name) > BUCKET_NAME_LIMIT:
            yield (
                "name_prefix",
                f"makes the bucket name {name}, {len(name)} characters where S3 allows "
                f"{BUCKET_NAME_LIMIT}; shorten it, project or environment",
            )
