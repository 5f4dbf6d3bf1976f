import json

from tests.functions.support.resources import HEADER, one_row


def _message(closed):
    return json.loads(closed["notice"]["message"])


def test_a_published_run_leaves_everything_in_its_place(lake):
    # Given a run over one file, staged and published
    version = lake.arrive("flights/a.csv")
    # When it is closed
    closed = lake.publish_run()
    # Then the arrival, the state, the lock and the record say so
    assert closed["outcome"] == "published"
    assert lake.status(version) == "published"
    assert lake.arrival(version)["checksum"] == lake.inspection(version)["checksum"]
    (state,) = lake.items("STATE")
    assert state["last_published_run"] == "run-1"
    assert state["last_published_at"] == "2026-01-01T00:00:00.000000Z"
    assert state["snapshot_id"] == "snapshot-of-run-1"
    assert state["table"] == "glue_catalog.processed.flights"
    assert lake.items("LOCK") == []
    record = lake.record("run-1")
    assert (record["status"], record["outcome"]) == ("closed", "published")
    assert (record["rows_in"], record["rows_good"], record["score"]) == (2, 2, "1.0")
    assert record["started_at"] < record["ended_at"]
    assert lake.artifact("run-1", "run.json")["outcome"] == "published"


def test_a_table_that_was_gone_and_made_anew_is_a_warning(lake):
    lake.arrive("flights/a.csv", one_row(1))
    assert lake.publish_run("run-1")["outcome"] == "published"
    lake.arrive("flights/b.csv", one_row(2))
    assert lake.publish_run("run-2", previous_snapshot_id="1")["outcome"] == "published"
    lake.arrive("flights/c.csv", one_row(3))
    closed = lake.publish_run("run-3", previous_snapshot_id=None)
    assert closed["outcome"] == "published_with_warnings"
    assert "was gone from the catalog" in _message(closed)["reasons"][0]


def test_the_event_of_a_published_run_names_what_others_need(lake):
    lake.arrive("flights/a.csv")
    assert lake.publish_run()["event"] == {
        "environment": "local",
        "owner": "strata-local",
        "dataset": "flights",
        "run_id": "run-1",
        "snapshot_id": "snapshot-of-run-1",
        "kind": "dataset",
    }


def test_the_notice_of_a_published_run_counts_rows_and_names_rejected_files(lake):
    lake.arrive("flights/a.csv", one_row(1))
    lake.arrive("flights/b.csv", b"")
    closed = lake.publish_run()
    message = _message(closed)
    assert (message["notice"], message["severity"]) == ("run_published", "warning")
    assert message["counts"]["files_accepted"] == 1
    assert message["counts"]["files_rejected"] == 1
    assert message["counts"]["rows_good"] == 2
    assert message["reasons"] == ["flights/b.csv: empty_file: the file has no bytes"]
    assert closed["notice"]["subject"].startswith("[local] warning: flights: published 2 rows")
    assert "strata quarantine show flights --run run-1" in message["next_step"]


def test_a_file_that_was_gone_is_told_in_the_notice(lake):
    gone = lake.arrive("flights/a.csv", one_row(1))
    lake.arrive("flights/b.csv", one_row(2))
    lake.s3.delete_object(Bucket=lake.raw, Key=gone.key, VersionId=gone.version_id)
    message = _message(lake.publish_run())
    assert message["severity"] == "warning"
    assert "flights/a.csv: missing" in message["reasons"][0]


def test_what_follows_publishing_and_fails_makes_it_published_with_warnings(lake):
    lake.arrive("flights/a.csv")
    lake.read_and_plan()
    lake.stage("run-1")
    lake.publish("run-1")
    warnings = [
        "the crawler failed",
        {"Error": "Glue.CrawlerRunningException", "Cause": "busy"},
        {"column": "gate", "change": "added", "found": "string", "expected": None},
        {"anything": 1},
    ]
    closed = lake.close("run-1", "published", warnings=warnings)
    assert closed["outcome"] == "published_with_warnings"
    assert closed["event"]["run_id"] == "run-1"
    assert _message(closed)["notice"] == "run_published_with_warnings"
    assert _message(closed)["reasons"] == [
        "the crawler failed",
        "Glue.CrawlerRunningException",
        "drift: gate added: found string, the contract has none",
        '{"anything": 1}',
    ]


def test_what_publishing_could_not_do_besides_is_told(lake):
    lake.arrive("flights/a.csv")
    warning = "glue_catalog.processed.flights: its retention optimizer is not as the settings say"
    closed = lake.publish_run(warnings=[warning])
    assert closed["outcome"] == "published_with_warnings"
    assert _message(closed)["reasons"] == [warning]
    assert lake.record("run-1")["outcome"] == "published_with_warnings"


def test_a_batch_below_its_threshold_is_rejected_and_readers_see_what_they_saw(lake):
    # Given a published run, and one whose rows are bad
    lake.arrive("flights/a.csv", one_row(1))
    lake.publish_run("run-1")
    version = lake.arrive("flights/b.csv", one_row(2))
    opened = lake.read_and_plan("run-2")
    lake.stage("run-2", rows_in=10, rows_good=1, rows_quarantined=9, score=0.1)
    assert lake.judge(opened)["decision"] == "quarantine"
    # When it is closed
    closed = lake.close("run-2", "quarantined")
    # Then its file is rejected for its quality, and nothing was published
    arrival = lake.arrival(version)
    assert (arrival["status"], arrival["rule"]) == ("rejected", "quality")
    assert "0.1 is below the threshold 0.95" in arrival["reason"]
    assert lake.items("STATE")[0]["last_published_run"] == "run-1"
    assert closed["event"] is None
    assert closed["more_waiting"] is False
    message = _message(closed)
    assert (message["notice"], message["severity"]) == ("batch_quarantined", "critical")
    assert message["counts"]["rows_quarantined"] == 9


def test_a_run_with_no_acceptable_file_is_rejected_without_any_report_of_spark(lake):
    version = lake.arrive("flights/a.csv", b"")
    lake.read_and_plan()
    closed = lake.close("run-1", "rejected")
    assert lake.arrival(version)["rule"] == "empty_file"
    assert lake.record("run-1")["outcome"] == "rejected"
    message = _message(closed)
    assert (message["notice"], message["severity"]) == ("files_rejected", "warning")
    assert message["counts"]["files_rejected"] == 1


def test_a_run_of_nothing_but_duplicates_alarms_nobody(lake):
    lake.arrive("flights/a.csv")
    lake.publish_run("run-1")
    again = lake.arrive("flights/b.csv")
    lake.read_and_plan("run-2")
    closed = lake.close("run-2", "rejected")
    assert lake.status(again) == "duplicate"
    assert _message(closed)["severity"] == "info"


def test_files_that_hold_no_rows_come_to_an_end_too(lake):
    version = lake.arrive("flights/a.csv")
    opened = lake.read_and_plan()
    lake.stage("run-1", rows_in=0, rows_good=0)
    assert lake.judge(opened)["decision"] == "empty"
    lake.close("run-1", "rejected")
    arrival = lake.arrival(version)
    assert (arrival["status"], arrival["rule"]) == ("rejected", "no_rows")


def test_a_run_is_counted_under_its_outcome(lake, capsys):
    lake.arrive("flights/a.csv")
    lake.publish_run()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (metrics,) = [line for line in lines if "_aws" in line and "Runs" in line]
    sent = metrics["_aws"]["CloudWatchMetrics"][0]
    assert sent["Dimensions"] == [["environment", "dataset", "outcome"]]
    assert (metrics["environment"], metrics["dataset"]) == ("local", "flights")
    assert metrics["outcome"] == "published"
    assert (metrics["RowsIn"], metrics["RowsGood"]) == ([2.0], [2.0])
    assert (metrics["RowsQuarantined"], metrics["QualityScore"]) == ([0.0], [1.0])
    assert metrics["RunSeconds"][0] >= 0


def test_a_later_publish_is_not_overwritten_by_a_late_close(lake):
    lake.arrive("flights/a.csv", one_row(1))
    lake.read_and_plan("run-1")
    lake.stage("run-1")
    lake.publish("run-1", published_at="2026-01-01T00:00:00+00:00")
    lake.close("run-1", "published")
    lake.arrive("flights/b.csv", one_row(2))
    lake.read_and_plan("run-2")
    lake.stage("run-2")
    lake.publish("run-2", published_at="2026-01-01T00:00:00.500000+00:00")
    lake.close("run-2", "published")
    lake.close("run-1", "published")
    assert lake.items("STATE")[0]["last_published_run"] == "run-2"


def test_a_duplicate_shares_the_end_of_the_file_whose_bytes_it_repeats(lake):
    # Given two files with the same bytes in one run that is not good enough
    versions = [lake.arrive(f"flights/{name}.csv") for name in ("a", "b")]
    opened = lake.read_and_plan()
    lake.stage("run-1", rows_good=0, rows_quarantined=2, score=0.0)
    lake.judge(opened)
    # When it is closed
    lake.close("run-1", "quarantined")
    # Then neither is called a duplicate, for nothing of them was published
    assert [lake.arrival(version)["rule"] for version in versions] == ["quality", "quality"]
    assert [lake.status(version) for version in versions] == ["rejected", "rejected"]


def test_a_duplicate_of_a_file_of_the_same_run_is_told_as_one_once_that_is_published(lake):
    versions = [lake.arrive(f"flights/{name}.csv") for name in ("a", "b")]
    lake.publish_run()
    assert [lake.status(version) for version in versions] == ["published", "duplicate"]
    assert lake.record("run-1")["files_duplicate"] == 1


def test_no_value_of_a_record_is_in_a_notice_a_log_or_the_ledger(lake, capsys, caplog):
    # Given files that are wrong in many ways, each with a name of a person in it
    person = b"Jane Doe"
    lake.arrive("flights/no-header.csv", b"2013,1," + person + b"\n")
    lake.arrive("flights/json.csv", b'{"carrier": "' + person + b'"}\n')
    lake.arrive("flights/binary.csv", person + bytes(100))
    lake.arrive("flights/good.csv", HEADER + b"2013,1," + person + b"\n")
    # When a run takes them, and fails with the person in its cause
    lake.read_and_plan()
    cause = json.dumps({"ErrorMessage": "SparkException: cannot cast 'Jane Doe'"})
    error = {"Error": "States.TaskFailed", "Cause": cause}
    closed = lake.close("run-1", "failed", error=error)
    # Then nothing that people or machines are told has the name
    told = [json.dumps(closed), capsys.readouterr().out, caplog.text, str(lake.items("A"))]
    told += [str(lake.record("run-1")), json.dumps(lake.artifact("run-1", "run.json"))]
    told += [
        lake.body(lake.quarantine, key).decode()
        for key in lake.keys(lake.quarantine)
        if key.startswith("rejections/")
    ]
    assert len(told) == 9
    assert not [text for text in told if "Jane" in text]
