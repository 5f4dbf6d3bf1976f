"""A contract that was too narrow is mended, and the rows that it kept away are replayed."""

import gzip
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import strata.local.lake
from strata.activity import wait_until_quiet
from strata.arrivals import put_object
from strata.cli import main
from strata.local.lake import LocalLake, bring_up_to_date
from strata.query import query
from strata.runs import runs

NAME = "readings"
KEY = "readings/monday.csv"
GOOD = [f"attic,{minute},{minute % 30}" for minute in range(40)]
HOT = ["sauna,0,55", "sauna,1,60"]
BROKEN = ["boiler,0,999", "boiler,1,warm"]
LINES = ["sensor,minute,celsius", *GOOD[:20], HOT[0], BROKEN[0], *GOOD[20:], BROKEN[1], HOT[1]]
RULE = "celsius_plausible"


@pytest.fixture(scope="module")
def before(lake: LocalLake, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Give the run of the file under the contract that thinks no room is hotter than 40."""
    file = tmp_path_factory.mktemp(NAME) / "monday.csv"
    # Packed, and not called so: the contract leaves open how files are compressed.
    file.write_bytes(gzip.compress("\n".join([*LINES, ""]).encode()))
    put_object(lake, KEY, file)
    wait_until_quiet(lake, seconds=600)
    (run,) = of_readings(lake)
    return run


@pytest.fixture(scope="module")
def mended(lake: LocalLake, before: dict[str, Any], contracts_folder: Path) -> dict[str, Any]:
    """Give the run of the replay, after the contract was mended and deployed."""
    contract = contracts_folder / f"{NAME}.odcs.yaml"
    text = contract.read_text()
    assert "max: 40" in text
    mended = text.replace("max: 40", "max: 90").replace("version: 1.0.0", "version: 1.1.0")
    contract.write_text(mended)
    bring_up_to_date(lake)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strata.local.lake, "state_folder", lambda: Path(lake.folder))
        main(["quarantine", "replay", NAME, "--rule", RULE, "--reason", "saunas are hot"])
    wait_until_quiet(lake, seconds=600)
    _, run = of_readings(lake)
    assert run["run_id"] != before["run_id"]
    return run


def of_readings(lake: LocalLake) -> list[dict[str, Any]]:
    """Give the runs of the dataset that read rows, oldest first."""
    return [run for run in runs(lake) if run["dataset"] == NAME and run.get("rows_in")]


def places(lake: LocalLake) -> Counter[tuple[str, str]]:
    """Give where each record is: the zone, and the record as it was written."""
    rows = query(lake, "SELECT sensor, minute, celsius FROM processed.readings").to_pylist()
    kept = query(lake, "SELECT raw_record FROM quarantine.readings").to_pylist()
    return Counter(
        [
            *(("processed", ",".join(str(value) for value in row.values())) for row in rows),
            *(("quarantine", row["raw_record"]) for row in kept),
        ]
    )


def test_rows_that_the_narrow_contract_does_not_know_wait_in_quarantine(
    lake: LocalLake, before: dict[str, Any]
) -> None:
    assert (before["rows_in"], before["rows_quarantined"]) == (44, 4)
    assert places(lake) == Counter(
        [
            *(("processed", record) for record in GOOD),
            *(("quarantine", record) for record in (*HOT, *BROKEN)),
        ]
    )


def test_after_the_replay_each_row_is_in_exactly_one_place(
    lake: LocalLake, mended: dict[str, Any]
) -> None:
    assert (mended["rows_in"], mended["rows_good"], mended["rows_quarantined"]) == (3, 2, 1)
    assert places(lake) == Counter(
        [
            *(("processed", record) for record in (*GOOD, *HOT)),
            *(("quarantine", record) for record in BROKEN),
        ]
    )


def test_the_replay_and_what_failed_again_know_where_they_came_from(
    lake: LocalLake, before: dict[str, Any], mended: dict[str, Any]
) -> None:
    assert mended["contract_version"] == "1.1.0"
    assert mended["replay_of"]["runs"] == {before["run_id"]: 3}
    rows = query(lake, "SELECT * FROM quarantine.readings").to_pylist()
    (again,) = [row for row in rows if row["raw_record"] == BROKEN[0]]
    assert (again["run_id"], again["rule_ids"]) == (mended["run_id"], [RULE])
    assert (again["origin_run_id"], again["origin_key"]) == (before["run_id"], KEY)
    assert again["origin_line"] == LINES.index(BROKEN[0]) + 1
    assert again["source_key"].startswith("readings/replay/")
    (never,) = [row for row in rows if row["raw_record"] == BROKEN[1]]
    assert (never["run_id"], never["source_key"]) == (before["run_id"], KEY)
    assert never["source_line"] == LINES.index(BROKEN[1]) + 1
