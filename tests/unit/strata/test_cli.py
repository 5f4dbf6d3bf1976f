"""The command line answers in sentences."""

from pathlib import Path

import pytest

from strata import cli
from strata.cli import main
from strata.local import lake


@pytest.fixture(autouse=True)
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for a running lake in an empty folder."""
    monkeypatch.setattr(lake, "state_folder", lambda: tmp_path)


def test_the_samples_of_this_repository_are_valid(capsys: pytest.CaptureFixture[str]) -> None:
    main(["validate"])
    assert "are valid" in capsys.readouterr().out


def test_a_broken_contract_fails_validation_with_its_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "broken.odcs.yaml").write_text("kind: DataContract\nnonsense: 1\n")
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main(["validate"])
    assert stopped.value.code == 1
    assert "broken.odcs.yaml:" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["runs"], ["query", "SELECT 1"], ["put", "flights", "x.csv"]])
def test_a_command_that_needs_a_lake_says_how_to_bring_one_up(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(command)
    assert stopped.value.code == 1
    assert capsys.readouterr().err == "no lake is running here; bring one up: strata up\n"


def test_taking_down_what_is_not_up_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    main(["down"])
    assert "No lake was running here." in capsys.readouterr().out
