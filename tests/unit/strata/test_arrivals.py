"""A file is put only where a contract claims it."""

from pathlib import Path

import pytest

from data_lake.contracts import load_contracts
from strata.arrivals import put
from strata.errors import StrataError
from strata.local.lake import LocalLake
from strata.paths import ROOT

LAKE = LocalLake("http://127.0.0.1:9", 0, "000000000000", "us-east-1", "strata-local", {}, "")


def test_an_unknown_dataset_is_answered_with_the_nearest_one(tmp_path: Path) -> None:
    with pytest.raises(StrataError, match="no contract is named flihgts; did you mean flights"):
        put(LAKE, load_contracts(ROOT / "contracts"), "flihgts", tmp_path / "a.csv")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StrataError, match=r"absent\.csv is not a file"):
        put(LAKE, load_contracts(ROOT / "contracts"), "flights", tmp_path / "absent.csv")
