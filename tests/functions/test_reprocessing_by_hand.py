"""`strata run --since` and `strata backfill` load files again, once, whole, and by runs of their
own."""

import json
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from data_lake.contracts import ContractSet
from strata.by_hand import start_by_hand
from strata.errors import StrataError
from strata.reprocessing.choosing import Range
from strata.reprocessing.command import backfill
from strata.reprocessing.work import Reprocessing
from tests.functions.support.deployed import deployed_lake
from tests.functions.support.resources import one_row

DAYS = Range.of_days(date(2026, 1, 1), date(2026, 1, 3))


class Machine:
    """Step Functions that runs the lake's functions at once; some runs are told to fail."""

    class exceptions:  # noqa: N801 - boto3 calls it so
        """The exceptions of the service."""

        class ExecutionAlreadyExists(Exception):  # noqa: N818 - boto3 calls it so
            """An execution of this name has ended."""

    def __init__(self, lake):
        self.lake, self.failing, self.claimed, self.inputs = lake, 0, {}, []

    def start_execution(self, *, name, input, stateMachineArn):  # noqa: N803 - boto3's names
        if name in self.claimed:
            raise self.exceptions.ExecutionAlreadyExists
        dataset = json.loads(input)["dataset"]
        self.inputs.append(json.loads(input))
        opened = self.lake.open(name, dataset)
        self.claimed[name] = opened["claims"]
        if opened["status"] != "opened":
            return {"executionArn": name}
        self.keys = [one["key"] for one in self.lake.artifact(name, "claims.json", dataset)]
        self.lake.inspect(opened)
        self.lake.plan(opened)
        if self.failing:
            self.failing -= 1
            error = {"Error": "Glue.ThrottlingException", "Cause": ""}
            self.lake.close(name, "failed", dataset, error=error)
            return {"executionArn": name}
        self.lake.stage(name, dataset)
        self.lake.publish(name, dataset, published_at=f"2026-02-01T00:00:{len(self.claimed):02}Z")
        self.lake.close(name, "published", dataset)
        return {"executionArn": name}

    def describe_execution(self, **_):
        return {"status": "SUCCEEDED"}


def contract(name="flights", write_mode="merge", mode="on_arrival"):
    """Give a contract as far as reprocessing looks at it."""
    trigger = SimpleNamespace(mode=mode, suffix=".manifest.json")
    return SimpleNamespace(name=name, write_mode=write_mode, trigger=trigger)


@pytest.fixture
def machine(lake):
    """Give the machine that runs what is started."""
    return Machine(lake)


@pytest.fixture
def deployed(lake, emulator, machine):
    """Give the lake as the command line finds it."""
    found = deployed_lake(lake, emulator)
    found.given["stepfunctions"] = machine
    return found


def load(lake, day, number=None, dataset="flights"):
    """Have a file arrive on a day of January and publish it; gives its version."""
    version = lake.upload(f"{dataset}/{day}-{number}.csv", one_row(day * 100 + (number or 0)))
    assert lake.register(lake.event(version, time=f"2026-01-{day:02}T06:00:00Z")) == []
    lake.publish_run(f"run-{dataset}-{day}-{number}", dataset)
    return version


def again(deployed, asked=DAYS, one=None, lines=None):
    """Give a reprocessing."""
    lines = [] if lines is None else lines
    return Reprocessing(deployed, one or contract(), asked, lines.append, poll_seconds=0)


def test_each_day_of_a_range_is_loaded_again_by_a_run_of_its_own(lake, deployed, machine):
    versions = [load(lake, day) for day in (1, 2, 3, 4)]
    lines = []
    assert again(deployed, lines=lines).run() == 3
    # Then each day was one run, told with its progress; the fourth was not asked for
    assert list(machine.claimed.values()) == [1, 1, 1]
    assert {one["trigger"] for one in machine.inputs} == {"backfill"}
    assert [line.split(":")[0] for line in lines] == [
        "flights 20260101 (1 of 3)",
        "flights 20260102 (2 of 3)",
        "flights 20260103 (3 of 3)",
    ]
    runs = [lake.arrival(version)["run_id"] for version in versions]
    assert all(run.startswith("flights-again-") for run in runs[:3])
    assert runs[3] == "run-flights-4-None"
    assert {lake.status(version) for version in versions} == {"published"}
    assert lake.waiting() == []
    # And nothing is open any more
    assert [item for item in lake.items("REPROCESSING") if item["item"] == "REPROCESSING"] == []


def test_a_file_that_has_just_arrived_is_not_mixed_with_what_is_loaded_again(
    lake, deployed, machine
):
    load(lake, 1)
    fresh = lake.arrive("flights/fresh.csv", one_row(7))
    again(deployed).run()
    assert machine.keys == ["flights/1-None.csv"]
    assert lake.status(fresh) == "waiting"


def test_a_backfill_that_failed_goes_on_from_there_when_it_is_repeated(lake, deployed, machine):
    for day in (1, 2, 3):
        load(lake, day)
    machine.failing = 1
    with pytest.raises(StrataError, match=r"run flights-again-.*-1 failed: .*it goes on from here"):
        again(deployed).run()
    lines = []
    assert again(deployed, lines=lines).run() == 3
    assert "going on with what" in lines[0]
    # Then the first day was tried twice, and no day was loaded twice
    assert list(machine.claimed.values()) == [1, 1, 1, 1]


def test_a_backfill_that_was_stopped_does_not_do_again_what_is_done(
    lake, deployed, machine, monkeypatch
):
    for day in (1, 2, 3):
        load(lake, day)

    def stop(line):
        if "20260102" in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Reprocessing(deployed, contract(), DAYS, stop, poll_seconds=0).run()
    lines = []
    again(deployed, lines=lines).run()
    assert list(machine.claimed.values()) == [1, 1, 1]
    assert lines[0].endswith("1 of 3 slices are done")
    assert [line.split()[1] for line in lines[1:]] == ["20260102", "20260103"]


def test_another_range_is_refused_while_one_is_open_until_that_is_given_up(lake, deployed, machine):
    load(lake, 1)
    machine.failing = 1
    with pytest.raises(StrataError, match="failed"):
        again(deployed).run()
    other = Range.of_days(date(2026, 1, 1), date(2026, 1, 1))
    with pytest.raises(StrataError, match=r"another reprocessing is open, from 2026-01-01 to"):
        again(deployed, other).run()
    assert again(deployed, other).abandon()
    # What waited already is loaded by the next run all the same
    assert len(lake.waiting()) == 1
    assert not again(deployed, other).abandon()


def test_everything_since_a_time_is_one_run(lake, deployed, machine):
    versions = [load(lake, day) for day in (1, 2, 3)]
    since = Range(datetime(2026, 1, 2, tzinfo=UTC), datetime.now(UTC), by_day=False)
    assert again(deployed, since).run() == 1
    assert list(machine.claimed.values()) == [2]
    assert lake.arrival(versions[0])["run_id"] == "run-flights-1-None"


def test_an_append_is_refused_for_files_that_are_in_the_table_and_not_for_undone_ones(
    lake, deployed, machine
):
    version = load(lake, 1)
    with pytest.raises(StrataError, match=r"flights appends: 1 of the files .* be there twice"):
        again(deployed, one=contract(write_mode="append")).run()
    assert lake.waiting() == []
    lake.ledger.put_item(Item=lake.arrival(version) | {"status": "rolled_back"})
    assert again(deployed, one=contract(write_mode="append")).run() == 1
    assert lake.status(version) == "published"


def test_a_table_that_is_replaced_takes_only_what_its_last_run_loaded(lake, deployed, machine):
    load(lake, 1)
    second = lake.upload("flights/second.csv", one_row(2))
    lake.register(lake.event(second, time="2026-01-02T06:00:00Z"))
    lake.publish_run("run-2", published_at="2026-01-03T00:00:00+00:00")
    replaced = contract(write_mode="replace")
    assert again(deployed, one=replaced).run() == 1
    assert machine.keys == ["flights/second.csv"]
    first = Range.of_days(date(2026, 1, 1), date(2026, 1, 1))
    with pytest.raises(StrataError, match="older ones would take their place"):
        again(deployed, first, one=replaced).run()


def test_files_that_the_raw_zone_has_lost_are_refused_before_anything_is_started(
    lake, deployed, machine
):
    version = load(lake, 1)
    load(lake, 2)
    lake.s3.delete_object(Bucket=lake.raw, Key=version.key, VersionId=version.version_id)
    with pytest.raises(StrataError, match=r"1 of 2 files are not in the raw zone any more"):
        again(deployed).run()
    assert machine.inputs == []


@pytest.mark.parametrize(
    ("one", "message"),
    [
        (contract(mode="manifest"), "no file that"),
        (contract(), "no file that arrived from 2026-01-01 to 2026-01-03 was loaded before"),
    ],
)
def test_what_cannot_be_loaded_again_is_refused(lake, deployed, one, message):
    with pytest.raises(StrataError, match=message):
        again(deployed, one=one).run()


def test_a_measure_of_a_reprocessing_does_not_count_as_history(lake, deployed, machine):
    load(lake, 1)
    history = {"rule": "rows", "severity": "warn", "rows": 0, "measure": "5"}
    history |= {"history": {"within_percent": "10", "runs": 3}, "state": "passed"}
    stage = lake.stage
    lake.stage = lambda run_id, dataset="flights": stage(run_id, dataset, rules=[history])
    again(deployed).run()
    assert "measures" not in lake.items("STATE")[0]


def test_one_dataset_that_fails_does_not_stop_the_others(lake, deployed, machine):
    load(lake, 1)
    load(lake, 1, dataset="airlines")
    machine.failing = 1
    with pytest.raises(StrataError, match="flights: run flights-again"):
        backfill(deployed, [contract(), contract("airlines")], DAYS, concurrency=1)
    assert len(machine.inputs) == 2


def test_a_run_by_hand_takes_what_waits_and_says_where_nothing_does(lake, deployed, machine):
    contracts = ContractSet(datasets=dict.fromkeys(("flights", "airlines")), products={})
    with pytest.raises(StrataError, match="flights: nothing waits"):
        start_by_hand(deployed, contracts, "flights")
    version = lake.arrive("flights/a.csv")
    start_by_hand(deployed, contracts, "flights")
    assert machine.inputs == [{"dataset": "flights", "trigger": "by_hand"}]
    assert lake.status(version) == "published"


def test_a_run_by_hand_beside_another_is_refused(lake, deployed):
    contracts = ContractSet(datasets=dict.fromkeys(("flights", "airlines")), products={})
    lake.arrive("flights/a.csv")
    lake.open("run-1")
    with pytest.raises(StrataError, match="run run-1 is going"):
        start_by_hand(deployed, contracts, "flights")
