"""Batches that came by manifest are loaded again whole or not at all."""

from datetime import date

import pytest

from strata.errors import StrataError
from strata.reprocessing.choosing import Range
from strata.reprocessing.work import Reprocessing
from tests.functions.support.batches import MANIFEST, PLANES, arrive, batch_lake, manifest, statuses
from tests.functions.support.deployed import deployed_lake
from tests.functions.support.resources import one_row
from tests.functions.test_reprocessing_by_hand import Machine, contract

DAYS = Range.of_days(date(2026, 1, 1), date(2026, 1, 1))


@pytest.fixture
def lake(lake):
    return batch_lake(lake)


@pytest.fixture
def parts(lake):
    """Give two files and their manifest, loaded as one batch."""
    given = [
        arrive(lake, "planes/a.csv", one_row(1)),
        arrive(lake, "planes/b.csv", one_row(2)),
        arrive(lake, MANIFEST, manifest("a.csv", "b.csv", rows=1)),
    ]
    lake.publish_run("run-1", PLANES)
    return given


@pytest.fixture
def deployed(lake, emulator):
    """Give the lake as the command line finds it, with a machine that runs what is started."""
    found = deployed_lake(lake, emulator)
    found.given["stepfunctions"] = Machine(lake)
    return found


def again(deployed, asked=DAYS, lines=None, **changes):
    """Give a reprocessing of planes."""
    one = contract(PLANES, mode="manifest", **changes)
    lines = [] if lines is None else lines
    return Reprocessing(deployed, one, asked, lines.append, poll_seconds=0)


def runs_of(lake, parts):
    """Give the runs that the parts of a batch were loaded by last."""
    return {lake.arrival(part, PLANES)["run_id"] for part in parts}


def test_a_batch_is_loaded_again_by_one_run_that_takes_all_of_it(lake, deployed, parts):
    lines = []
    assert again(deployed, lines=lines).run() == 1
    (run,) = runs_of(lake, parts)
    assert run.startswith("planes-again-")
    assert statuses(lake, *parts) == ["published"] * 3
    assert lake.record(run, PLANES)["manifest"] == MANIFEST
    assert lines == [f"planes batch0001 (1 of 1): 3 published; run {run}"]
    assert lake.waiting(PLANES) == []


def test_two_batches_are_two_runs_oldest_first_and_what_came_alone_is_left(lake, deployed, parts):
    alone = arrive(lake, "planes/z.csv", one_row(9))
    other = [
        arrive(lake, "planes/c.csv", one_row(3)),
        arrive(lake, "planes/2.manifest.json", manifest("c.csv")),
    ]
    lake.publish_run("run-2", PLANES)
    assert again(deployed).run() == 2
    assert list(deployed.given["stepfunctions"].claimed.values()) == [2, 1]
    assert runs_of(lake, parts) != runs_of(lake, other)
    assert statuses(lake, alone) == ["held"]


def test_a_batch_whose_run_fails_waits_whole_and_repeating_the_command_loads_it(
    lake, deployed, parts
):
    deployed.given["stepfunctions"].failing = 1
    with pytest.raises(StrataError, match="Mend the cause, then repeat the command"):
        again(deployed).run()
    assert statuses(lake, *parts) == ["held", "held", "waiting"]
    assert again(deployed).run() == 1
    assert statuses(lake, *parts) == ["published"] * 3


def cut_off_between_the_files(deployed, monkeypatch):
    """Begin to load a batch again, and stop before its last file is given back."""

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Reprocessing, "_release", die)
        again(deployed).run()


def test_a_command_that_was_cut_off_between_the_files_goes_on_with_the_same_batch(
    lake, deployed, parts, monkeypatch
):
    cut_off_between_the_files(deployed, monkeypatch)
    assert statuses(lake, *parts) == ["held", "held", "published"]
    assert again(deployed).run() == 1
    assert statuses(lake, *parts) == ["published"] * 3


def test_a_batch_that_is_given_up_between_its_files_is_as_it_was_and_can_be_loaded_again(
    lake, deployed, parts, monkeypatch
):
    cut_off_between_the_files(deployed, monkeypatch)
    assert statuses(lake, *parts) == ["held", "held", "published"]
    assert again(deployed).abandon()
    assert statuses(lake, *parts) == ["published"] * 3
    assert runs_of(lake, parts) == {"run-1"}
    assert again(deployed).run() == 1
    assert statuses(lake, *parts) == ["published"] * 3


def test_a_batch_that_waits_for_a_file_again_is_as_it_was_once_it_is_given_up(
    lake, deployed, parts
):
    # Given a batch that waits, and a later version of one of its files that cannot be taken
    machine = deployed.given["stepfunctions"]
    start = machine.start_execution

    def start_late(**given):
        if not machine.inputs:
            newer = arrive(lake, "planes/a.csv", one_row(7))
            lake.ledger.update_item(
                Key={"scope": lake.scope(PLANES), "item": f"ARRIVAL#{newer.arrival_id}"},
                UpdateExpression="SET #status = :rejected",
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues={":rejected": "rejected"},
            )
        return start(**given)

    machine.start_execution = start_late
    with pytest.raises(StrataError, match="waits for files again"):
        again(deployed).run()
    assert statuses(lake, *parts) == ["held"] * 3
    # When that is given up
    assert again(deployed).abandon()
    # Then the rows in the table have their files again
    assert statuses(lake, *parts) == ["published"] * 3
    assert runs_of(lake, parts) == {"run-1"}
    assert lake.waiting(PLANES) == []


def test_a_batch_that_waits_is_loaded_by_the_next_run_though_it_is_given_up(lake, deployed, parts):
    deployed.given["stepfunctions"].failing = 1
    with pytest.raises(StrataError, match="Mend the cause"):
        again(deployed).run()
    assert again(deployed).abandon()
    assert statuses(lake, *parts) == ["held", "held", "waiting"]
    lake.publish_run("run-next", PLANES)
    assert statuses(lake, *parts) == ["published"] * 3


def test_a_batch_of_which_a_file_has_arrived_anew_is_refused_and_nothing_changes(
    lake, deployed, parts
):
    newer = arrive(lake, "planes/a.csv", one_row(7))
    with pytest.raises(StrataError, match=r"planes/a\.csv has arrived anew since; narrow the"):
        again(deployed).run()
    assert statuses(lake, *parts, newer) == ["published"] * 3 + ["held"]
    assert deployed.given["stepfunctions"].inputs == []


def test_a_batch_whose_manifest_has_arrived_anew_is_refused(lake, deployed, parts):
    arrive(lake, MANIFEST, manifest("a.csv", "b.csv", "c.csv"))
    with pytest.raises(StrataError, match=r"all\.manifest\.json itself has arrived anew since"):
        again(deployed).run()


def test_a_batch_whose_rows_an_append_has_in_the_table_is_refused(deployed, parts):
    with pytest.raises(StrataError, match="appends: 1 of the files are in the table"):
        again(deployed, write_mode="append").run()


def test_the_measures_of_a_batch_that_is_loaded_again_are_no_history(lake, deployed, parts):
    history = {"rule": "rows", "severity": "warn", "rows": 0, "measure": "5"}
    history |= {"history": {"within_percent": "10", "runs": 3}, "state": "passed"}
    stage = lake.stage
    lake.stage = lambda run_id, dataset: stage(run_id, dataset, rules=[history])
    again(deployed).run()
    (state,) = lake.items("STATE", PLANES)
    assert "measures" not in state
