"""`strata quarantine` as a person types it."""

from pathlib import Path

import pytest

from strata.cli import main
from strata.quarantine import command
from strata.quarantine.zone import Quarantine
from tests.unit.strata.quarantine.conftest import DATASET, HEADER, EmulatedZone


@pytest.fixture(autouse=True)
def filled(zone: EmulatedZone, monkeypatch: pytest.MonkeyPatch) -> EmulatedZone:
    """Have the commands find a lake with two bad rows and a file that was not loaded."""
    zone.put_file("a.csv", f"{HEADER}\n1,one\n2,two\n")
    zone.quarantine("a.csv", 2, 3)
    zone.put_file("bad.csv", f"{HEADER}\n7,seven\n", status="rejected")
    monkeypatch.setattr(command, "find_lake", lambda _environment: zone)
    return zone


def test_list_counts_rows_by_rule_and_files_by_reason(capsys: pytest.CaptureFixture[str]) -> None:
    main(["quarantine", "list", DATASET])
    shown = capsys.readouterr().out
    assert "carrier_code" in shown
    assert f"file {DATASET}/bad.csv" in shown
    assert "quality" in shown


def test_show_tells_reasons_and_places(capsys: pytest.CaptureFixture[str]) -> None:
    main(["quarantine", "show", DATASET, "--limit", "1"])
    shown = capsys.readouterr().out
    assert "1,one" in shown
    assert "2,two" not in shown
    assert "too bad" in shown


def test_export_writes_what_is_meant(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rows.jsonl"
    main(["quarantine", "export", DATASET, "--file", "a.csv", "--output", str(file)])
    assert "2 rows are in" in capsys.readouterr().out
    assert len(file.read_text().splitlines()) == 2


def test_replay_of_a_file_names_what_arrives(
    zone: EmulatedZone, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["quarantine", "replay", DATASET, "--file", "bad.csv"])
    shown = capsys.readouterr().out
    assert "0 rows and 1 whole files arrive again" in shown
    (key,) = zone.arrived()
    assert key in shown


def test_drop_says_what_it_did(zone: EmulatedZone, capsys: pytest.CaptureFixture[str]) -> None:
    main(["quarantine", "drop", DATASET, "--run", "run-1", "--reason", "a test"])
    assert "2 rows and 1 whole files are dropped" in capsys.readouterr().out
    assert zone.left() == []
    assert Quarantine(zone, DATASET).files() == []
    main(["quarantine", "drop", DATASET, "--run", "run-1", "--reason", "a test"])
    assert "Nothing in quarantine is meant" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["replay", DATASET], "that would be everything; say --all"),
        (["drop", DATASET, "--reason", "x"], "that would be everything; say --all"),
        (["show", "airline"], "no contract is named airline; did you mean airlines"),
        (["replay", "fleet_age", "--all"], "fleet_age is a product"),
        (["show", DATASET, "--limit", "0"], "--limit must be at least 1: got 0"),
        (["replay", DATASET, "--file", "a.csv"], "each run of airlines replaces its table"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["quarantine", *arguments])
    assert ended.value.code == 1
    assert message in capsys.readouterr().err
