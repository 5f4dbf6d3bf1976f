"""`strata contract diff` reads files, folders and revisions, and stops what must not go on."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from strata.cli import main
from strata.paths import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with the sample contracts, committed."""
    contracts = tmp_path / "lake" / "contracts"
    shutil.copytree(ROOT / "contracts", contracts)
    for command in (
        ["init", "--quiet"],
        ["add", "."],
        ["-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "-m", "first"],
    ):
        subprocess.run(["git", "-C", str(contracts.parent), *command], check=True)
    return contracts


def edit(contract: Path, old: str, new: str) -> None:
    text = contract.read_text()
    assert old in text
    contract.write_text(text.replace(old, new, 1))


def test_nothing_changed_is_said_and_goes_on(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["contract", "diff", str(folder)])

    assert capsys.readouterr().out == "No contract changed.\n"


@pytest.mark.fault(47, by="run")
def test_a_breaking_change_is_told_with_its_reason_and_stops(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(folder / "airlines.odcs.yaml", "version: 1.1.0", "version: 1.2.0")
    edit(folder / "airlines.odcs.yaml", "required: true\n        classification", "classification")

    with pytest.raises(SystemExit) as stop:
        main(["contract", "diff", str(folder)])

    assert stop.value.code == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["airlines 1.1.0 → 1.2.0", "  breaking"]
    assert any(line.startswith("      why: ") for line in lines)
    assert any(line.startswith("      do:  ") for line in lines)
    assert (
        "  ✗ blocked: version is 1.2.0: a breaking change needs a new major version, 2.0.0" in lines
    )
    assert lines[-1] == "1 breaking, 0 needs backfill, 0 safe; blocked: airlines."


def test_one_file_is_compared_with_a_revision_as_json(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(folder / "flights.odcs.yaml", "version: 1.1.0", "version: 1.2.0")
    edit(folder / "flights.odcs.yaml", "min: 1, max: 31", "min: 1, max: 30")

    main(["contract", "diff", str(folder / "flights.odcs.yaml"), "--against", "HEAD", "--json"])

    told = json.loads(capsys.readouterr().out)
    assert told["blocked"] is False
    (contract,) = told["contracts"]
    assert (contract["name"], contract["least_new_version"]) == ("flights", "1.2.0")
    (change,) = contract["changes"]
    assert (change["subject"], change["verdict"]) == ("rule day_exists", "needs backfill")


def test_two_folders_are_compared_and_a_rebuilt_table_may_go_on(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = tmp_path / "new" / "contracts"
    shutil.copytree(folder, new)
    edit(new / "weather.odcs.yaml", "version: 2.0.0", "version: 3.0.0")
    edit(
        new / "weather.odcs.yaml",
        "  - property: writeMode",
        "  - property: tableFormat\n    value: parquet\n  - property: writeMode",
    )

    with pytest.raises(SystemExit):
        main(["contract", "diff", str(folder), str(new)])
    assert "--migrated weather" in capsys.readouterr().out

    main(["contract", "diff", str(folder), str(new), "--migrated", "weather"])
    assert "nothing is blocked" in capsys.readouterr().out


def test_protecting_a_published_column_says_that_older_rows_stay_in_clear_text(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given a contract that published a column in clear, and protects it in its next major version
    contract = folder / "planes.odcs.yaml"
    edit(contract, "version: 1.1.0", "version: 2.0.0")
    edit(
        contract,
        "        description: Maker of the aircraft",
        "        customProperties:\n"
        "          - {property: protection, value: {method: hash}}\n"
        "        description: Maker of the aircraft",
    )
    # When it is compared with what was published
    with pytest.raises(SystemExit) as stop:
        main(["contract", "diff", str(contract)])
    # Then the new version alone does not let it go on
    assert stop.value.code == 1
    told = capsys.readouterr().out
    assert "column manufacturer is protected now: method hash" in told
    assert "This needs a backfill: rows that were published before stay in clear text" in told
    assert "until the table is rebuilt" in told
    assert "expire its old snapshots" in told
    assert "✗ blocked" in told
    # And a pipeline reads the same
    with pytest.raises(SystemExit):
        main(["contract", "diff", str(contract), "--json"])
    (one,) = json.loads(capsys.readouterr().out)["contracts"][0]["changes"]
    assert (one["verdict"], "stay in clear text" in one["reason"]) == ("breaking", True)
    # And it goes on once somebody says that the table was rebuilt
    main(["contract", "diff", str(contract), "--migrated", "planes"])
    assert "nothing is blocked" in capsys.readouterr().out


def test_a_file_that_git_does_not_know_is_a_new_contract(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (folder / "airlines.odcs.yaml").read_text()
    added = folder / "carriers.odcs.yaml"
    added.write_text(text.replace(": airlines", ": carriers").replace("airlines/", "carriers/"))

    main(["contract", "diff", str(added)])

    assert "contract is new: a dataset in processed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["{folder}", "--against", "nowhere"], "'nowhere' is not a revision of"),
        (["{folder}", "{folder}", "--against", "HEAD"], "give one path"),
        (["{folder}", "--migrated", "flights"], "--migrated flights: no contract of that name"),
        (["{folder}/flights.sql"], "must be a folder of contracts, or a file that ends in"),
        (["{folder}", "{folder}", "{folder}"], "give one path, or the old one and the new one"),
    ],
)
def test_a_wrong_call_is_one_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], reason: str
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["contract", "diff", *(one.format(folder=folder) for one in arguments)])

    assert stop.value.code == 1
    assert reason in capsys.readouterr().err


def test_contracts_that_were_not_valid_are_named_with_their_revision(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(folder / "airlines.odcs.yaml", "version: 1.1.0", "version: one")
    subprocess.run(
        ["git", "-C", str(folder), "-c", "user.name=t", "-c", "user.email=t@example.com",
         "commit", "--quiet", "-a", "-m", "second"],
        check=True,
    )  # fmt: skip

    with pytest.raises(SystemExit):
        main(["contract", "diff", str(folder)])

    assert "the contracts of revision HEAD are not valid" in capsys.readouterr().err
