def test_an_expired_lease_is_taken_over_and_its_arrivals_are_claimed_again(lake):
    # Given a run that died with claims in its hands
    version = lake.arrive("flights/a.csv")
    lake.open("run-1")
    lake.expire_lock()
    # When another run opens
    opened = lake.open("run-2")
    # Then it has the claims, and the first run is closed as failed
    assert (opened["status"], opened["claims"]) == ("opened", 1)
    assert lake.arrival(version)["run_id"] == "run-2"
    assert lake.arrival(version)["attempts"] == 2
    record = lake.record("run-1")
    assert (record["status"], record["outcome"]) == ("closed", "failed")
    assert "run-2 took over" in record["reason"]
    assert lake.items("LOCK")[0]["abandoned"] == []


def test_a_run_that_died_after_it_published_is_closed_as_published_and_not_read_again(lake):
    # Given a run that died between publishing and closing
    version = lake.arrive("flights/a.csv")
    lake.read_and_plan("run-1")
    lake.stage("run-1")
    lake.publish("run-1")
    lake.expire_lock()
    # When the next run opens
    opened = lake.open("run-2")
    # Then nothing is left to do: readers have the rows, and the ledger says so
    assert opened["status"] == "nothing_waiting"
    assert lake.status(version) == "published"
    assert lake.record("run-1")["outcome"] == "published_with_warnings"
    assert lake.items("STATE")[0]["last_published_run"] == "run-1"
    assert lake.items("LOCK") == []
    assert lake.record("run-2") == {}


def test_a_takeover_that_died_itself_is_finished_by_the_next_one(lake):
    version = lake.arrive("flights/a.csv")
    lake.open("run-1")
    lake.expire_lock()
    # Given a second run that took the lock and died before it settled the first
    lock = {"scope": lake.scope("flights"), "item": "LOCK"}
    left = {"run_id": "run-2", "expires_at": 1, "abandoned": ["run-1"], "lease_seconds": 60}
    lake.ledger.put_item(Item=lock | left)
    # When a third opens
    opened = lake.open("run-3")
    # Then it has the arrival of the first
    assert opened["claims"] == 1
    assert lake.arrival(version)["run_id"] == "run-3"
