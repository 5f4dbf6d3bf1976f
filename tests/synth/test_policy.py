"""The plug-in fails a synthesis by rule, place and value, and accepts what is acknowledged."""

import copy
import json
from pathlib import Path

import pytest
from aws_cdk import App, Stack, Validations
from aws_cdk import aws_logs as logs

from data_lake.acknowledgement import acknowledge
from data_lake.policy import RULES, StrataRules, Templates
from data_lake.policy.protection import ENCRYPTION, RETENTION
from strata.policies.findings import findings

WHY = "The log group is made by a service that keeps it for ever by contract."


@pytest.fixture
def group(tmp_path):
    """Give a log group that is kept for ever, in an app that is held to one rule."""
    app = App(outdir=str(tmp_path))
    stack = Stack(app, "Lake")
    Validations.of(app).add_plugins(StrataRules([RETENTION]))
    return logs.CfnLogGroup(stack, "Kept")


def test_a_finding_names_rule_place_property_value_and_page(group, tmp_path):
    with pytest.raises(RuntimeError) as raised:
        group.stack.node.root.synth()
    said = str(raised.value)
    for part in (
        "Strata-LOG1",
        "Lake/Kept (AWS::Logs::LogGroup) has RetentionInDays = nothing: kept for ever",
        "docs/policy.md#strata-log1",
        RETENTION.fix,
    ):
        assert part in said
    (finding,) = findings(tmp_path)
    assert (finding.rule, finding.path, finding.reason) == ("Strata-LOG1", "Lake/Kept", "")


def test_a_finding_that_is_acknowledged_stays_in_the_report(group, tmp_path):
    acknowledge(group, RETENTION.id, reason=WHY)
    group.stack.node.root.synth()
    (finding,) = findings(tmp_path)
    assert (finding.pack, finding.rule, finding.reason) == ("Strata", "Strata-LOG1", WHY)


def test_the_acknowledgement_of_another_rule_does_not_help(group):
    acknowledge(group, ENCRYPTION.id, reason=WHY)
    with pytest.raises(RuntimeError, match="Strata-LOG1"):
        group.stack.node.root.synth()


def test_the_ids_are_those_of_the_rules():
    assert StrataRules().rule_ids == [rule.id for rule in RULES]
    assert all(one.startswith("Strata-") for one in StrataRules().rule_ids)


def read(folder: Path):
    """Give the templates of an assembly by name, to be damaged."""
    return {
        file.name.removesuffix(".template.json"): json.loads(file.read_text())
        for file in folder.glob("*.template.json")
    }


DAMAGES = [
    ("Strata-TAG1", "AWS::SQS::Queue", "Tags"),
    ("Strata-PUB1", "AWS::S3::Bucket", "PublicAccessBlockConfiguration"),
    ("Strata-TLS1", "AWS::SQS::QueuePolicy", "Queues"),
    ("Strata-KMS1", "AWS::S3::Bucket", "BucketEncryption"),
    ("Strata-KMS1", "AWS::DynamoDB::GlobalTable", "Replicas"),
    ("Strata-LOG1", "AWS::Logs::LogGroup", "RetentionInDays"),
    ("Strata-DLQ1", "AWS::SNS::Subscription", "RedrivePolicy"),
    ("Strata-DLQ2", "AWS::CloudWatch::Alarm", "AlarmActions"),
]


@pytest.mark.parametrize(("rule", "kind", "lost"), DAMAGES)
def test_what_the_lake_would_lose_is_found(prod, rule, kind, lost):
    (looking,) = (one for one in RULES if one.id == rule)
    whole = read(prod.folder)
    damaged = copy.deepcopy(whole)
    for template in damaged.values():
        for resource in template["Resources"].values():
            if resource["Type"] == kind:
                resource["Properties"].pop(lost, None)
    names = {name: f"{prod.settings.prefix}-{name.lower()}" for name in whole}
    before, after = (
        len(list(looking.find(Templates(one, stack_names=names)))) for one in (whole, damaged)
    )
    assert after > before
    assert before == (2 if rule == "Strata-KMS1" else 0)
