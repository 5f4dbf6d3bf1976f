import json
from pathlib import Path

import pytest
from aws_cdk import App, Stack, Validations
from aws_cdk import aws_glue as glue
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from botocore.loaders import Loader
from botocore.model import ServiceModel

from config.loading import available_environments, load_settings
from data_lake.name_limits import (
    LONGEST_REFERENCE,
    NAMES,
    LakeNames,
    NameLimits,
    written_name,
)
from data_lake.policy.templates import Resource
from stacks.application import build_app
from tests.synth.synthesised import flat

OWN = LakeNames("dev", "lake-dev", ("us-east-1", "us-west-2"), "dev.yaml")
STATED = {
    "AWS::Budgets::Budget": ("budgets", "CreateBudget", "Budget.BudgetName"),
    "AWS::CE::AnomalyMonitor": ("ce", "CreateAnomalyMonitor", "AnomalyMonitor.MonitorName"),
    "AWS::CE::AnomalySubscription": (
        "ce",
        "CreateAnomalySubscription",
        "AnomalySubscription.SubscriptionName",
    ),
    "AWS::CloudWatch::Alarm": ("cloudwatch", "PutMetricAlarm", "AlarmName"),
    "AWS::DynamoDB::GlobalTable": ("dynamodb", "CreateGlobalTable", "GlobalTableName"),
    "AWS::Events::EventBus": ("events", "CreateEventBus", "Name"),
    "AWS::Events::Rule": ("events", "PutRule", "Name"),
    "AWS::Glue::Connection": ("glue", "CreateConnection", "ConnectionInput.Name"),
    "AWS::Glue::Crawler": ("glue", "CreateCrawler", "Name"),
    "AWS::Glue::DataQualityRuleset": ("glue", "CreateDataQualityRuleset", "Name"),
    "AWS::Glue::Database": ("glue", "CreateDatabase", "DatabaseInput.Name"),
    "AWS::Glue::Job": ("glue", "CreateJob", "Name"),
    "AWS::Glue::SecurityConfiguration": ("glue", "CreateSecurityConfiguration", "Name"),
    "AWS::Glue::Table": ("glue", "CreateTable", "TableInput.Name"),
    "AWS::IAM::ManagedPolicy": ("iam", "CreatePolicy", "PolicyName"),
    "AWS::IAM::Policy": ("iam", "PutRolePolicy", "PolicyName"),
    "AWS::IAM::Role": ("iam", "CreateRole", "RoleName"),
    "AWS::KMS::Alias": ("kms", "CreateAlias", "AliasName"),
    "AWS::Lambda::Alias": ("lambda", "CreateAlias", "Name"),
    "AWS::Logs::LogGroup": ("logs", "CreateLogGroup", "logGroupName"),
    "AWS::Logs::MetricFilter": ("logs", "PutMetricFilter", "filterName"),
    "AWS::Logs::QueryDefinition": ("logs", "PutQueryDefinition", "name"),
    "AWS::Scheduler::Schedule": ("scheduler", "CreateSchedule", "Name"),
    "AWS::Scheduler::ScheduleGroup": ("scheduler", "CreateScheduleGroup", "Name"),
    "AWS::SecretsManager::Secret": ("secretsmanager", "CreateSecret", "Name"),
    "AWS::StepFunctions::StateMachine": ("stepfunctions", "CreateStateMachine", "name"),
    "AWS::StepFunctions::StateMachineAlias": ("stepfunctions", "CreateStateMachineAlias", "name"),
}
"""Where botocore's models have the name; the models of the other types state no maximum."""


@pytest.fixture
def app(tmp_path):
    """Give an app with one stack, of which an environment is checked."""
    made = App(outdir=str(tmp_path))
    Stack(made, "Lake", stack_name="lake-dev-storage")
    return made


def check_names(app, own, others):
    """Have an app's names measured."""
    Validations.of(app).add_plugins(NameLimits(app, own, others))


def refusal(app):
    """Synthesise, which must fail, and give what the report says about names."""
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    report = json.loads((Path(app.outdir) / "validation-report.json").read_text())
    (plugin,) = [one for one in report["pluginReports"] if one["pluginName"] == "NameLimits"]
    return [
        (violation["description"], violation["suggestedFix"], construct["constructPath"])
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    ]


def machine(app, name):
    """Add a state machine of a name."""
    stack, role = app.node.find_child("Lake"), "arn:aws:iam::111111111111:role/any"
    return sfn.CfnStateMachine(stack, "Machine", state_machine_name=name, role_arn=role)


def stated_maximum(service, operation, path):
    """Give the most characters that a parameter may have, as the service's model says."""
    model = ServiceModel(Loader().load_service_model(service, "service-2"), service)
    shape = model.operation_model(operation).input_shape
    for part in path.split("."):
        shape = shape.members[part]
    return shape.metadata["max"]


@pytest.mark.parametrize("kind", sorted(STATED))
def test_a_limit_is_the_one_that_the_services_model_states(kind):
    assert NAMES[kind][1] == stated_maximum(*STATED[kind])


def test_names_that_fit_synthesise(app):
    machine(app, f"lake-dev-{'x' * 71}")
    check_names(app, OWN, [])
    app.synth()


def test_a_name_that_is_too_long_fails_synthesis_with_what_to_shorten(app):
    name = f"lake-dev-{'x' * 72}"
    machine(app, name)
    check_names(app, OWN, [])
    assert refusal(app) == [
        (
            f"In environment dev the AWS::StepFunctions::StateMachine {name} would have 81 "
            "characters, and 80 are allowed",
            "Shorten project, environment or company.name_prefix in dev.yaml, which begin the name "
            "with lake-dev, or what follows in it",
            "Lake/Machine",
        )
    ]


def test_synthesising_one_environment_finds_the_long_names_of_every_other(app):
    machine(app, f"lake-dev-{'x' * 70}")
    others = [
        LakeNames("staging", "lake-staging", ("us-east-1",), "staging.yaml"),
        LakeNames("qa", "lake-qa", ("us-east-1",), "qa.yaml"),
        LakeNames("prod", "lake-prod", ("us-east-1",), "prod.yaml"),
    ]
    check_names(app, OWN, others)
    said = [description.split(" would ")[0] for description, _, _ in refusal(app)]
    assert [line.split()[2] for line in said] == ["staging"]


@pytest.mark.parametrize("region", ["us-east-1", "us-west-2"])
def test_a_bucket_is_measured_with_the_longest_region_of_each_environment(app, region):
    stack = app.node.find_child("Lake")
    bucket = f"lake-dev-{'x' * 30}-111111111111-{region}"
    s3.Bucket(stack, "Bucket", bucket_name=bucket)
    far = LakeNames("far", "lake-far", ("us-east-1", "ap-southeast-1"), "far.yaml")
    check_names(app, OWN, [far])
    ((description, _, _),) = refusal(app)
    assert f"lake-far-{'x' * 30}-111111111111-ap-southeast-1 would have 67" in description


def test_a_stacks_name_is_measured_too(app):
    check_names(app, OWN, [LakeNames("big", f"lake-{'b' * 130}", ("us-east-1",), "big.yaml")])
    ((description, _, path),) = refusal(app)
    assert description.startswith("In environment big the AWS::CloudFormation::Stack")
    assert path == "Lake"


def test_the_underscored_prefix_of_databases_follows_the_environment(app):
    stack = app.node.find_child("Lake")
    given = glue.CfnDatabase.DatabaseInputProperty(name=f"lake_dev_{'x' * 242}")
    glue.CfnDatabase(stack, "Database", catalog_id="111111111111", database_input=given)
    check_names(app, OWN, [LakeNames("far", "lake-far-away", ("us-east-1",), "far.yaml")])
    ((description, _, _),) = refusal(app)
    assert f"AWS::Glue::Database lake_far_away_{'x' * 242} would have 256" in description


def test_a_name_with_an_unknown_part_counts_with_the_longest_it_may_have():
    value = {"Fn::Join": ["", ["/lake/", {"Ref": "Other"}]]}
    name = written_name(Resource("Lake", "Log", "AWS::Logs::LogGroup", {"LogGroupName": value}))
    assert len(name) == len("/lake/") + LONGEST_REFERENCE


def written(properties, path=()):
    """Give everything that may be a name, with the way to it."""
    for key, value in properties.items():
        if key.endswith("Name"):
            yield ".".join((*path, key)), flat(value)
        elif isinstance(value, dict) and not key.startswith("Fn::"):
            yield from written(value, (*path, key))


def test_no_resource_of_any_environment_has_a_name_that_is_not_measured(lake):
    prefix, seen = lake.settings.prefix, set()
    for template in lake.templates.values():
        for logical_id, resource in template["Resources"].items():
            kind = resource["Type"]
            for way, name in written(resource.get("Properties", {})):
                if prefix in name or prefix.replace("-", "_") in name:
                    assert NAMES.get(kind, ("", 0))[0] == way, (kind, logical_id, name)
                    seen.add(kind)
    assert seen >= {"AWS::Glue::Database", "AWS::S3::Bucket", "AWS::CloudWatch::Alarm"}


def test_the_lake_measures_the_names_of_every_environment_that_has_a_file(monkeypatch, tmp_path):
    real = load_settings
    far = real("prod").model_copy(update={"environment": "x" * 72})
    known = {name: real(name) for name in available_environments()} | {far.environment: far}
    monkeypatch.setattr("stacks.application.available_environments", lambda: tuple(known))
    monkeypatch.setattr("stacks.application.load_settings", known.__getitem__)
    said = refusal(build_app("local", outdir=tmp_path))
    assert {description.split()[2] for description, _, _ in said} == {far.environment}
    assert {description.split()[4] for description, _, _ in said} >= {
        "AWS::S3::Bucket",
        "AWS::StepFunctions::StateMachine",
    }
    assert all(f"config/environments/{far.environment}.yaml" in fix for _, fix, _ in said)
