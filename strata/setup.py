"""Makes a checkout ready: tools checked, virtual environment, pins, CDK CLI, Java libraries.

Runs on whatever Python is there and with the standard library only, so that it can say what is
missing. `make setup` calls it; a stamp file makes the second call cheap.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "strata-ready"
INPUTS = ("requirements.txt", "pyproject.toml", "package-lock.json", "strata/setup.py")
UV = "uv==0.13.8"
WANTED = {
    "Python": "3.11 or newer (for example Debian's python3, pyenv, or python.org)",
    "Node": "20 or newer (for example nodejs.org, nvm, or Debian's nodejs and npm)",
    "Java": "17 (for example Debian's openjdk-17-jre-headless or Eclipse Temurin 17)",
}

LAUNCHER = """#!{python}
from strata.cli import main

main()
"""


def main() -> None:
    """Make the checkout ready, or say in one sentence what is missing and exit with code 1."""
    fingerprint = _fingerprint()
    if STAMP.exists() and STAMP.read_text() == fingerprint:
        return
    missing = _missing_tools()
    if missing:
        sys.exit("Strata needs " + "; and ".join(missing) + ".")
    _make_environment()
    _say("installing the CDK CLI")
    _run(["npm", "ci", "--silent", "--no-audit", "--no-fund"])
    _say("fetching Spark's Java libraries (115 MB, once for all checkouts)")
    _run([VENV / "bin" / "python", "-m", "strata.local.jars"])
    STAMP.write_text(fingerprint)


def _missing_tools() -> list[str]:
    missing = []
    if sys.version_info < (3, 11):
        found = ".".join(str(part) for part in sys.version_info[:2])
        missing.append("Python " + WANTED["Python"] + ", and python3 is " + found)
    node = _version(["node", "--version"], r"v(\d+)")
    if node is None or node < 20 or not shutil.which("npm"):
        missing.append("Node " + WANTED["Node"] + ", and " + _found("node", node))
    java = _version([_java(), "-version"], r'version "(\d+)')
    if java != 17:
        missing.append("Java " + WANTED["Java"] + ", and " + _found("java", java))
    return missing


def _java() -> str:
    home = os.environ.get("JAVA_HOME")
    return str(Path(home) / "bin" / "java") if home else "java"


def _version(command: list[str], pattern: str) -> int | None:
    try:
        outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return None
    match = re.search(pattern, outcome.stdout + outcome.stderr)
    return int(match.group(1)) if match else None


def _found(name: str, version: int | None) -> str:
    return name + (" was not found" if version is None else " is " + str(version))


def _make_environment() -> None:
    _say("making the virtual environment")
    python = VENV / "bin" / "python"
    if not python.exists():
        venv.create(VENV, with_pip=True)
    # Without compiled bytecode, importing aws_cdk takes ten times as long.
    compiled = {**os.environ, "UV_COMPILE_BYTECODE": "1", "VIRTUAL_ENV": str(VENV)}
    compiled.pop("PYTHONDONTWRITEBYTECODE", None)
    _run([python, "-m", "pip", "install", "--quiet", UV], env=compiled)
    install: list[str | Path] = [VENV / "bin" / "uv", "pip", "install", "--quiet"]
    _say("installing the pinned requirements")
    _run([*install, "--requirement", "requirements.txt"], env=compiled)
    _run([*install, "--no-deps", "--no-build-isolation", "--editable", "."], env=compiled)
    _make_command()


def _make_command() -> None:
    # The package that pip knows is the library alone; the checkout's own command is made here.
    (packages,) = (VENV / "lib").glob("python3*/site-packages")
    (packages / "strata-checkout.pth").write_text(str(ROOT) + "\n")
    command = VENV / "bin" / "strata"
    command.write_text(LAUNCHER.format(python=VENV / "bin" / "python"))
    command.chmod(0o755)


def _fingerprint() -> str:
    content = b"".join((ROOT / name).read_bytes() for name in INPUTS)
    return hashlib.sha256(content + str(ROOT).encode()).hexdigest()


def _say(line: str) -> None:
    print("setup: " + line, flush=True)


def _run(command: Sequence[str | Path], env: dict[str, str] | None = None) -> None:
    outcome = subprocess.run([str(part) for part in command], cwd=ROOT, env=env, check=False)
    if outcome.returncode != 0:
        sys.exit(outcome.returncode)


if __name__ == "__main__":
    main()
