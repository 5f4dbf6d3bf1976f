import json
from pathlib import Path

import pytest
from aws_cdk import App, CfnResource, Stack, TagManager, Tags, Validations
from aws_cdk import aws_sqs as sqs

from data_lake.policy import StrataRules
from data_lake.policy.tags import TAGS as RULE
from data_lake.required_tags import REQUIRED_TAGS, UNTAGGABLE, tags_of
from data_lake.tagging import tag_everything
from stacks.application import tags_of as tags_of_environment

ONLY_IN_A_NETWORK = {
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::Glue::Connection",
}
TAGS = dict.fromkeys(REQUIRED_TAGS, "value")


@pytest.fixture
def app(tmp_path):
    """Give an app that tags everything, and whose stack is tagged."""
    flags = {"@aws-cdk/core:explicitStackTags": True}
    made = App(outdir=str(tmp_path), context=flags)
    tag_everything(made, TAGS)
    Validations.of(made).add_plugins(StrataRules([RULE]))
    Stack(made, "Lake", tags=TAGS)
    return made


def stack_of(app):
    """Give the app's one stack."""
    return app.node.find_child("Lake")


def refusal(app):
    """Synthesise, which must fail, and give what the report says."""
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    report = json.loads((Path(app.outdir) / "validation-report.json").read_text())
    (plugin,) = [one for one in report["pluginReports"] if one["pluginName"] == "Strata"]
    return {
        (violation["ruleName"], construct["constructPath"])
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    }


@pytest.mark.parametrize("region", ["first", "second"])
def test_every_resource_that_can_be_tagged_says_whose_it_is(prod, region):
    lake = prod if region == "first" else prod.second_region
    seen = 0
    for template in lake.templates.values():
        for name, resource in template["Resources"].items():
            if resource["Type"] not in UNTAGGABLE:
                wanted = tags_of_environment(prod.settings).items()
                assert wanted <= tags_of(resource["Properties"]).items(), name
                seen += 1
    assert seen > 5


def test_only_types_that_cloudformation_cannot_tag_go_without(prod):
    taggable = {
        node.cfn_resource_type: TagManager.of(node) is not None
        for node in prod.app.node.find_all()
        if CfnResource.is_cfn_resource(node)
    }
    # These have tags under names of their own.
    del taggable["AWS::Budgets::Budget"], taggable["AWS::DynamoDB::GlobalTable"]
    untaggable = {kind for kind, is_taggable in taggable.items() if not is_taggable}
    assert untaggable == UNTAGGABLE - ONLY_IN_A_NETWORK


def test_an_app_whose_resources_are_tagged_synthesises(app):
    sqs.Queue(stack_of(app), "Queue")
    app.synth()


def test_a_resource_without_a_tag_fails_synthesis_by_its_path(app):
    queue = sqs.Queue(stack_of(app), "Untagged")
    Tags.of(queue).remove("CostCenter", priority=300)
    assert refusal(app) == {("Strata-TAG1[CostCenter]", "Lake/Untagged/Resource")}


def test_a_type_that_nobody_has_looked_at_fails_until_it_is_tagged_or_listed(app):
    CfnResource(stack_of(app), "New", type="AWS::Some::Thing")
    assert refusal(app) == {(f"Strata-TAG1[{key}]", "Lake/New") for key in REQUIRED_TAGS}


def test_a_stack_without_its_tags_fails_synthesis_by_its_path(app):
    Stack(app, "Forgotten")
    assert refusal(app) == {(f"Strata-TAG1[{key}]", "Forgotten") for key in REQUIRED_TAGS}


def test_a_required_tag_without_a_value_is_refused_at_once():
    with pytest.raises(ValueError, match=r"must have a value for every required key: .*Owner"):
        tag_everything(App(), TAGS | {"Owner": ""})


@pytest.mark.parametrize(
    "properties",
    [
        {"Tags": [{"Key": "Owner", "Value": "team"}]},
        {"Tags": {"Owner": "team"}},
        {"ResourceTags": [{"Key": "Owner", "Value": "team"}]},
        {"Replicas": [{"Tags": [{"Key": "Owner", "Value": "team"}]}]},
    ],
)
def test_tags_are_read_from_wherever_a_type_has_them(properties):
    assert tags_of(properties) == {"Owner": "team"}
