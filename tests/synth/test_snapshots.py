"""Every template is the one that was reviewed; `make snapshots` accepts a change."""

import json
import os
from pathlib import Path

import pytest

from data_lake.testing import assert_snapshot, differences, normalise
from data_lake.testing.snapshots import UPDATE
from strata.review.knowledge import load_knowledge
from strata.review.report import compare_environments, read_snapshots
from strata.review.wording import as_text

SNAPSHOTS = Path(__file__).resolve().parents[1] / "snapshots"
ENVIRONMENTS = ("dev", "local", "prod", "staging")
ADVICE = "read it; if that is what you meant: make snapshots, and commit tests/snapshots/"


def templates(lake):
    """Give every template that was synthesised, nested ones too, by the stack's id."""
    files = lake.folder.rglob("*.template.json")
    return {
        file.name.removesuffix(".template.json"): json.loads(file.read_text()) for file in files
    }


def in_words(environment, old, new):
    """Say what differs; the raw places stand behind, for what words leave open."""
    told = compare_environments({environment: old}, {environment: new}, load_knowledge(), {})
    raw = [
        f"{stack}: {line}"
        for stack in sorted({*old, *new})
        for line in differences(old.get(stack, {}), new.get(stack, {}))
    ]
    return f"\n{ADVICE}\n\n{as_text(told)}\n\n{len(raw)} places:\n" + "\n".join(raw[:20])


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_template_is_the_one_that_was_reviewed(synthesise, environment):
    folder, found = SNAPSHOTS / environment, templates(synthesise(environment))
    if os.environ.get(UPDATE):
        for stack, template in found.items():
            assert_snapshot(template, folder / f"{stack}.json", update=True)
        for file in folder.iterdir():
            if file.stem not in found:
                file.unlink()
        return
    reviewed = read_snapshots(SNAPSHOTS).get(environment, {})
    synthesised = {stack: normalise(template) for stack, template in found.items()}
    if reviewed != synthesised:
        pytest.fail(in_words(environment, reviewed, synthesised), pytrace=False)


def test_a_change_that_nobody_reviewed_is_told_in_words_with_the_command_to_accept_it():
    old = {"Storage": {"Resources": {"Ledger1234ABCD": {"Type": "AWS::DynamoDB::Table"}}}}
    text = in_words("prod", old, {"Storage": {"Resources": {}}})
    assert "DATA LOSS: table Ledger is removed" in text
    assert "make snapshots" in text
