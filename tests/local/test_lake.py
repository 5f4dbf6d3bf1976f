"""The deployed local lake, end to end: files in, tables, books, quarantine and notices out."""

import json
from collections import Counter
from typing import Any

import duckdb
import pytest

from strata.local.lake import LocalLake
from strata.query import query
from strata.runs import arrivals, artifact, runs, steps
from strata.sample_data import BAD_ROWS, GOOD_ROWS, Upload


def first(lake: LocalLake, dataset: str) -> dict[str, Any]:
    """Give the first run of a dataset."""
    found: dict[str, Any] = next(run for run in runs(lake) if run["dataset"] == dataset)
    return found


def of_damaged_rows(lake: LocalLake) -> dict[str, Any]:
    """Give the run that took the file with good and damaged rows."""
    of_flights = [run for run in runs(lake) if run["dataset"] == "flights"]
    (found,) = [run for run in of_flights if run.get("rows_quarantined")]
    return found


def arrival(lake: LocalLake, key: str) -> dict[str, Any]:
    """Give what the ledger says of an object."""
    (found,) = [one for one in arrivals(lake) if one["key"] == key]
    return found


def test_every_row_of_a_real_file_is_in_the_table(loaded: LocalLake, samples: list[Upload]) -> None:
    sums = "COUNT(*) AS rows, SUM(distance) AS distance, COUNT(dep_time) AS departed"
    with duckdb.connect() as connection:
        expected = connection.execute(
            f"SELECT {sums} FROM read_csv(?, nullstr = ['', 'NA'])", [str(samples[1].file)]
        ).fetchall()
    found = query(loaded, f"SELECT {sums} FROM processed.flights WHERE year = 2013").to_pylist()
    assert [tuple(row.values()) for row in found] == expected


def test_a_runs_audit_record_counts_what_went_in_and_what_came_out(loaded: LocalLake) -> None:
    run = first(loaded, "flights")
    assert (run["status"], run["outcome"], run["kind"]) == ("closed", "published", "dataset")
    assert (run["files_claimed"], run["files_accepted"], run["files_rejected"]) == (1, 1, 0)
    assert (run["rows_in"], run["rows_good"], run["rows_quarantined"]) == (3000, 3000, 0)
    assert float(run["score"]) == 1.0
    assert run["started_at"] < run["ended_at"]


def test_the_first_publish_gave_the_table_its_optimizers_under_the_deployed_role(
    loaded: LocalLake,
) -> None:
    of_flights = [run for run in runs(loaded) if run["dataset"] == "flights"]
    oldest = min(of_flights, key=lambda run: str(run["started_at"]))
    published = artifact(loaded, "flights", oldest["run_id"], "publish.json")
    assert published is not None
    assert set(published["optimizers"].values()) == {"created"}
    assert published["warnings"] == []


def test_the_published_snapshot_is_the_one_that_the_books_name(loaded: LocalLake) -> None:
    run = first(loaded, "flights")
    published = artifact(loaded, "flights", run["run_id"], "publish.json")
    assert published is not None
    assert str(run["snapshot_id"]) == str(published["snapshot_id"])


def test_a_state_machine_did_it_in_the_designed_order(loaded: LocalLake) -> None:
    names = [step.name for step in steps(loaded, first(loaded, "flights")["execution_arn"])]
    expected = ["OpenRun", "InspectBatch", "PlanRead", "StageRows", "Judge", "PublishRows"]
    assert [name for name in names if name in expected] == expected
    assert {"StartCrawler", "CheckDrift", "CloseRun"} <= set(names)


def test_the_crawler_reports_the_columns_of_the_raw_files(loaded: LocalLake) -> None:
    table = loaded.client("glue").get_table(DatabaseName=loaded.database("raw"), Name="airlines")
    columns = table["Table"]["StorageDescriptor"]["Columns"]
    assert [column["Name"] for column in columns] == ["carrier", "name"]


def test_a_product_is_built_once_all_its_inputs_are_published(loaded: LocalLake) -> None:
    built = query(
        loaded,
        "SELECT SUM(flights) AS flights, COUNT(carrier_name) = COUNT(*) AS named "
        "FROM curated.daily_punctuality",
    ).to_pylist()
    assert built == [{"flights": 3000, "named": True}]
    assert first(loaded, "daily_punctuality")["trigger"] == "inputs_published"


def test_the_good_rows_of_a_damaged_file_go_on(tried: LocalLake) -> None:
    counted = query(tried, "SELECT COUNT(*) AS rows FROM processed.flights WHERE year = 2014")
    assert counted.to_pylist() == [{"rows": GOOD_ROWS}]
    run = of_damaged_rows(tried)
    assert (run["rows_in"], run["rows_good"]) == (GOOD_ROWS + BAD_ROWS, GOOD_ROWS)


@pytest.mark.fault(35, by="run")
def test_a_column_that_the_contract_does_not_know_is_reported_as_drift(tried: LocalLake) -> None:
    run = of_damaged_rows(tried)
    assert run["outcome"] == "published_with_warnings"
    assert "fare" in run["reason"]


def test_each_damaged_row_is_kept_with_its_rule_its_reason_and_its_source(
    tried: LocalLake,
) -> None:
    rows = query(tried, "SELECT * FROM quarantine.flights").to_pylist()
    assert Counter(rule for row in rows for rule in row["rule_ids"]) == {
        "malformed": 2,
        "type:distance": 1,
        "origin_known": 1,
        "carrier_known": 1,
        "encoding": 1,
    }
    assert {row["source_key"] for row in rows} == {"flights/2014 rows + é.csv"}
    assert all(row["reasons"][0] and row["raw_record"].startswith("2014,") for row in rows)
    (text,) = [row for row in rows if row["rule_ids"] == ["type:distance"]]
    assert "'distance'" in text["reasons"][0]
    assert "'far'" in text["reasons"][0]


@pytest.mark.parametrize(
    ("key", "rule"),
    [
        ("flights/empty.csv", "empty_file"),
        ("flights/header only.csv", "header_only"),
        ("flights/columns.csv", "header"),
        ("flights/document.csv", "format"),
    ],
)
def test_a_file_that_cannot_be_read_is_kept_with_its_reason(
    tried: LocalLake, key: str, rule: str
) -> None:
    recorded = arrival(tried, key)
    assert (recorded["status"], recorded["rule"]) == ("rejected", rule)
    (row,) = query(
        tried,
        f"SELECT rule, reason, quarantine_uri FROM quarantine.rejected_files WHERE key = '{key}'",
    ).to_pylist()
    assert row["rule"] == rule
    assert row["reason"] == recorded["reason"]
    bucket, _, copy = row["quarantine_uri"].removeprefix("s3://").partition("/")
    s3 = tried.client("s3")
    original = s3.get_object(Bucket=tried["RawBucketName"], Key=key)["Body"].read()
    assert s3.get_object(Bucket=bucket, Key=copy)["Body"].read() == original


def test_the_same_bytes_again_change_nothing(tried: LocalLake) -> None:
    recorded = arrival(tried, "airlines/again.csv")
    assert recorded["status"] == "duplicate"
    assert "airlines/airlines.csv" in recorded["reason"]
    assert query(tried, "SELECT * FROM processed.airlines").num_rows == 16


def test_a_file_that_no_contract_claims_is_kept_and_announced(
    tried: LocalLake, sent: list[dict[str, Any]]
) -> None:
    assert arrival(tried, "hotels/stranger.csv")["status"] == "unclaimed"
    copy = tried.client("s3").get_object(
        Bucket=tried["QuarantineBucketName"], Key="unclaimed/hotels/stranger.csv"
    )
    assert copy["Body"].read() == b"name\nPlaza\n"
    (notice,) = [one for one in sent if one["notice"] == "object_unclaimed"]
    assert "hotels/stranger.csv" in json.dumps(notice)


def test_success_quarantine_and_rejection_are_announced(sent: list[dict[str, Any]]) -> None:
    told = Counter((one["notice"], one["dataset"]) for one in sent)
    assert told["run_published", "airlines"] == 1
    assert told["run_published", "flights"] == 1
    assert told["run_published_with_warnings", "flights"] == 1
    of_flights = [one for one in sent if one["dataset"] == "flights"]
    quarantining = [one for one in of_flights if one.get("counts", {}).get("rows_quarantined")]
    assert [one["counts"]["rows_quarantined"] for one in quarantining] == [BAD_ROWS]
    rejecting = json.dumps([one["reasons"] for one in sent if one["dataset"] == "flights"])
    for key in ("empty.csv", "header only.csv", "columns.csv", "document.csv"):
        assert f"flights/{key}" in rejecting


def test_no_notice_carries_a_rows_content(sent: list[dict[str, Any]]) -> None:
    assert "N14228" not in json.dumps(sent)


def test_nothing_is_left_locked_or_waiting(tried: LocalLake) -> None:
    items = tried.client("dynamodb").scan(TableName=tried["LedgerTableName"])["Items"]
    left = [item["item"]["S"] for item in items]
    assert [item for item in left if item.startswith(("LOCK", "WAITING"))] == []
    assert {run["status"] for run in runs(tried)} == {"closed"}
