"""The command line answers in sentences."""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from strata.cli import main
from strata.lakes import contracts_of
from strata.local import lake
from strata.local.lake import LocalLake
from strata.paths import CONTRACTS, ROOT

TPCH = ROOT / "examples/tpch/contracts"


@pytest.fixture(autouse=True)
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for a running lake in an empty folder."""
    monkeypatch.setattr(lake, "state_folder", lambda: tmp_path)


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalLake:
    """Have a lake with the contracts of TPC-H answer, as one that was brought up would."""
    found = LocalLake(
        "http://127.0.0.1:9", 0, "000000000000", "us-east-1", "strata-local", {}, "", str(TPCH)
    )
    (tmp_path / "lake.json").write_text(json.dumps(asdict(found)))
    monkeypatch.setattr(lake, "is_answering", lambda _: True)
    return found


@pytest.mark.parametrize(
    ("arguments", "counted"),
    [([], "5 datasets and 4 products"), (["--contracts", str(TPCH)], "8 datasets and 0 products")],
)
def test_the_samples_of_this_repository_are_valid(
    arguments: list[str], counted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["validate", *arguments])
    assert f"{counted} are valid" in capsys.readouterr().out


def test_a_broken_contract_fails_validation_with_its_file_and_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.odcs.yaml").write_text("kind: DataContract\nnonsense: 1\n")
    with pytest.raises(SystemExit) as stopped:
        main(["validate", "--contracts", str(tmp_path)])
    assert stopped.value.code == 1
    assert "broken.odcs.yaml:" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        ["runs"],
        ["query", "SELECT 1"],
        ["put", "flights", "x.csv"],
        ["circuit", "list"],
        ["dlq", "list"],
        ["dlq", "redrive"],
        ["dlq", "drop", "sweep", "--all", "--why", "done by hand"],
        ["redrive", "flights"],
        ["rollback", "flights"],
        ["rollback", "flights", "--to", "run-1", "--why", "wrong"],
        ["run", "flights"],
        ["run", "flights", "--since", "2026-01-31"],
        ["backfill", "flights", "--from", "2026-01-01", "--to", "2026-01-31"],
    ],
)
def test_a_command_that_needs_a_lake_says_how_to_bring_one_up(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(command)
    assert stopped.value.code == 1
    assert capsys.readouterr().err == "no lake is running here; bring one up: strata up\n"


def test_a_folder_without_contracts_is_no_lake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["up", "--contracts", str(tmp_path)])
    assert stopped.value.code == 1
    told = f"{tmp_path} is not a folder of contracts: it has no file *.odcs.yaml"
    assert told in capsys.readouterr().err


def test_a_running_lake_keeps_the_contracts_it_was_brought_up_with(
    running: LocalLake, capsys: pytest.CaptureFixture[str]
) -> None:
    assert set(contracts_of(None).datasets) >= {"region", "lineitem"}
    assert "flights" in contracts_of("prod").datasets
    with pytest.raises(SystemExit) as stopped:
        main(["up", "--contracts", str(CONTRACTS)])
    assert stopped.value.code == 1
    assert f"the lake that runs has those of {running.contracts}; take it down first" in (
        capsys.readouterr().err
    )


def test_where_no_lake_runs_the_contracts_are_the_checkouts() -> None:
    assert "flights" in contracts_of(None).datasets


def test_taking_down_what_is_not_up_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    main(["down"])
    assert "No lake was running here." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["run", "flights", "--since", "last week"], "--since: must be a date or time such as"),
        (["backfill", "flights", "--from", "2026-01-01"], "--to: needed, a day such as"),
        (
            ["backfill", "flights", "--from", "2026-01-31", "--to", "2026-01-01"],
            "--to: must not be before --from, 2026-01-31: got 2026-01-01",
        ),
        (
            ["backfill", "flights", "--concurrency", "0"],
            "--concurrency: must be at least 1: got 0",
        ),
        (["backfill", "flihgts"], "no contract is named flihgts; did you mean flights?"),
        (["backfill", "fleet_age"], "fleet_age is a product: it is built from its inputs"),
        (["rollback", "flights", "--to", "run-1"], "--why: must say something: got ''"),
        (["dlq", "drop", "sweep", "--why", "old"], "that would be every message; say --all"),
        (["dlq", "show", "--limit", "0"], "--limit: must be at least 1: got 0"),
    ],
)
def test_an_option_that_makes_no_sense_is_one_sentence(
    command: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for module in ("reprocessing", "rollback", "dead_letters"):
        monkeypatch.setattr(f"strata.{module}.command.find_lake", lambda _environment: None)
    with pytest.raises(SystemExit) as stopped:
        main(command)
    assert stopped.value.code == 1
    assert message in capsys.readouterr().err


def test_a_command_starts_without_the_aws_cdk_and_its_node_process() -> None:
    seen = "import sys, strata.cli; print({'aws_cdk', 'jsii'} & {*sys.modules} or 'neither')"
    paths = os.pathsep.join([str(ROOT), str(ROOT / "constructs")])
    done = subprocess.run(
        [sys.executable, "-c", seen],
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "neither"
