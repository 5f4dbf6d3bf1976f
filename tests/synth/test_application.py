import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.synth.synthesised import STACKS

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
    """Give each stack's entry in the assembly."""
    artifacts = json.loads((lake.folder / "manifest.json").read_text())["artifacts"]
    return {stack: artifacts[stack] for stack in STACKS}


def test_stacks_are_named_after_project_and_environment(lake):
    names = [entry["properties"]["stackName"] for entry in manifest(lake).values()]
    prefix = lake.settings.prefix
    assert names == [f"{prefix}-storage", f"{prefix}-catalog", f"{prefix}-processing"]


def test_stacks_go_to_the_account_and_region_of_their_environment(lake):
    wanted = f"aws://{lake.settings.account}/{lake.settings.region}"
    assert {entry["environment"] for entry in manifest(lake).values()} == {wanted}


def test_stacks_depend_one_way_only(lake):
    entries = manifest(lake)
    known = {
        stack: set(entry.get("dependencies", [])) & set(STACKS) for stack, entry in entries.items()
    }
    assert known["Storage"] == set()
    assert known["Catalog"] == {"Storage"}
    assert "Catalog" in known["Processing"]
    assert "Processing" not in known["Catalog"]


def test_stacks_are_protected_from_deletion_where_the_environment_says_so(lake):
    wanted = lake.settings.termination_protection
    for entry in manifest(lake).values():
        assert entry["properties"].get("terminationProtection", False) is wanted


def test_stacks_and_resources_carry_the_tags_that_cost_reports_need(lake):
    settings = lake.settings
    wanted = {
        "project": settings.project,
        "environment": settings.environment,
        "owner": settings.owner,
        "cost-center": settings.cost_center,
    }
    for entry in manifest(lake).values():
        assert wanted.items() <= entry["properties"]["tags"].items()
    for bucket in lake.buckets().values():
        tags = {tag["Key"]: tag["Value"] for tag in bucket["Tags"]}
        assert wanted.items() <= tags.items()


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
        "Processing": {
            "IngestStateMachineArn",
            "CurateStateMachineArn",
            "LedgerTableName",
            "AuditTableName",
            "AlertTopicArn",
            "ArrivalQueueUrl",
            "ArrivalDeadLetterQueueUrl",
        },
    }


def test_environments_differ_by_their_settings_alone(synthesise):
    shapes = [
        {
            stack: sorted(
                (name, resource["Type"])
                for name, resource in template["Resources"].items()
                if resource["Type"] not in ("AWS::SNS::Subscription",)
            )
            for stack, template in synthesise(environment).templates.items()
        }
        for environment in ENVIRONMENTS
    ]
    assert all(shape == shapes[0] for shape in shapes)


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
