"""Setting up names the tool that is missing and how to get it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_missing_tools_are_all_named_at_once_with_how_to_get_them(tmp_path: Path) -> None:
    program = tmp_path / "strata" / "setup.py"
    program.parent.mkdir()
    program.write_text((ROOT / "strata" / "setup.py").read_text())
    for name in ("requirements.txt", "pyproject.toml", "package-lock.json"):
        (tmp_path / name).touch()
    outcome = subprocess.run(
        [sys.executable, str(program)],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 1
    assert outcome.stderr.count("\n") == 1
    assert "Node 20 or newer" in outcome.stderr
    assert "node was not found" in outcome.stderr
    assert "openjdk-17-jre-headless" in outcome.stderr
    assert not (tmp_path / ".venv").exists()
