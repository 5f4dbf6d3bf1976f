import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from stacks.application import REPOSITORY, tags_of
from tests.synth.synthesised import SECOND_REGION, STACKS

ENVIRONMENTS = ["local", "dev", "staging", "prod"]


def run_app(repository: Path, outdir: Path, context: dict[str, str], **variables: str):
    """Run app.py as the CDK's command line does, without credentials."""
    given = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    given |= {"CDK_OUTDIR": str(outdir), "CDK_CONTEXT_JSON": json.dumps(context), **variables}
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=repository,
        env=given,
        capture_output=True,
        text=True,
        check=False,
    )


def manifest(lake):
    """Give each stack's entry in the assembly, by the stack's id."""
    artifacts = json.loads((lake.folder / "manifest.json").read_text())["artifacts"]
    return {
        name: entry
        for name, entry in artifacts.items()
        if entry["type"] == "aws:cloudformation:stack"
    }


def order(lake):
    """Give the stacks that each stack waits for, directly or not."""
    direct = {
        stack: {name for name in entry.get("dependencies", []) if name in manifest(lake)}
        for stack, entry in manifest(lake).items()
    }
    known = {stack: set(before) for stack, before in direct.items()}
    for _ in direct:
        known = {
            stack: before.union(*(known[name] for name in before))
            for stack, before in known.items()
        }
    return known


@pytest.fixture(scope="module", params=["weak", "strong"])
def referring(request, prod, tmp_path_factory):
    """Give production with one of the two ways in which references cross stacks."""
    folder = tmp_path_factory.mktemp(request.param)
    flag = {"@aws-cdk/core:defaultCrossStackReferences": request.param}
    done = run_app(REPOSITORY, folder, {"env": "prod", **flag}, CDK_VALIDATION="false")
    assert done.returncode == 0, done.stderr
    return request.param, replace(prod, folder=folder)


def test_an_environment_has_five_stacks_and_seven_with_a_second_region(lake):
    second = SECOND_REGION if lake.settings.recovery_region else ()
    assert set(manifest(lake)) == {*STACKS, *second}


def test_stacks_are_named_after_project_and_environment(lake):
    for stack, entry in manifest(lake).items():
        assert entry["properties"]["stackName"] == f"{lake.settings.prefix}-{stack.lower()}"


def test_stacks_go_to_the_account_and_regions_of_their_environment(lake):
    settings = lake.settings
    for stack, entry in manifest(lake).items():
        region = settings.recovery_region if stack in SECOND_REGION else settings.region
        assert entry["environment"] == f"aws://{settings.account}/{region}"


def test_the_order_of_the_stacks_does_not_hang_on_how_references_cross_them(referring):
    _, lake = referring
    assert order(lake) == {
        "Replica": set(),
        "Recovery": {"Replica"},
        "Storage": {"Replica"},
        "Catalog": {"Replica", "Storage"},
        "Processing": {"Replica", "Storage", "Catalog"},
        "Observability": {"Replica", "Storage", "Catalog", "Processing"},
        "Governance": {"Replica", "Storage", "Catalog", "Processing"},
    }


def test_nothing_but_names_crosses_from_one_region_to_the_other(referring):
    flag, lake = referring
    crossing = {"weak": "Fn::GetStackOutput", "strong": "Fn::ImportValue"}[flag]
    assert crossing in json.dumps(lake.templates["Processing"])
    for stack in SECOND_REGION:
        text = json.dumps(lake.second_region.templates[stack])
        assert "Fn::GetStackOutput" not in text
        assert "Fn::ImportValue" not in text
        assert "Export" not in text
    assert "Fn::GetStackOutput" not in json.dumps(lake.templates["Storage"])
    assert "Fn::ImportValue" not in json.dumps(lake.templates["Storage"])


@pytest.mark.fault(46, by="template")
def test_stacks_are_protected_from_deletion_where_the_environment_says_so(lake):
    wanted = lake.settings.termination_protection
    for entry in manifest(lake).values():
        assert entry["properties"].get("terminationProtection", False) is wanted


def test_stacks_carry_the_tags_that_cost_reports_need(lake):
    settings = lake.settings
    assert tags_of(settings) == {
        "Project": settings.project,
        "Environment": settings.environment,
        "Owner": settings.owner,
        "CostCenter": settings.cost_center,
        "ManagedBy": "aws-cdk",
    }
    for entry in manifest(lake).values():
        assert entry["properties"]["tags"] == tags_of(settings)


def test_no_stack_has_a_custom_resource_or_a_function_that_the_cdk_brought_along(lake):
    kinds = {
        resource["Type"]
        for template in lake.templates.values()
        for resource in template["Resources"].values()
    }
    assert not [kind for kind in kinds if kind.startswith("Custom::")]
    assert "AWS::CloudFormation::CustomResource" not in kinds
    for function in lake.properties("AWS::Lambda::Function"):
        assert "ZipFile" not in function["Code"]


def test_no_stack_comes_near_cloudformations_limits(lake):
    for stack, template in lake.templates.items():
        assert len(template["Resources"]) < 250, stack
        assert (lake.folder / f"{stack}.template.json").stat().st_size < 500_000, stack


def test_every_stack_tells_the_names_that_people_and_tools_need(lake):
    outputs = {
        stack: {name for name in template["Outputs"] if not name.startswith("PublishOutput")}
        for stack, template in lake.templates.items()
    }
    assert outputs == {
        "Storage": {
            "RawBucketName",
            "ProcessedBucketName",
            "CuratedBucketName",
            "QuarantineBucketName",
            "ArtifactsBucketName",
        },
        "Catalog": {"WorkGroupName", "CrawlerName"},
        "Observability": {"DashboardName"},
        "Governance": {"BudgetName"},
        "Processing": {
            "IngestStateMachineArn",
            "CurateStateMachineArn",
            "CompactStateMachineArn",
            "LedgerTableName",
            "AuditTableName",
            "AlertTopicArn",
            "ContractsUri",
            "ArrivalQueueUrl",
            "ArrivalDeadLetterQueueUrl",
            "NoticeDeadLetterQueueUrl",
            "CurateDeadLetterQueueUrl",
            "DriftDeadLetterQueueUrl",
            "ScheduleDeadLetterQueueUrl",
            "SweepDeadLetterQueueUrl",
            "SweepFunctionName",
        },
    }


def shape(lake):
    """Give what an environment is made of, but for whom it tells."""
    return {
        (stack, name, resource["Type"])
        for stack, template in lake.templates.items()
        for name, resource in template["Resources"].items()
        if resource["Type"] != "AWS::SNS::Subscription"
    }


def test_environments_differ_by_their_settings_alone(synthesise):
    shapes = {environment: shape(synthesise(environment)) for environment in ENVIRONMENTS}
    steps = list(pairwise(shapes[name] for name in ("local", "dev", "staging", "prod")))
    assert all(before <= after for before, after in steps)
    anomalies, severities, second_region = (
        {(name, kind) for _, name, kind in after - before} for before, after in steps
    )
    assert {kind for _, kind in anomalies} == {
        "AWS::CE::AnomalyMonitor",
        "AWS::CE::AnomalySubscription",
    }
    assert {kind for _, kind in severities} == {"AWS::SNS::Topic", "AWS::SNS::TopicPolicy"}
    assert second_region
    assert all("replication" in name.lower() for name, _ in second_region)


def test_equal_sources_give_equal_templates(prod, repository, tmp_path):
    again = run_app(repository, tmp_path, {"env": "prod"}, CDK_VALIDATION="false")
    assert again.returncode == 0, again.stderr
    for stack in STACKS:
        file = f"{stack}.template.json"
        assert (tmp_path / file).read_text() == (prod.folder / file).read_text()


def test_prod_synthesises_without_credentials_and_satisfies_the_cdks_own_validator(
    repository, tmp_path
):
    context = json.loads((repository / "cdk.json").read_text())["context"]
    assert context["@aws-cdk/core:validateAgainstDefaultRules"] is True
    done = run_app(repository, tmp_path, {"env": "prod"}, CDK_VALIDATION="true")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("context", "said"),
    [
        ({}, "choose with --context env=<name>: got nothing"),
        ({"env": "prd"}, "got 'prd'; did you mean 'prod'?"),
    ],
)
def test_a_missing_or_unknown_environment_is_one_clear_line(repository, tmp_path, context, said):
    done = run_app(repository, tmp_path, context)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.endswith(said)
    assert re.search(r"must be one of dev, local, prod, staging", line)
