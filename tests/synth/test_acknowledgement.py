"""Findings of cdk-nag: none is left open, and no acknowledgement outlives its finding."""

import json

import pytest
from cdk_nag import AwsSolutionsChecks

from data_lake import acknowledgement
from stacks.application import build_app


def reports(folder):
    """Give the violations of the AwsSolutions rules in an assembly."""
    report = json.loads((folder / "validation-report.json").read_text())
    return [
        violation
        for plugin in report["pluginReports"]
        if plugin["pluginName"] == "AwsSolutions"
        for violation in plugin["violations"]
    ]


class Recorder:
    """Stands where acknowledgements are recorded and only remembers them."""

    def __init__(self):
        self.seen = []

    def of(self, construct):
        """Remember the construct for the call that follows."""
        self.path = construct.node.path
        return self

    def acknowledge(self, entry):
        """Remember what would be acknowledged."""
        self.seen.append((self.path, entry.id, entry.reason))


@pytest.fixture(scope="module")
def unacknowledged(tmp_path_factory):
    """Give what would be acknowledged, and the findings if nothing were."""
    recorder, folder = Recorder(), tmp_path_factory.mktemp("unacknowledged")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(acknowledgement, "Validations", recorder)
        app = build_app("prod", outdir=folder)
        with pytest.raises(RuntimeError, match="ValidationFailed"):
            app.synth()
    findings = {
        (violation["ruleName"], construct["constructPath"])
        for violation in reports(folder)
        for construct in violation["violatingConstructs"]
    }
    return recorder.seen, findings


def test_every_environment_satisfies_the_rules(lake):
    report = AwsSolutionsChecks(lake.app).validate_scope(lake.app)
    assert [violation.rule_name for violation in report.violations] == []
    assert report.success


def test_every_acknowledgement_answers_a_finding_and_every_finding_has_one(unacknowledged):
    acknowledged, findings = unacknowledged
    stale = [
        (path, rule)
        for path, rule, _ in acknowledged
        if not any(found == rule and where.startswith(f"{path}/") for found, where in findings)
    ]
    assert stale == []
    answered = {
        (rule, where)
        for rule, where in findings
        if any(entry == rule and where.startswith(f"{path}/") for path, entry, _ in acknowledged)
    }
    assert answered == findings


def test_every_acknowledgement_gives_a_reason_for_one_construct(unacknowledged):
    acknowledged, _ = unacknowledged
    for path, _, reason in acknowledged:
        assert path.count("/") >= 2
        assert len(reason) > 20
