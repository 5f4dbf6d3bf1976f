"""The open findings of policy checks."""

import json

import pytest

from strata.errors import StrataError
from strata.review.policy import in_a_row, read_findings


def write(folder, environment, reports):
    (folder / environment).mkdir()
    file = folder / environment / "validation-report.json"
    file.write_text(json.dumps({"pluginReports": reports}))


def test_a_finding_is_told_with_its_rule_its_place_and_why(tmp_path):
    violation = {
        "ruleName": "AwsSolutions-S1",
        "description": "Access logs are off.",
        "violatingConstructs": [{"constructPath": "Storage/Raw"}],
    }
    write(tmp_path, "dev", [{"pluginName": "AwsSolutions", "violations": [violation]}])
    (dev,) = read_findings(tmp_path, ["dev"])
    assert dev.open == ("AwsSolutions-S1: Storage/Raw: Access logs are off.",)
    assert in_a_row([dev]) == "1 open in dev"


def test_an_environment_that_was_not_synthesised_is_not_said_to_be_clean(tmp_path):
    write(tmp_path, "dev", [])
    findings = read_findings(tmp_path, ["dev", "prod"])
    assert in_a_row(findings) == "nothing open in dev; not synthesised: prod"


def test_a_report_that_is_not_one_is_named(tmp_path):
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "validation-report.json").write_text("[]")
    with pytest.raises(StrataError, match=r"dev/validation-report\.json: must be a validation"):
        read_findings(tmp_path, ["dev"])
