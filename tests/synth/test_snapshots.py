"""Every template is the one that was reviewed; `make snapshots` accepts a change."""

import json
import os
from pathlib import Path

import pytest

from data_lake.testing import SnapshotMismatchError, assert_snapshot
from data_lake.testing.snapshots import UPDATE

SNAPSHOTS = Path(__file__).resolve().parents[1] / "snapshots"
ENVIRONMENTS = ("dev", "local", "prod", "staging")


def templates(lake):
    """Give every template that was synthesised, nested ones too, by the stack's id."""
    files = lake.folder.rglob("*.template.json")
    return {
        file.name.removesuffix(".template.json"): json.loads(file.read_text()) for file in files
    }


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_template_is_the_one_that_was_reviewed(synthesise, environment):
    found = []
    for stack, template in templates(synthesise(environment)).items():
        try:
            assert_snapshot(template, SNAPSHOTS / environment / f"{stack}.json")
        except SnapshotMismatchError as error:
            found.append(str(error))
    assert not found, "accept them: make snapshots\n" + "\n".join(found)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_there_is_no_snapshot_of_a_stack_that_is_no_more(synthesise, environment):
    wanted = {f"{stack}.json" for stack in templates(synthesise(environment))}
    stale = [file for file in (SNAPSHOTS / environment).iterdir() if file.name not in wanted]
    if os.environ.get(UPDATE):
        for file in stale:
            file.unlink()
    else:
        assert not stale, "remove them: make snapshots"
