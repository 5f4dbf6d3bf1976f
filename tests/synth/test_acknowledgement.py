"""Findings of cdk-nag: none is left open, and no acknowledgement outlives its finding."""

import json
from pathlib import Path

import pytest
from aws_cdk import App, Stack, Validations
from aws_cdk import aws_s3 as s3
from cdk_nag import AwsSolutionsChecks

from data_lake.acknowledgement import NIST, PCI, SOLUTIONS, acknowledge, across, qualified
from stacks.application import PACKS
from strata.policies.findings import REPORT, acknowledgements, findings

ENVIRONMENTS = ("local", "dev", "staging", "prod")


@pytest.fixture(scope="module")
def every(synthesise):
    """Give the findings and the acknowledgements of all environments together."""
    folders = [synthesise(name).folder for name in ENVIRONMENTS]
    found = {finding for folder in folders for finding in findings(folder)}
    said = {entry for folder in folders for entry in acknowledgements(folder)}
    return found, said


def test_every_environment_satisfies_the_rules(lake):
    assert [finding for finding in findings(lake.folder) if not finding.reason] == []


def test_all_packs_look_at_every_environment(lake):
    report = json.loads((lake.folder / REPORT).read_text())
    names = {plugin["pluginName"] for plugin in report["pluginReports"]}
    assert {pack(lake.app).name for pack in PACKS} <= names


def test_no_acknowledgement_outlives_its_finding(every):
    found, said = every
    assert [entry for entry in said if not any(entry.answers(one) for one in found)] == []


def test_every_acknowledgement_gives_a_reason_beside_its_resource(every):
    _, said = every
    assert said
    for entry in said:
        assert entry.path.count("/") >= 2, entry
        assert len(entry.reason) > 20, entry


def test_neither_the_app_nor_a_stack_accepts_anything(lake):
    recorded = Validations.ACKNOWLEDGED_RULES_METADATA_KEY
    for construct in (lake.app, *lake.app.node.children):
        assert recorded not in [entry.type for entry in construct.node.metadata]


def reported(folder: Path, *accepted: str):
    """Give the findings on a bucket without access logs, some of which are accepted."""
    app = App(outdir=str(folder))
    bucket = s3.Bucket(Stack(app, "Test"), "Bucket", enforce_ssl=True)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    if accepted:
        acknowledge(bucket, *accepted, reason="It holds nothing that anybody reads.")
        app.synth()
    else:
        with pytest.raises(RuntimeError, match=r"AwsSolutions-S1"):
            app.synth()
    return findings(folder)


def test_an_accepted_finding_stays_in_the_report_with_its_reason(tmp_path):
    (finding,) = reported(tmp_path, f"{SOLUTIONS}-S1")
    assert finding.rule == "AwsSolutions-S1"
    assert finding.reason == "It holds nothing that anybody reads."
    assert (finding.path, finding.acknowledged_at) == ("Test/Bucket/Resource", "Test/Bucket")
    (entry,) = acknowledgements(tmp_path)
    assert entry.answers(finding)


def test_a_finding_that_nobody_accepts_fails_the_synthesis_by_name(tmp_path):
    (finding,) = reported(tmp_path)
    assert (finding.rule, finding.reason) == ("AwsSolutions-S1", "")


def test_an_acknowledgement_of_what_was_not_found_answers_nothing(tmp_path):
    (finding,) = reported(tmp_path, f"{SOLUTIONS}-S1", f"{SOLUTIONS}-S10")
    stale, answering = sorted(acknowledgements(tmp_path), key=lambda entry: entry.answers(finding))
    assert stale.rule == "AwsSolutions::AwsSolutions-S10"
    assert not stale.answers(finding)
    assert answering.answers(finding)


def test_an_id_is_recorded_under_its_pack():
    assert across("LambdaDLQ", NIST, PCI) == ("NIST.800.53.R5-LambdaDLQ", "PCI.DSS.321-LambdaDLQ")
    assert qualified("NIST.800.53.R5-LambdaDLQ") == "NIST.800.53.R5::NIST.800.53.R5-LambdaDLQ"
    assert qualified("AwsSolutions-IAM5[Action::s3:Get-*]") == (
        "AwsSolutions::AwsSolutions-IAM5[Action::s3:Get-*]"
    )
