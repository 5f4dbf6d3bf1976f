"""An account is judged by what its APIs say, and what they do not say is never taken for good."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from config.company import Company
from config.loading import load_settings
from data_lake.required_tags import REQUIRED_TAGS
from strata.cli import main
from strata.doctor import command
from strata.doctor.account_checks import BOOTSTRAP_MINIMUM, BOOTSTRAP_PARAMETER
from strata.doctor.examination import examine, is_ready
from strata.doctor.finding import Account, Finding, State
from strata.doctor.quotas import DPUS, JOB_RUNS, dpus_of, functions_at_once, glue_needs

PROD = load_settings("prod")
FIRST, SECOND = "us-east-1", "us-west-2"
IAM_ONLY = [
    {
        "Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"},
        "Permissions": ["ALL"],
    }
]
ARN = "arn:aws:iam::333333333333:role/deploy"
KEY = f"arn:aws:kms:{FIRST}:333333333333:key/zones"
Answer = Mapping[str, Any] | Exception
Answers = dict[str, Answer]


def refused(code: str, operation: str = "Anything") -> ClientError:
    """Give the error with which an API refuses."""
    return ClientError({"Error": {"Code": code, "Message": "not you"}}, operation)


READY: Answers = {
    "sts.get_caller_identity": {"Account": PROD.account, "Arn": ARN},
    "account.get_region_opt_status": {"RegionOptStatus": "ENABLED_BY_DEFAULT"},
    "ssm.get_parameter": {"Parameter": {"Value": "21"}},
    "service-quotas.list_aws_default_service_quotas": {
        "Quotas": [{"QuotaName": JOB_RUNS, "Value": 50.0}, {"QuotaName": DPUS, "Value": 300.0}]
    },
    "service-quotas.list_service_quotas": {"Quotas": [{"QuotaName": DPUS, "Value": 2_000.0}]},
    "lambda.get_account_settings": {"AccountLimit": {"UnreservedConcurrentExecutions": 1_000}},
    "lakeformation.get_data_lake_settings": {
        "DataLakeSettings": {
            "DataLakeAdmins": [{"DataLakePrincipalIdentifier": ARN}],
            "CreateDatabaseDefaultPermissions": IAM_ONLY,
            "CreateTableDefaultPermissions": IAM_ONLY,
        }
    },
    "ce.list_cost_allocation_tags": {
        "CostAllocationTags": [{"TagKey": key, "Status": "Active"} for key in REQUIRED_TAGS]
    },
    "iam.get_role": {"Role": {}},
}


class Stub:
    """A client that answers each operation as it was told, or raises what it was told."""

    def __init__(self, service: str, region: str, answers: Answers) -> None:
        self._service, self._region, self._answers = service, region, answers

    def __getattr__(self, operation: str) -> Callable[..., Answer]:
        def call(**which: object) -> Answer:
            name, region = f"{self._service}.{operation}", which.get("RegionName", self._region)
            answer = self._answers.get(f"{name} {region}", self._answers.get(name))
            assert answer is not None, f"nobody expected {name} in {region}"
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call

    def get_paginator(self, operation: str) -> Any:
        """Give a paginator of one page."""
        stub = self

        class Paginator:
            def paginate(self, **which: object) -> Iterator[Answer]:
                yield getattr(stub, operation)(**which)

        return Paginator()


def account(changes: Answers | None = None, company: Company | None = None) -> Account:
    """Give production's account, ready but for the changes."""
    answers = READY | (changes or {})
    settings = PROD.model_copy(update={"company": company or Company()})
    return Account(settings, lambda service, region: Stub(service, region, answers))


def not_ok(changes: Answers | None = None, company: Company | None = None) -> list[Finding]:
    """Give what is not ok after changes."""
    return [one for one in examine(account(changes, company)) if one.state is not State.OK]


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
    assert functions_at_once(PROD)[0] == PROD.pipeline.inspections_at_once
    assert [dpus_of(kind) for kind in ("G.1X", "G.16X", "R.8X")] == [1, 16, 8]


def test_what_a_company_brings_along_must_be_there() -> None:
    company = Company(
        permissions_boundary="arn:aws:iam::333333333333:policy/acme/boundary",
        zones_key=KEY,
        access_log_bucket="acme-logs",
    )
    there: Answers = {
        "iam.get_policy": {},
        "kms.describe_key": {"KeyMetadata": {"KeyState": "Enabled"}},
        "s3.head_bucket": {},
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


def test_a_bootstrap_under_a_boundary_names_it() -> None:
    company = Company(permissions_boundary="arn:aws:iam::333333333333:policy/acme/boundary")
    missing: Answers = {"ssm.get_parameter": refused("ParameterNotFound"), "iam.get_policy": {}}
    fixes = [one.fix for one in not_ok(missing, company)]
    assert all(fix.endswith("--custom-permissions-boundary acme/boundary") for fix in fixes)


@pytest.fixture
def doctor(monkeypatch: pytest.MonkeyPatch) -> Callable[[Answers, str], int]:
    """Give a function that runs `strata doctor` on an account; gives its exit code."""

    def run(changes: Answers, form: str) -> int:
        monkeypatch.setattr(command, "account_of", lambda _: account(changes))
        try:
            main(["doctor", "--env", "prod", "--format", form])
        except SystemExit as stopped:
            return int(str(stopped.code))
        return 0

    return run


def test_a_ready_account_ends_with_zero(
    doctor: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctor({}, "table") == 0
    out = capsys.readouterr().out
    assert "prod, account 333333333333" in out
    assert "Ready for deployment" in out
    assert "To fix" not in out


def test_the_table_ends_with_what_to_fix_numbered(
    doctor: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctor({"ssm.get_parameter": refused("ParameterNotFound")}, "table") == 1
    out = capsys.readouterr().out
    assert f"   npx cdk bootstrap aws://333333333333/{FIRST}\n" in out
    assert f"2. cdk bootstrap, {SECOND}" in out
    assert "Not ready: 2 to fix, 0 could not be judged" in out


def test_json_says_the_same_for_machines(
    doctor: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctor({"iam.get_role": refused("AccessDenied")}, "json") == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["ready"], document["environment"]) == (False, "prod")
    (finding,) = [one for one in document["findings"] if one["state"] == "not judged"]
    assert finding["check"] == "service-linked roles"
    assert "AccessDenied" in finding["found"]


def test_the_bootstrap_that_is_asked_for_is_the_one_that_assemblies_need(tmp_path: Path) -> None:
    from aws_cdk import App, Stack  # noqa: PLC0415

    app = App(outdir=str(tmp_path))
    Stack(app, "Lake")
    app.synth()
    artifacts = json.loads((tmp_path / "manifest.json").read_text())["artifacts"]
    properties = artifacts["Lake"]["properties"]
    assert properties["requiresBootstrapStackVersion"] == BOOTSTRAP_MINIMUM
    assert properties["bootstrapStackVersionSsmParameter"] == BOOTSTRAP_PARAMETER
