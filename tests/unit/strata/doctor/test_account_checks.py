"""What an account lacks is told with what to do about it."""

import json
from pathlib import Path

import pytest

from config.company import Company
from data_lake.required_tags import REQUIRED_TAGS
from strata.doctor.account_checks import BOOTSTRAP_MINIMUM, BOOTSTRAP_PARAMETER
from strata.doctor.examination import examine, is_ready
from strata.doctor.finding import State
from strata.doctor.quotas import DPUS
from tests.unit.strata.doctor.accounts import (
    ARN,
    FIRST,
    IAM_ONLY,
    SECOND,
    Answers,
    account,
    not_ok,
    refused,
)

BROKEN: list[tuple[str, Answers, str, str, str]] = [
    (
        "a region that is off",
        {f"account.get_region_opt_status {FIRST}": {"RegionOptStatus": "DISABLED"}},
        "region",
        "DISABLED",
        f"aws account enable-region --region-name {FIRST}",
    ),
    (
        "a region that is being enabled",
        {f"account.get_region_opt_status {FIRST}": {"RegionOptStatus": "ENABLING"}},
        "region",
        "ENABLING",
        "wait until it is enabled",
    ),
    (
        "no bootstrap in the second region",
        {f"ssm.get_parameter {SECOND}": refused("ParameterNotFound")},
        "cdk bootstrap",
        f"no parameter {BOOTSTRAP_PARAMETER}",
        f"npx cdk bootstrap aws://333333333333/{SECOND}",
    ),
    (
        "an old bootstrap",
        {f"ssm.get_parameter {FIRST}": {"Parameter": {"Value": "5"}}},
        "cdk bootstrap",
        "version 5, and 6 is needed",
        f"npx cdk bootstrap aws://333333333333/{FIRST}",
    ),
    (
        "too few DPUs",
        {"service-quotas.list_service_quotas": {"Quotas": []}},
        f"quota: AWS Glue, {DPUS}",
        "300, and 400 are needed (spark.max_concurrent_runs 20 x spark.workers 10 x G.2X)",
        "Service Quotas console, us-east-1, AWS Glue, Max task DPUs per account: ask for 400 or "
        "more; or lower spark.max_concurrent_runs 20 x spark.workers 10 x G.2X",
    ),
    (
        "a new account's few functions",
        {"lambda.get_account_settings": {"AccountLimit": {"UnreservedConcurrentExecutions": 10}}},
        "quota: AWS Lambda, Concurrent executions",
        "10, and 40 are needed (pipeline.inspections_at_once)",
        "Service Quotas console, us-east-1, AWS Lambda, Concurrent executions: ask for 40 or more; "
        "or lower pipeline.inspections_at_once",
    ),
    (
        "an inactive tag",
        {
            "ce.list_cost_allocation_tags": {
                "CostAllocationTags": [
                    {"TagKey": key, "Status": "Inactive" if key == "Owner" else "Active"}
                    for key in REQUIRED_TAGS
                ]
            }
        },
        "cost tag Owner",
        "inactive",
        "aws ce update-cost-allocation-tags-status --cost-allocation-tags-status "
        "TagKey=Owner,Status=Active",
    ),
    (
        "no service-linked role",
        {"iam.get_role": refused("NoSuchEntity")},
        "service-linked role",
        "no role AWSServiceRoleForDynamoDBReplication",
        "aws iam create-service-linked-role --aws-service-name replication.dynamodb.amazonaws.com",
    ),
]


@pytest.mark.parametrize(
    ("changes", "check", "found", "fix"),
    [one[1:] for one in BROKEN],
    ids=[one[0] for one in BROKEN],
)
def test_what_is_missing_is_told_with_what_to_do(
    changes: Answers, check: str, found: str, fix: str
) -> None:
    (finding,) = not_ok(changes)
    assert (finding.check, finding.state) == (check, State.TO_FIX)
    assert (finding.found, finding.fix) == (found, fix)


def test_the_oldest_bootstrap_that_assemblies_accept_is_ok() -> None:
    assert not_ok({"ssm.get_parameter": {"Parameter": {"Value": str(BOOTSTRAP_MINIMUM)}}}) == []


def test_lake_formation_without_administrator_and_closed_to_iam_is_told_apart() -> None:
    bare = {"lakeformation.get_data_lake_settings": {"DataLakeSettings": {}}}
    findings = not_ok(bare)
    assert [(one.check, one.region) for one in findings] == [
        ("lake formation admin", FIRST),
        ("lake formation defaults", FIRST),
        ("lake formation admin", SECOND),
        ("lake formation defaults", SECOND),
    ]
    assert "new databases and tables are not left to IAM" in findings[1].found
    assert "use only IAM access control" in findings[1].fix


def test_lake_formation_that_leaves_only_databases_to_iam_is_not_enough() -> None:
    half = {
        "DataLakeAdmins": [{"DataLakePrincipalIdentifier": ARN}],
        "CreateDatabaseDefaultPermissions": IAM_ONLY,
    }
    first, _ = not_ok({"lakeformation.get_data_lake_settings": {"DataLakeSettings": half}})
    assert first.found.startswith("new tables are not left to IAM")


def test_tags_that_billing_does_not_know_yet_wait_and_do_not_stand_in_the_way() -> None:
    findings = examine(account({"ce.list_cost_allocation_tags": {"CostAllocationTags": []}}))
    waiting = [one for one in findings if one.state is not State.OK]
    assert {one.state for one in waiting} == {State.LATER}
    assert [one.check for one in waiting] == [f"cost tag {key}" for key in REQUIRED_TAGS]
    assert all(one.fix.startswith("after the first deployment: aws ce") for one in waiting)
    assert is_ready(findings)


def test_a_bootstrap_under_a_boundary_names_it() -> None:
    company = Company(permissions_boundary="arn:aws:iam::333333333333:policy/acme/boundary")
    missing: Answers = {"ssm.get_parameter": refused("ParameterNotFound"), "iam.get_policy": {}}
    fixes = [one.fix for one in not_ok(missing, company)]
    assert len(fixes) == 2
    assert all(fix.endswith("--custom-permissions-boundary acme/boundary") for fix in fixes)


def test_a_bootstrap_is_given_no_boundary_that_is_not_the_accounts_own() -> None:
    company = Company(permissions_boundary="arn:aws:iam::aws:policy/PowerUserAccess")
    missing: Answers = {"ssm.get_parameter": refused("ParameterNotFound"), "iam.get_policy": {}}
    fixes = [one.fix for one in not_ok(missing, company)]
    assert fixes == [f"npx cdk bootstrap aws://333333333333/{region}" for region in (FIRST, SECOND)]


def test_the_bootstrap_that_is_asked_for_is_the_one_that_assemblies_need(tmp_path: Path) -> None:
    from aws_cdk import App, Stack  # noqa: PLC0415

    app = App(outdir=str(tmp_path))
    Stack(app, "Lake")
    app.synth()
    artifacts = json.loads((tmp_path / "manifest.json").read_text())["artifacts"]
    properties = artifacts["Lake"]["properties"]
    assert properties["requiresBootstrapStackVersion"] == BOOTSTRAP_MINIMUM
    assert properties["bootstrapStackVersionSsmParameter"] == BOOTSTRAP_PARAMETER
