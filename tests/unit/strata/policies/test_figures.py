"""Findings are counted by pack, statements by what they name, and reasons told once."""

import json
from pathlib import Path
from typing import Any

import pytest

from strata.policies.figures import figures

ALLOWED = {"Statement": [{"Action": ["s3:Get*", "s3:PutObject"], "Resource": "*"}]}
RULE = "AwsSolutions-IAM5[Resource::*]"


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    """Give an assembly with one accepted finding, one open one, and a stale acknowledgement."""
    template = {
        "Resources": {
            "Role": {"Type": "AWS::IAM::Role"},
            "Policy": {
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": {"PolicyDocument": ALLOWED},
            },
        }
    }
    accepted = violation(RULE) | {
        "reason": "No resources to name.",
        "acknowledgedAt": "Lake/Role",
    }
    report = {
        "pluginReports": [
            {
                "pluginName": "AwsSolutions",
                "violations": [violation("AwsSolutions-S1")],
                "suppressedViolations": [accepted],
            }
        ]
    }
    said = {
        f"AwsSolutions::{RULE}": "No resources to name.",
        "AwsSolutions::AwsSolutions-X": "Old.",
    }
    recorded = [{"type": "aws:cdk:acknowledged-rules", "data": said}]
    for name, content in (
        ("Lake.template.json", template),
        ("validation-report.json", report),
        ("Lake.metadata.json", {"/Lake/Role": recorded}),
    ):
        (tmp_path / name).write_text(json.dumps(content))
    return tmp_path


def violation(rule: str) -> dict[str, Any]:
    """Give one finding, as the report has it."""
    construct = {"constructPath": "Lake/Role/Policy/Resource"}
    return {"ruleName": rule, "violatingConstructs": [construct]}


def test_open_and_accepted_findings_are_counted_by_pack(assembly: Path) -> None:
    made = figures({"dev": assembly})
    assert "| dev | 2 | 1 open, 1 accepted | 0 open, 0 accepted |" in made
    assert "| 0.50 |" in made


def test_actions_and_resources_with_a_wildcard_are_counted(assembly: Path) -> None:
    assert "| dev | 1 | 2 | 1 | 1 | 0 | 0 |" in figures({"dev": assembly})


def test_only_acknowledgements_that_answer_a_finding_are_told(assembly: Path) -> None:
    made = figures({"dev": assembly})
    assert "| No resources to name. | AwsSolutions-IAM5 | `Lake/Role` |" in made
    assert "1 acknowledgements of a rule on a construct" in made
    assert "Old." not in made
