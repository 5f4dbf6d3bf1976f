"""One deployed local lake for the whole fault suite, with a dataset for each story."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from strata.local.faults import Faults
from strata.local.lake import LocalLake, take_down
from tests.faults.contracts import write_contracts
from tests.faults.feed import Feed
from tests.faults.lake import bring_up_faulty


@pytest.fixture(scope="session")
def fault_contracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the suite's contracts."""
    return write_contracts(tmp_path_factory.mktemp("fault contracts"))


@pytest.fixture(scope="session")
def faulty_lake(
    tmp_path_factory: pytest.TempPathFactory, fault_contracts: Path
) -> Iterator[LocalLake]:
    """Give a lake whose waits are short and whose sweep leaves nothing to others."""
    folder = tmp_path_factory.mktemp("faulty lake")
    try:
        yield bring_up_faulty(folder, fault_contracts)
    finally:
        take_down(folder)


@pytest.fixture
def feed(faulty_lake: LocalLake) -> Iterator[Callable[[str], Feed]]:
    """Give the feed of a dataset by its name; no fault is left armed behind a test."""
    yield lambda name: Feed(faulty_lake, name)
    Faults(faulty_lake.endpoint).lift()
