"""The library without the repository: the built wheel, installed where nothing else is."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from tests.library.conftest import ROOT, run

EXAMPLES = ("minimal", "bring_your_own")


def sources(folder: str) -> set[str]:
    """Give the files of a root folder that the library ships, by their path below it."""
    root = ROOT / folder
    return {path.relative_to(root).as_posix() for path in root.rglob("*.py")}


@pytest.fixture(scope="session")
def contents(wheel: Path) -> set[str]:
    """Give the names of all files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_the_library_and_nothing_else_of_the_repository(contents: set[str]) -> None:
    top = {name.split("/")[0] for name in contents if ".dist-info/" not in name}
    assert top == {"data_lake"}
    assert not [name for name in contents if name.endswith("entry_points.txt")]


@pytest.mark.parametrize(
    ("folder", "inside"),
    [
        ("constructs/data_lake", "data_lake/"),
        ("lambda_src", "data_lake/lambda_src/"),
        ("glue_scripts", "data_lake/glue_scripts/"),
    ],
)
def test_the_wheel_holds_every_module_function_and_script(
    contents: set[str], folder: str, inside: str
) -> None:
    assert {inside + name for name in sources(folder)} <= contents


def test_the_wheel_says_that_it_is_typed_and_under_which_licence(contents: set[str]) -> None:
    assert "data_lake/py.typed" in contents
    assert any(name.endswith("licenses/LICENSE") for name in contents)


def test_contracts_and_snapshots_load_without_the_cdk(python_with_the_wheel: Path) -> None:
    program = (
        "import sys, data_lake.contracts, data_lake.testing\n"
        "from data_lake import load_contracts\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('aws_cdk', 'jsii')])"
    )
    assert run(python_with_the_wheel, "-c", program).strip() == "[]"


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_wheel_synthesises_an_example_in_an_empty_environment(
    python_with_the_wheel: Path, tmp_path: Path, example: str
) -> None:
    app = tmp_path / "app"
    shutil.copytree(ROOT / "examples" / example, app)
    out = tmp_path / "out"
    run(python_with_the_wheel, "app.py", cwd=app, CDK_OUTDIR=str(out), CDK_VALIDATION="false")
    resources = json.loads((out / "Lake.template.json").read_text())["Resources"].values()
    kinds = [resource["Type"] for resource in resources]
    assert {"AWS::StepFunctions::StateMachine", "AWS::Glue::Job"} <= set(kinds)
    buckets = {"minimal": 6, "bring_your_own": 0}
    assert kinds.count("AWS::S3::Bucket") == buckets[example]
    assert deployed_files(out) >= {"register/handler.py", "lake_spark/staging.py"}


def deployed_files(out: Path) -> set[str]:
    """Give every file in the folders that the app would deploy, by its path below them."""
    return {
        path.relative_to(asset).as_posix()
        for asset in out.glob("asset.*")
        if asset.is_dir()
        for path in asset.rglob("*")
    }


def test_every_example_is_synthesised_here() -> None:
    assert {path.parent.name for path in (ROOT / "examples").glob("*/app.py")} == set(EXAMPLES)
