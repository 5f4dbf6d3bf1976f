"""The wheel, built from the checkout, and an empty environment elsewhere that has only it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UV = Path(sys.executable).with_name("uv")
BUILT_FROM = ("pyproject.toml", "README.md", "LICENSE", "constructs", "glue_scripts", "lambda_src")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the wheel; it is built from a copy, so that the checkout keeps no build folder."""
    source = tmp_path_factory.mktemp("source")
    for name in BUILT_FROM:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name)
        else:
            shutil.copy(ROOT / name, source)
    folder = tmp_path_factory.mktemp("dist")
    run(
        UV,
        "build",
        "--wheel",
        "--no-build-isolation",
        "--python",
        sys.executable,
        "-o",
        folder,
        source,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def python_with_the_wheel(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the Python of an environment that holds the wheel and what the wheel asks for."""
    environment = tmp_path_factory.mktemp("elsewhere") / "environment"
    run(UV, "venv", "--python", sys.executable, environment)
    python = environment / "bin" / "python"
    pins = ROOT / "requirements.txt"
    run(UV, "pip", "install", "--python", python, "--constraint", pins, wheel)
    return python


def run(*command: str | Path, cwd: Path | None = None, **variables: str) -> str:
    """Run a command that sees nothing of the checkout, and give what it printed."""
    hidden = ("PYTHONPATH", "VIRTUAL_ENV")
    outcome = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={name: value for name, value in os.environ.items() if name not in hidden} | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout
