"""The raw zone against the ledger, and batches that are not complete in time."""

import pytest

from sweep import raw_zone
from tests.functions.support.batches import PLANES, arrive, batch_lake, manifest
from tests.functions.support.resources import one_row


def test_an_object_whose_event_never_came_is_registered(lake):
    # Given an object that no event told of
    version = lake.upload("flights/gone astray+1.csv")
    # When the lake is swept
    assert lake.sweep()["unheard"] == 1
    # Then the queue has its event, which registers it as any other
    (event,) = lake.told_again()
    assert lake.register(event) == []
    assert lake.status(version) == "waiting"
    assert lake.arrival(version)["size"] == version.size
    # And people are told, and the next sweep finds nothing
    (notice,) = lake.notices()
    assert notice["counts"]["events_missed"] == 1
    assert "flights/gone astray+1.csv was not in the ledger" in notice["reasons"][0]
    assert lake.sweep()["unheard"] == 0
    assert lake.told_again() == []


@pytest.mark.parametrize("key", ["flights/a.csv", "flights/_hidden", "elsewhere/a.csv"])
def test_an_object_that_is_known_or_skipped_or_unclaimed_is_not_told_again(lake, key):
    lake.arrive(key)
    assert lake.sweep()["unheard"] == 0
    assert lake.told_again() == []


def test_a_version_that_was_replaced_before_it_was_told_of_is_not_lost(lake):
    lake.upload("flights/a.csv", one_row(1))
    lake.arrive("flights/a.csv", one_row(2))
    assert lake.sweep()["unheard"] == 1


def test_a_young_object_is_left_to_its_event(lake, monkeypatch):
    monkeypatch.setenv("GRACE_MINUTES", "15")
    lake.upload("flights/a.csv")
    assert lake.sweep()["unheard"] == 0


def test_a_sweep_looks_at_so_many_objects_and_the_next_one_goes_on_from_there(lake, monkeypatch):
    # Given five objects that no event told of, and sweeps that look at two
    monkeypatch.setattr(raw_zone, "_PAGE", 2)
    monkeypatch.setenv("OBJECTS_PER_SWEEP", "2")
    for number in range(5):
        lake.upload(f"flights/{number}.csv", one_row(number))
    # When the lake is swept three times, then every object was found once
    assert [lake.sweep()["unheard"] for _ in range(3)] == [2, 2, 1]
    keys = {event["detail"]["object"]["key"] for event in lake.told_again()}
    assert keys == {f"flights/{number}.csv" for number in range(5)}


def test_the_raw_zone_is_gone_through_once_in_a_while(lake, monkeypatch):
    monkeypatch.setenv("PASS_MINUTES", "60")
    lake.sweep()
    lake.upload("flights/a.csv")
    assert lake.sweep()["unheard"] == 0
    monkeypatch.setenv("PASS_MINUTES", "0")
    assert lake.sweep()["unheard"] == 1


@pytest.fixture
def impatient(lake):
    """Deploy a dataset that comes in batches, which should be complete at once."""
    batch_lake(lake, deadline_minutes=0)


def test_a_manifest_whose_files_do_not_come_in_time_is_told_once_and_listed(lake, impatient):
    # Given a manifest of which one file is there and one is not
    arrive(lake, "planes/a.csv", one_row(1))
    listing = arrive(lake, "planes/x.manifest.json", manifest("a.csv", "b.csv"))
    # When its deadline has passed
    lake.sweep()
    # Then a person is told what is missing, and the ledger says so
    (notice,) = lake.notices()
    assert (notice["notice"], notice["severity"]) == ("batch_overdue", "critical")
    assert any("there is no planes/b.csv" in reason for reason in notice["reasons"])
    assert "planes/b.csv" in lake.arrival(listing, PLANES)["reason"]
    # And it is told once
    lake.sweep()
    assert lake.notices() == []
    # And when the file comes, the batch is loaded as ever
    last = arrive(lake, "planes/b.csv", one_row(2))
    lake.publish_run("run-1", PLANES)
    assert {lake.status(one, PLANES) for one in (listing, last)} == {"published"}


def test_a_file_that_no_manifest_lists_in_time_is_told(lake, impatient):
    file = arrive(lake, "planes/a.csv", one_row(1))
    lake.sweep()
    (notice,) = lake.notices()
    assert notice["counts"]["parts_overdue"] == 1
    assert "no manifest was complete that lists it" in lake.arrival(file, PLANES)["reason"]


def test_a_batch_has_until_its_deadline(lake):
    batch_lake(lake, deadline_minutes=60)
    arrive(lake, "planes/x.manifest.json", manifest("a.csv"))
    lake.sweep()
    assert lake.notices() == []
