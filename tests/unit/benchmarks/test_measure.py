"""The cost of a process: what its descendants took counts, whether they live or not."""

import os
from pathlib import Path

import pytest

from benchmarks.measure import run_measured
from strata.errors import StrataError

BURN = "import time\nwhile time.process_time() < 0.4: pass\n"


def _run(tmp_path: Path, code: str) -> tuple[float, int]:
    (tmp_path / "contender.py").write_text(code)
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    cost = run_measured("contender", [], environment, tmp_path / "log")
    return cost.cpu, cost.peak


def test_a_child_that_has_ended_and_one_that_still_runs_are_counted(tmp_path: Path) -> None:
    (tmp_path / "burn.py").write_text(BURN)
    (tmp_path / "stay.py").write_text(BURN + "print('burnt', flush=True)\ninput()\n")
    cpu, _ = _run(
        tmp_path,
        "import subprocess, sys\n"
        "subprocess.run([sys.executable, '-m', 'burn'], check=True)\n"
        "pipe = subprocess.PIPE\n"
        "child = subprocess.Popen([sys.executable, '-m', 'stay'], stdin=pipe, stdout=pipe)\n"
        "child.stdout.readline()\n"
        "print('something else')\n"
        "print('done', flush=True)\n"
        "sys.stdin.read()\n"
        "child.communicate(b'end')\n",
    )
    # The system counts in ticks of a hundredth of a second.
    assert 0.75 <= cpu < 20


def test_memory_that_is_held_for_a_while_is_seen(tmp_path: Path) -> None:
    code = "import sys, time\nheld = b'x' * 300_000_000\ntime.sleep(1)\nprint('done', flush=True)\n"
    _, peak = _run(tmp_path, code + "sys.stdin.read()\n")
    assert 300e6 < peak < 600e6


def test_a_contender_that_fails_is_named_with_its_log(tmp_path: Path) -> None:
    with pytest.raises(StrataError, match=r"contender did not finish.*log"):
        _run(tmp_path, "raise SystemExit('no')")
    assert (tmp_path / "log").read_text().strip() == "no"


def test_what_was_done_before_the_work_does_not_count(tmp_path: Path) -> None:
    code = BURN + "print('ready', flush=True)\nprint('done', flush=True)\nsys.stdin.read()\n"
    cpu, _ = _run(tmp_path, "import sys\n" + code)
    assert cpu < 0.3
