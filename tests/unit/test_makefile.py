"""Make targets hand their variables on as values: nothing in one is run, split or lost."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()
OWN = {"BIN", "PYTHON", "ENVIRONMENTS", "ARCHIVE", "COMPILE", "BENCH", "MAKEFILE_LIST"}
"""What the Makefile itself says; everything else comes from whoever calls it."""
NASTY = "a b'\"; touch x; $(touch x) `touch x` &"
RECORDER = """\
#!{python}
import json, sys
with open({file!r}, "a") as calls:
    print(json.dumps(sys.argv[1:]), file=calls)
"""


class Made:
    """Runs a target with programs that write down what they are called with."""

    def __init__(self, folder):
        self.folder, self.calls = folder, folder / "calls"
        self.make = ["make", "-f", str(ROOT / "Makefile"), "-o", "setup", f"BIN={folder / 'bin'}"]
        for name in ("strata", "python"):
            program = folder / "bin" / name
            program.parent.mkdir(exist_ok=True)
            program.write_text(RECORDER.format(python=sys.executable, file=str(self.calls)))
            program.chmod(0o755)

    def __call__(self, target, *arguments, **variables):
        """Give the words of the one program that was called."""
        done = subprocess.run(
            [*self.make, target, *arguments],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"]} | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not (self.folder / "x").exists(), "a value was run"
        if done.returncode:
            return done.stderr
        (call,) = self.calls.read_text().splitlines()
        self.calls.unlink()
        return json.loads(call)


@pytest.fixture
def made(tmp_path):
    return Made(tmp_path)


def given(variables):
    return [f"{name}={value}" for name, value in variables.items()]


TOLD = [
    ("review", {"BASE": NASTY}, [f"--against={NASTY}"]),
    ("review", {}, ["--against=HEAD"]),
    (
        "review",
        {"BASE": "main", "OUTPUT": NASTY, "CHECK": NASTY, "COST": NASTY},
        [
            *("--against=main", "--format=comment", f"--output={NASTY}", f"--check={NASTY}"),
            f"--cost={NASTY}",
        ],
    ),
    ("verify-assembly", {"ASSEMBLY": NASTY}, ["--", NASTY]),
    ("deploy", {"ASSEMBLY": NASTY, "ENV": NASTY}, [f"--env={NASTY}", "--", NASTY]),
    (
        "deploy",
        {"ASSEMBLY": "a", "ENV": "dev", "FORCE": "1"},
        ["--env=dev", "--force", "--", "a"],
    ),
    ("rollback", {"ASSEMBLY": NASTY, "ENV": "prod"}, ["--rollback", "--env=prod", "--", NASTY]),
    ("deployments", {"ENV": NASTY}, [f"--env={NASTY}"]),
    ("smoke", {"ENV": NASTY, "CANARY": NASTY}, [f"--env={NASTY}", f"--canary={NASTY}"]),
    ("smoke", {}, []),
    ("integration", {"ENV": NASTY}, [f"--env={NASTY}", "--canary=airlines", "--canary=airports"]),
    ("chaos", {"SECONDS": NASTY, "SEED": NASTY}, [f"--seconds={NASTY}", f"--seed={NASTY}"]),
    ("bench", {"ROWS": NASTY, "ONLY": NASTY}, [f"--rows={NASTY}", f"--only={NASTY}"]),
    ("bench", {}, ["--rows=1000000"]),
    (
        "bench-load",
        {"FILES": NASTY, "DATASETS": NASTY},
        [f"--files={NASTY}", f"--datasets={NASTY}"],
    ),
]


@pytest.mark.parametrize(("target", "variables", "words"), TOLD)
def test_a_variable_of_the_environment_arrives_as_it_is(made, target, variables, words):
    called = made(target, **variables)
    assert called[-len(words) :] == words if words else len(called) == 1


@pytest.mark.parametrize("target", ["review", "verify-assembly", "deploy", "rollback", "smoke"])
def test_a_variable_behind_the_target_arrives_as_it_is(made, target):
    nasty = NASTY.replace("$(touch x) ", "")
    variables = {"ENV": nasty, "ASSEMBLY": nasty, "BASE": nasty, "CANARY": nasty}
    assert any(nasty in word for word in made(target, *given(variables)))


@pytest.mark.parametrize(
    ("target", "missing"),
    [
        ("verify-assembly", "ASSEMBLY"),
        ("deploy", "ENV"),
        ("rollback", "ENV"),
        ("deployments", "ENV"),
    ],
)
def test_a_target_says_which_variable_it_must_be_given(made, target, missing):
    assert f"{missing}: must be given" in made(target)


def test_no_recipe_has_make_write_a_callers_value_into_its_shell_text():
    recipes = "\n".join(line for line in MAKEFILE.splitlines() if line.startswith("\t"))
    pasted = set(re.findall(r"(?<!\$)\$[({]([A-Z_]+)[)}]", recipes))
    assert "BIN" in pasted
    assert pasted <= OWN


def test_the_help_has_every_target_with_its_text_in_one_column():
    # The tests themselves may run below make, which then says where it goes.
    command = ["make", "--no-print-directory", "help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    targets = re.findall(r"^([a-z-]+):.*## (.*)$", MAKEFILE, re.MULTILINE)
    width = max(len(name) for name, _ in targets)
    assert lines == [f"  make {name:{width}}  {text}" for name, text in targets]


def test_every_target_is_phony_and_told_in_the_help():
    (phony,) = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    told = re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE)
    assert sorted(phony.split()) == sorted(told)
    assert told


def test_cleaning_takes_the_assemblies_too():
    recipe = MAKEFILE.partition("\nclean:")[2]
    assert "dist" in recipe.split()
