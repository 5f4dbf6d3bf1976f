"""`strata cost` from the command line."""

import json
import subprocess
import sys

import pytest
from rich.console import Console

from strata.cli import main
from strata.paths import ROOT

SNAPSHOTS = ROOT / "tests" / "snapshots"


def cost(*arguments: str) -> None:
    """Run `strata cost` on the reviewed templates of dev."""
    main(["cost", "--env", "dev", "--assembly", str(SNAPSHOTS / "dev"), *arguments])


def test_a_log_gets_plain_lines(capsys):
    cost()
    said = capsys.readouterr().out
    assert "dev: US dollars a month, 3 months after the first file, by service" in said
    assert "dev: US dollars a month, 3 months after the first file, by dataset or product" in said
    assert "the lake itself" in said
    assert "what would save most, a month" in said
    assert "prices are the public list prices as remembered" in said
    assert not set("┃│━\x1b") & set(said)


def test_a_terminal_gets_tables(capsys, monkeypatch):
    terminal = Console(force_terminal=True, width=120, color_system=None)
    monkeypatch.setattr("strata.cost.wording.console", terminal)
    cost()
    said = capsys.readouterr().out
    assert "┃ service" in said
    assert "│ the lake itself" in said


def test_json_is_for_programs(capsys):
    cost("--format", "json")
    told = json.loads(capsys.readouterr().out)
    assert told["environment"] == "dev"
    assert told["total_usd"]["expected"] == pytest.approx(
        sum(one["expected"] for one in told["by_service"].values())
    )
    assert {"name", "text", "saves_usd"} == set(told["levers"][0])


def test_an_empty_lake_has_neither_runs_nor_files(capsys):
    cost("--empty", "--format", "json")
    told = json.loads(capsys.readouterr().out)
    assert "S3" not in told["by_service"]
    assert 0 < told["total_usd"]["expected"] < 20


def test_a_profile_and_none_are_refused(capsys):
    with pytest.raises(SystemExit):
        cost("--empty", "--profile", "x.yaml")
    assert "--empty: a profile says what comes" in capsys.readouterr().err


def test_a_bad_profile_is_told_before_anything_is_synthesised(tmp_path, capsys):
    file = tmp_path / "usage.yaml"
    file.write_text("months: 12\ndatasets: {}\ndatasest: {}\n")
    with pytest.raises(SystemExit):
        main(["cost", "--env", "dev", "--profile", str(file)])
    said = capsys.readouterr().err
    assert f"{file}:3: datasest: is not a known field" in said
    assert "did you mean 'datasets'?" in said


def test_the_command_line_starts_without_the_cdk():
    code = "import sys, strata.cli; sys.exit('aws_cdk' in sys.modules)"
    path = {"PYTHONPATH": f"{ROOT}:{ROOT}/constructs"}
    outcome = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=path, check=False)
    assert outcome.returncode == 0
