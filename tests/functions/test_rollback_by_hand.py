"""`strata rollback` moves a real Iceberg table, and the functions go by what it wrote."""

from types import SimpleNamespace

import pyarrow as pa
import pytest
from pyiceberg.catalog import load_catalog

from data_lake.contracts import ContractSet
from strata.books import Books
from strata.errors import StrataError
from strata.iceberg import load_table
from strata.rollback import rolling_back
from strata.rollback.rolling_back import RollbackWork
from tests.functions.support.deployed import deployed_lake
from tests.functions.support.resources import one_row

SCHEMA = pa.schema([("carrier", pa.string())])
CONTRACTS = ContractSet(
    datasets={"flights": SimpleNamespace(format="iceberg", zone="processed")},
    products={"daily": SimpleNamespace(format="iceberg", zone="curated", inputs=("flights",))},
)


@pytest.fixture
def deployed(lake, emulator):
    """Give the lake as the command line finds it, with empty tables of flights and daily."""
    found = deployed_lake(lake, emulator)
    glue = found.client("glue")
    for machine in (lake.machine, lake.curate):
        version = lake.sfn.publish_state_machine_version(stateMachineArn=machine)
        lake.sfn.create_state_machine_alias(
            name="live",
            routingConfiguration=[
                {"stateMachineVersionArn": version["stateMachineVersionArn"], "weight": 100}
            ],
        )
    for zone, name in (("processed", "flights"), ("curated", "daily")):
        bucket = f"{zone}-{lake.suffix}"
        lake.s3.create_bucket(Bucket=bucket)
        glue.create_database(DatabaseInput={"Name": found.database(zone)})
        catalog = load_catalog(
            "lake",
            **{
                "type": "glue",
                "glue.endpoint": emulator.endpoint,
                "s3.endpoint": emulator.endpoint,
                "client.region": found.region,
                "client.access-key-id": emulator.account,
                "client.secret-access-key": "emulated",
            },
        )
        place = (found.database(zone), name)
        catalog.create_table(place, SCHEMA, location=f"s3://{bucket}/{name}")
    yield found
    for zone, name in (("processed", "flights"), ("curated", "daily")):
        glue.delete_table(DatabaseName=found.database(zone), Name=name)
        glue.delete_database(Name=found.database(zone))


@pytest.fixture
def work(deployed):
    """Give the rollbacks of flights."""
    return RollbackWork(deployed, CONTRACTS, "flights")


def publish(lake, deployed, number, published_at="2026-01-01T00:00:00+00:00"):
    """Publish a run of one file that adds one row to the table; gives the file's version."""
    version = lake.arrive(f"flights/{number}.csv", one_row(number))
    snapshot = add_row(deployed, "processed", "flights", f"run-{number}")
    lake.publish_run(f"run-{number}", snapshot_id=snapshot, published_at=published_at)
    return version


def add_row(deployed, zone, name, run_id):
    """Add a row to a table as a run does and give the snapshot."""
    table = load_table(deployed, zone, name)
    rows = pa.table({"carrier": [run_id]}, schema=SCHEMA)
    table.append(rows, snapshot_properties={"strata.run-id": run_id})
    return str(table.refresh().current_snapshot().snapshot_id)


def seen(deployed, zone="processed", name="flights"):
    """Give what readers see."""
    return sorted(load_table(deployed, zone, name).scan().to_arrow()["carrier"].to_pylist())


def state(lake, dataset="flights"):
    """Give what the ledger says was published last."""
    (item,) = lake.items("STATE", dataset)
    return item


def test_readers_see_what_an_earlier_run_left_and_the_books_say_who_did_it_and_why(
    lake, deployed, work
):
    # Given three published runs
    versions = [publish(lake, deployed, number) for number in (1, 2, 3)]
    lake.notices()
    assert seen(deployed) == ["run-1", "run-2", "run-3"]
    # When the table is rolled back to the first
    done = work.roll_back("run-1", who="ada", why="wrong prices")
    # Then readers see it as it was
    assert seen(deployed) == ["run-1"]
    assert (done.undone, done.redone) == (("run-2", "run-3"), ())
    # And the audit record tells all of it
    record = lake.record(done.run_id)
    assert (record["status"], record["outcome"], record["trigger"]) == (
        "closed",
        "rolled_back",
        "rollback",
    )
    assert (record["who"], record["reason"], record["rolled_back_to"]) == (
        "ada",
        "wrong prices",
        "run-1",
    )
    assert record["undone"] == ["run-2", "run-3"]
    # And so do the ledger and a notice; the lock is free
    assert [lake.status(version) for version in versions] == [
        "published",
        "rolled_back",
        "rolled_back",
    ]
    assert state(lake)["last_published_run"] == done.run_id
    assert state(lake)["snapshot_id"] == record["snapshot_id"]
    (notice,) = lake.notices()
    assert (notice["notice"], notice["run_id"]) == ("rolled_back", done.run_id)
    assert notice["reasons"][0] == "ada: wrong prices"
    assert lake.items("LOCK") == []


def test_the_run_after_a_rollback_starts_clean(lake, deployed, work):
    publish(lake, deployed, 1)
    publish(lake, deployed, 2)
    work.roll_back("run-1", who="ada", why="wrong")
    # Given the undone file uploaded once more: its rows are not in the table, so it is no duplicate
    version = lake.arrive("flights/2 again.csv", one_row(2))
    opened = lake.read_and_plan("run-3")
    assert lake.inspection(version, "run-3")["verdict"] == "accepted"
    lake.stage("run-3")
    assert lake.judge(opened)["decision"] == "publish"
    snapshot = add_row(deployed, "processed", "flights", "run-3")
    lake.publish(
        "run-3",
        snapshot_id=snapshot,
        previous_snapshot_id="that of run-1",
        published_at="2100-01-01T00:00:00+00:00",
    )
    assert lake.close("run-3", "published")["outcome"] == "published"
    # Then its rows are added to what the rollback left
    assert seen(deployed) == ["run-1", "run-3"]
    assert state(lake)["last_published_run"] == "run-3"
    # And the table can go back to before it, which is what the rollback made current
    assert next(row["state"] for row in work.listing()) == "current"
    work.roll_back("run-1", who="ada", why="wrong again")
    assert seen(deployed) == ["run-1"]


def test_products_that_read_the_table_are_built_again(lake, deployed, work):
    lake.arrive("airlines/a.csv")
    lake.publish_run("run-of-airlines", "airlines")
    publish(lake, deployed, 1)
    publish(lake, deployed, 2)
    lake.build("build-1", "daily")
    assert lake.open("build-2", "daily")["status"] == "nothing_waiting"
    work.roll_back("run-1", who="ada", why="wrong")
    assert lake.open("build-2", "daily")["status"] == "opened"


def test_one_can_go_forward_again_as_long_as_the_snapshot_is_there(lake, deployed, work):
    versions = [publish(lake, deployed, number) for number in (1, 2)]
    work.roll_back("run-1", who="ada", why="wrong")
    done = work.roll_back("run-2", who="ada", why="it was right after all")
    assert (done.undone, done.redone) == ((), ("run-2",))
    assert seen(deployed) == ["run-1", "run-2"]
    assert [lake.status(version) for version in versions] == ["published", "published"]


def test_the_states_are_listed_with_the_current_one_and_what_has_expired(lake, deployed, work):
    publish(lake, deployed, 1)
    publish(lake, deployed, 2)
    publish(lake, deployed, 3)
    first = lake.record("run-1")["snapshot_id"]
    load_table(deployed, "processed", "flights").maintenance.expire_snapshots().by_id(
        int(first)
    ).commit()
    rows = {row["run"]: (row["state"], row["rows"]) for row in work.listing()}
    assert rows == {
        "run-3": ("current", 3),
        "run-2": ("can be made current", 2),
        "run-1": ("its snapshot has expired", None),
    }
    with pytest.raises(StrataError, match="cannot go back to run run-1: its snapshot has expired"):
        work.roll_back("run-1", who="ada", why="wrong")
    assert seen(deployed) == ["run-1", "run-2", "run-3"]


@pytest.mark.parametrize(
    ("to", "message"),
    [
        ("run-9", "no run run-9 has published it; did you mean run-2? The last that did: run-1, r"),
        ("run-2", "flights is as run run-2 left it; nothing was changed"),
    ],
)
def test_a_rollback_that_makes_no_sense_is_refused(lake, deployed, work, to, message):
    publish(lake, deployed, 1)
    publish(lake, deployed, 2)
    with pytest.raises(StrataError, match=message.replace("?", r"\?")):
        work.roll_back(to, who="ada", why="wrong")
    assert lake.items("LOCK") == []


def test_while_a_run_goes_on_or_has_died_nothing_is_rolled_back(lake, deployed, work):
    publish(lake, deployed, 1)
    publish(lake, deployed, 2)
    lake.arrive("flights/3.csv", one_row(3))
    lake.open("run-3")
    with pytest.raises(StrataError, match="run run-3 is going; wait until it has ended"):
        work.roll_back("run-1", who="ada", why="wrong")
    lake.expire_lock()
    with pytest.raises(StrataError, match="run run-3 died, and what it held is not given back"):
        work.roll_back("run-1", who="ada", why="wrong")
    assert seen(deployed) == ["run-1", "run-2"]


def test_a_run_that_publishes_before_the_lock_is_taken_is_not_undone_unseen(
    lake, deployed, work, monkeypatch
):
    publish(lake, deployed, 1)
    publish(lake, deployed, 2)

    def take_late(books, run_id):
        if not lake.record("run-3"):
            publish(lake, deployed, 3)
        take_lock(books, run_id)

    take_lock = rolling_back.take_lock
    monkeypatch.setattr(rolling_back, "take_lock", take_late)
    with pytest.raises(StrataError, match="a run has just published; look again, then repeat"):
        work.roll_back("run-1", who="ada", why="wrong")
    assert seen(deployed) == ["run-1", "run-2", "run-3"]
    assert lake.items("LOCK") == []


def test_while_a_rollback_goes_on_no_run_opens_and_what_arrives_is_taken_afterwards(
    lake, deployed, work, monkeypatch
):
    publish(lake, deployed, 1)
    publish(lake, deployed, 2)

    def meanwhile(*arguments, **named):
        lake.arrive("flights/3.csv", one_row(3))
        assert lake.open("run-3")["status"] == "busy"
        # The sweep sees that a command holds the lock, and lets it.
        assert lake.sweep() == {"died": 0, "started": 0, "unheard": 0}
        return write_state(*arguments, **named)

    write_state = rolling_back.write_state
    monkeypatch.setattr(rolling_back, "write_state", meanwhile)
    done = work.roll_back("run-1", who="ada", why="wrong")
    assert f"{done.run_id}-next" in lake.executions()


@pytest.mark.parametrize(
    "step", ["settle_arrivals", "write_state", "send_published", "send_notice"]
)
def test_a_rollback_that_died_is_finished_by_whoever_comes_next(
    lake, deployed, work, monkeypatch, step
):
    versions = [publish(lake, deployed, number) for number in (1, 2)]

    def die(*_arguments, **_named):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(rolling_back, step, die)
        work.roll_back("run-1", who="ada", why="wrong")
    # No run gets in between
    lake.arrive("flights/3.csv", one_row(3))
    assert lake.open("run-3")["status"] == "busy"
    # And the next one finishes it as it was begun
    done = work.finish_open()
    assert done is not None
    assert lake.record(done.run_id)["who"] == "ada"
    assert lake.record(done.run_id)["outcome"] == "rolled_back"
    assert [lake.status(version) for version in versions] == ["published", "rolled_back"]
    assert state(lake)["last_published_run"] == done.run_id
    assert lake.open("run-3")["status"] == "opened"
    assert work.finish_open() is None


def test_a_product_is_rolled_back_and_not_built_again_until_an_input_moves(lake, deployed):
    # Given a product that was built twice
    lake.arrive("airlines/a.csv")
    lake.publish_run("run-of-airlines", "airlines")
    for number in (1, 2):
        publish(lake, deployed, number)
        assert lake.open(f"build-{number}", "daily")["status"] == "opened"
        lake.stage(f"build-{number}", "daily")
        snapshot = add_row(deployed, "curated", "daily", f"build-{number}")
        lake.publish(f"build-{number}", "daily", snapshot_id=snapshot)
        lake.close(f"build-{number}", "published", "daily")
    # When it is rolled back
    done = RollbackWork(deployed, CONTRACTS, "daily").roll_back("build-1", who="ada", why="wrong")
    # Then readers see the first build, and the state says of which inputs that was made
    assert seen(deployed, "curated", "daily") == ["build-1"]
    assert state(lake, "daily")["inputs"]["flights"] == "run-1"
    assert state(lake, "daily")["input_snapshots"]["flights"] == lake.record("run-1")["snapshot_id"]
    assert lake.open("build-3", "daily")["status"] == "nothing_waiting"
    # And the products that read it are looked at
    assert done.run_id in lake.executions(lake.curate)
    publish(lake, deployed, 3)
    assert lake.open("build-3", "daily")["status"] == "opened"


def test_measures_of_undone_runs_are_forgotten(lake, deployed, work):
    publish(lake, deployed, 1)
    publish(lake, deployed, 2)
    books = Books(deployed, "flights")
    given = dict(books.item("STATE") or {})
    entries = [{"run_id": f"run-{number}", "value": "5"} for number in (1, 2)]
    books.put("STATE", given | {"measures": {"rows": entries}})
    work.roll_back("run-1", who="ada", why="wrong")
    assert state(lake)["measures"] == {"rows": entries[:1]}
