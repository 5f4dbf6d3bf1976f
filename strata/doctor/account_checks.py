"""What an account must have before the CDK can deploy a lake into it."""

from collections.abc import Iterator
from typing import Final

from botocore.exceptions import ClientError

from data_lake.required_tags import REQUIRED_TAGS
from strata.doctor.finding import GLOBAL, Account, Check, Finding, State

BOOTSTRAP_PARAMETER: Final = "/cdk-bootstrap/hnb659fds/version"
BOOTSTRAP_MINIMUM: Final = 6
"""What the CDK's assemblies ask for: ``requiresBootstrapStackVersion`` in each stack's entry."""

ENABLED: Final = ("ENABLED", "ENABLED_BY_DEFAULT")
LAKE_FORMATION_PAGE: Final = "Lake Formation console, Administration"
IAM_ONLY: Final = "IAM_ALLOWED_PRINCIPALS"

SERVICE_LINKED_ROLES: Final = {
    "AWSServiceRoleForDynamoDBReplication": "replication.dynamodb.amazonaws.com",
}
"""The roles that services make for themselves when a lake first needs them, by name: the lake's
tables are of the global kind."""


def _credentials(account: Account, region: str) -> Iterator[Finding]:
    wanted = account.settings.account
    identity = account.client("sts", region).get_caller_identity()
    if identity["Account"] == wanted:
        yield Finding("credentials", GLOBAL, State.OK, f"{identity['Arn']}")
        return
    yield Finding(
        "credentials",
        GLOBAL,
        State.TO_FIX,
        f"they are of account {identity['Account']}, and {account.settings.environment} is in "
        f"{wanted}",
        "choose another profile: AWS_PROFILE=...",
    )


def _region(account: Account, region: str) -> Iterator[Finding]:
    answer = account.client("account", account.settings.region).get_region_opt_status(
        RegionName=region
    )
    status = answer["RegionOptStatus"]
    if status in ENABLED:
        yield Finding("region", region, State.OK, status)
    elif status == "ENABLING":
        yield Finding("region", region, State.TO_FIX, status, "wait until it is enabled")
    else:
        fix = f"aws account enable-region --region-name {region}"
        yield Finding("region", region, State.TO_FIX, status, fix)


def _bootstrap(account: Account, region: str) -> Iterator[Finding]:
    fix = f"npx cdk bootstrap aws://{account.settings.account}/{region}"
    boundary = account.settings.company.permissions_boundary
    if boundary is not None and ":iam::aws:" not in boundary:
        # The command takes the name of a policy of the account.
        fix += f" --custom-permissions-boundary {boundary.partition(':policy/')[2]}"
    try:
        answer = account.client("ssm", region).get_parameter(Name=BOOTSTRAP_PARAMETER)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ParameterNotFound":
            raise
        found = f"no parameter {BOOTSTRAP_PARAMETER}"
        yield Finding("cdk bootstrap", region, State.TO_FIX, found, fix)
        return
    version = answer["Parameter"]["Value"]
    if version.isdecimal() and int(version) >= BOOTSTRAP_MINIMUM:
        yield Finding("cdk bootstrap", region, State.OK, f"version {version}")
    else:
        found = f"version {version}, and {BOOTSTRAP_MINIMUM} is needed"
        yield Finding("cdk bootstrap", region, State.TO_FIX, found, fix)


def _lake_formation(account: Account, region: str) -> Iterator[Finding]:
    client = account.client("lakeformation", region)
    settings = client.get_data_lake_settings()["DataLakeSettings"]
    admins = [one["DataLakePrincipalIdentifier"] for one in settings.get("DataLakeAdmins", [])]
    if admins:
        yield Finding("lake formation admin", region, State.OK, ", ".join(admins))
    else:
        yield Finding(
            "lake formation admin",
            region,
            State.TO_FIX,
            "no administrator, so nobody can give back a permission that is lost",
            f"{LAKE_FORMATION_PAGE}, Administrative roles and tasks: add a role",
        )
    closed = [
        kind
        for kind in ("Database", "Table")
        if not any(
            one.get("Principal", {}).get("DataLakePrincipalIdentifier") == IAM_ONLY
            and "ALL" in one.get("Permissions", [])
            for one in settings.get(f"Create{kind}DefaultPermissions", [])
        )
    ]
    if not closed:
        found = f"{IAM_ONLY} have all permissions on new databases and tables"
        yield Finding("lake formation defaults", region, State.OK, found)
        return
    kinds = " and ".join(f"{kind.lower()}s" for kind in closed)
    yield Finding(
        "lake formation defaults",
        region,
        State.TO_FIX,
        f"new {kinds} are not left to IAM, so the lake's roles would not see them",
        f"{LAKE_FORMATION_PAGE}, Data Catalog settings: use only IAM access control for new "
        f"{kinds}",
    )


def _tags(account: Account, region: str) -> Iterator[Finding]:
    pages = account.client("ce", region).get_paginator("list_cost_allocation_tags")
    known = {
        tag["TagKey"]: tag["Status"]
        for page in pages.paginate(TagKeys=list(REQUIRED_TAGS), Type="UserDefined")
        for tag in page["CostAllocationTags"]
    }
    for key in REQUIRED_TAGS:
        fix = (
            "aws ce update-cost-allocation-tags-status --cost-allocation-tags-status "
            f"TagKey={key},Status=Active"
        )
        name = f"cost tag {key}"
        if key not in known:
            found = "not known to billing before a resource has had it for a day"
            yield Finding(name, GLOBAL, State.LATER, found, f"after the first deployment: {fix}")
        elif known[key] == "Active":
            yield Finding(name, GLOBAL, State.OK, "active")
        else:
            yield Finding(name, GLOBAL, State.TO_FIX, "inactive", fix)


def _service_roles(account: Account, region: str) -> Iterator[Finding]:
    for role, service in SERVICE_LINKED_ROLES.items():
        name = "service-linked role"
        try:
            account.client("iam", region).get_role(RoleName=role)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchEntity":
                raise
            fix = f"aws iam create-service-linked-role --aws-service-name {service}"
            yield Finding(name, GLOBAL, State.TO_FIX, f"no role {role}", fix)
        else:
            yield Finding(name, GLOBAL, State.OK, role)


CREDENTIALS: Final = Check("credentials", _credentials, once=True)
REGION: Final = Check("region", _region)
BOOTSTRAP: Final = Check("cdk bootstrap", _bootstrap)
LAKE_FORMATION: Final = Check("lake formation", _lake_formation)
TAGS: Final = Check("cost tags", _tags, once=True)
SERVICE_ROLES: Final = Check("service-linked roles", _service_roles, once=True)
