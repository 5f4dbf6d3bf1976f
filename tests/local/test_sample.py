"""The whole sample lake, deployed and loaded: five datasets, three products, two batches."""

import json
from typing import Any

import duckdb
import pytest

from strata.local.lake import LocalLake
from strata.query import query
from strata.runs import arrivals, artifact, runs
from strata.sample_data import Upload
from tests.local.conftest import NEXT_PLANES, PACKED


def planes_runs(lake: LocalLake) -> list[dict[str, Any]]:
    """Give the runs of planes that took a batch, oldest first."""
    return [run for run in runs(lake) if run["dataset"] == "planes" and run.get("manifest")]


def statuses(lake: LocalLake, start: str) -> set[str]:
    """Give what became of the objects whose keys start so."""
    return {one["status"] for one in arrivals(lake) if one["key"].startswith(start)}


@pytest.mark.parametrize("dataset", ["airlines", "airports", "weather"])
def test_every_row_of_a_dataset_is_in_its_table(
    loaded: LocalLake, samples: list[Upload], dataset: str
) -> None:
    (upload,) = [upload for upload in samples if upload.key.startswith(f"{dataset}/")]
    with duckdb.connect() as connection:
        connection.execute("SELECT COUNT(*) FROM read_csv(?)", [str(upload.file)])
        (expected,) = connection.fetchall()[0]
    found = query(loaded, f"SELECT COUNT(*) AS rows FROM processed.{dataset}").to_pylist()
    assert found == [{"rows": expected}]


def test_a_file_in_zstandard_is_read_as_the_run_wrote_it_and_known_by_its_raw_name(
    tried: LocalLake,
) -> None:
    run = [run for run in runs(tried) if run["dataset"] == "airports"][-1]
    key = f"runs/airports/{run['run_id']}/input.json"
    answer = tried.client("s3").get_object(Bucket=tried["ArtifactsBucketName"], Key=key)
    (file,) = json.loads(answer["Body"].read())["files"]
    assert file["key"] == PACKED
    assert file["read_uri"].endswith("/packed airports.csv.txt")
    assert statuses(tried, PACKED) == {"published"}
    assert (run["outcome"], run["rows_good"], run["rows_quarantined"]) == ("published", 1458, 0)


def test_a_dataset_kept_as_parquet_has_its_types(loaded: LocalLake) -> None:
    rows = query(loaded, "SELECT * FROM processed.airports WHERE faa = 'JFK'").to_pylist()
    assert rows == [
        {
            "faa": "JFK",
            "name": "John F Kennedy Intl",
            "lat": 40.639751,
            "lon": -73.778925,
            "alt": 13,
            "tz": -5,
            "dst": "A",
            "tzone": "America/New_York",
        }
    ]
    entry = loaded.client("glue").get_table(
        DatabaseName=loaded.database("processed"), Name="airports"
    )["Table"]
    assert entry["Parameters"]["classification"] == "parquet"


def test_both_halves_of_a_batch_are_one_run(loaded: LocalLake) -> None:
    batch = planes_runs(loaded)[0]
    assert (batch["outcome"], batch["files_claimed"], batch["rows_good"]) == ("published", 2, 3322)
    assert batch["manifest"] == "planes/planes.manifest.json"
    assert statuses(loaded, "planes/planes") == {"published"}


def test_a_manifest_may_come_before_its_files(tried: LocalLake) -> None:
    first, second = planes_runs(tried)
    assert second["manifest"] == "planes/next/planes.manifest.json"
    assert (first["outcome"], second["outcome"]) == ("published", "published")
    assert statuses(tried, "planes/next/") == {"published"}
    counted = query(tried, "SELECT COUNT(*) AS rows FROM processed.planes").to_pylist()
    assert counted == [{"rows": NEXT_PLANES}]


def test_a_malformed_manifest_is_kept_with_its_reason_and_announced(
    tried: LocalLake, sent: list[dict[str, Any]]
) -> None:
    (row,) = query(
        tried, "SELECT key, rule, reason FROM quarantine.rejected_files WHERE dataset = 'planes'"
    ).to_pylist()
    assert (row["key"], row["rule"]) == ("planes/broken.manifest.json", "manifest")
    assert row["reason"] == "files[0].nam: is not a known field; did you mean 'name'?"
    told = [one for one in sent if one["dataset"] == "planes" and one["notice"] == "files_rejected"]
    assert [row["reason"] in json.dumps(one, ensure_ascii=False) for one in told] == [True]


def test_delays_are_known_with_the_weather_of_their_hour(loaded: LocalLake) -> None:
    (found,) = query(
        loaded,
        "SELECT SUM(flights) AS flights, COUNT(DISTINCT origin_name) AS airports, "
        "COUNT(visibility) / COUNT(*) AS known FROM curated.delay_by_weather "
        "WHERE YEAR(time_hour) = 2013",
    ).to_pylist()
    assert (found["flights"], found["airports"]) == (3000, 3)
    assert found["known"] > 0.9


def test_fleets_have_an_age_and_a_delay(loaded: LocalLake) -> None:
    (fleet,) = query(
        loaded, "SELECT * FROM curated.fleet_age WHERE manufacturer = 'EMBRAER'"
    ).to_pylist()
    assert fleet["flights"] >= fleet["planes"] > 0
    assert 5 < fleet["mean_age"] < 20
    assert -10 < fleet["mean_departure_delay"] < 60


@pytest.mark.parametrize("dataset", ["airlines", "airports", "flights", "planes", "weather"])
def test_real_files_are_as_their_contract_says_and_warn_of_nothing(
    loaded: LocalLake, dataset: str
) -> None:
    first = next(run for run in runs(loaded) if run["dataset"] == dataset)
    assert (first["outcome"], first.get("reason")) == ("published", None)


@pytest.mark.parametrize(
    "product", ["daily_punctuality", "delay_by_weather", "fleet_age", "monthly_ranking"]
)
def test_each_product_is_built_and_published_without_a_bad_row(
    loaded: LocalLake, product: str
) -> None:
    built = [run for run in runs(loaded) if run["dataset"] == product]
    assert {(run["outcome"], run["rows_quarantined"]) for run in built} == {("published", 0)}


def test_a_product_of_a_product_is_built_once_for_each_of_its_publishes(tried: LocalLake) -> None:
    published = {
        name: [run for run in runs(tried) if run["dataset"] == name]
        for name in ("daily_punctuality", "monthly_ranking")
    }
    ranked = published["monthly_ranking"]
    assert len(ranked) == len(published["daily_punctuality"])
    assert ranked[0]["build"] == "all: no build before this one is known"
    assert ranked[-1]["build"] == "1 partitions: touched in daily_punctuality"
    given = artifact(tried, "monthly_ranking", ranked[-1]["run_id"], "input.json") or {}
    last = published["daily_punctuality"][-1]["run_id"]
    assert given["inputs"]["daily_punctuality"]["run_id"] == last
    counted = query(
        tried, "SELECT SUM(flights) AS flights, MIN(place) AS place FROM curated.monthly_ranking"
    ).to_pylist()
    assert counted[0]["place"] == 1
    assert counted[0]["flights"] > 3000


def test_late_flights_rebuild_only_their_months_of_an_incremental_product(
    tried: LocalLake,
) -> None:
    built = [run["build"] for run in runs(tried) if run["dataset"] == "daily_punctuality"]
    assert built[0] == "all: no build before this one is known"
    assert built[-1] == "1 partitions: touched in flights"
    months = query(
        tried,
        "SELECT year, month, SUM(flights) AS flights FROM curated.daily_punctuality "
        "GROUP BY ALL ORDER BY ALL",
    ).to_pylist()
    assert months[0] == {"year": 2013, "month": 1, "flights": 3000}
    assert {month["year"] for month in months[1:]} == {2014}


def test_each_run_says_how_large_a_job_it_asked_for(tried: LocalLake) -> None:
    """The emulated Glue runs every job alike; the request is the one that goes to AWS."""
    asked = {run["dataset"]: run["engine"] for run in runs(tried) if run["outcome"] == "published"}
    # By the contract, from the few bytes that waited, and by the environment.
    assert asked["flights"] == "2 G.1X, 45 minutes"
    assert asked["airlines"] == asked["fleet_age"] == "2 G.1X, 30 minutes"
    glue = tried.client("glue")
    sizes = {
        run["Arguments"]["--dataset"]: (run["NumberOfWorkers"], run["WorkerType"], run["Timeout"])
        for job in glue.get_jobs()["Jobs"]
        for run in glue.get_job_runs(JobName=job["Name"])["JobRuns"]
        if "--input_uri" in run["Arguments"]
    }
    assert sizes["flights"] == (2, "G.1X", 45)
    assert sizes["airlines"] == (2, "G.1X", 30)
