"""The library's public names: what is promised can be imported, and nothing heavy comes along."""

import ast
import importlib
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest
from constructs import Construct

import data_lake

PACKAGE = Path(data_lake.__file__).parent


def names_for_type_checkers() -> list[str]:
    """Give the names that `data_lake/__init__.py` shows to type checkers."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    return [
        alias.name
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]


def test_every_public_name_can_be_imported_and_is_listed() -> None:
    assert len(data_lake.__all__) == len(set(data_lake.__all__))
    for name in data_lake.__all__:
        assert getattr(data_lake, name).__module__.startswith("data_lake."), name
    assert set(data_lake.__all__) <= set(dir(data_lake))


def test_type_checkers_see_the_same_names() -> None:
    assert sorted(names_for_type_checkers()) == sorted(data_lake.__all__)


def test_every_construct_of_the_library_is_public() -> None:
    found = set()
    for module in pkgutil.iter_modules([str(PACKAGE)], "data_lake."):
        loaded = importlib.import_module(module.name)
        found |= {
            name
            for name, value in vars(loaded).items()
            if inspect.isclass(value)
            and issubclass(value, Construct)
            and value.__module__ == module.name
            and not name.startswith("_")
        }
    assert found - set(data_lake.__all__) == set()


def test_an_unknown_name_is_an_attribute_error_that_names_it() -> None:
    with pytest.raises(AttributeError, match="'data_lake' has no attribute 'LakeHouse'"):
        _ = data_lake.LakeHouse  # type: ignore[attr-defined]


@pytest.mark.parametrize("module", ["data_lake.contracts", "data_lake.testing"])
def test_contracts_and_snapshots_need_no_cdk(module: str) -> None:
    program = f"import sys, {module}; print('aws_cdk' in sys.modules or 'jsii' in sys.modules)"
    outcome = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(PACKAGE.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert outcome.stdout.strip() == "False"
