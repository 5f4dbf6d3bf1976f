"""What a compaction did is said in words, and what it cannot do by its name."""

from typing import Any, ClassVar

import pytest

from data_lake.contracts import load_contracts
from strata.compaction import compact, sentences
from strata.errors import StrataError
from strata.paths import ROOT

MB = 1_000_000
LIMITS = {"target_bytes": 200 * MB, "small_share": 0.5, "small_files": 8, "orphan_days": 7}
CLEANED = {"folders": 0, "files": 0, "bytes": 0, "waiting": 0, "given_up": None}


def outcome(**facts: Any) -> dict[str, Any]:
    """Give what became of a partition."""
    return {
        "partition": ["Oslo"],
        "files_before": 9,
        "files_after": 2,
        "bytes_before": 3 * MB,
        "bytes_after": 2 * MB,
        "rows_rewritten": 1200,
        "given_up": None,
    } | facts


def said(**facts: Any) -> list[str]:
    """Give the sentences about a report."""
    report = {
        "limits": LIMITS,
        "partition_by": ["city"],
        "compacted": [],
        "given_up": [],
        "cleaned": CLEANED,
    }
    return list(sentences(report | facts))


def test_a_partition_is_told_with_its_files_before_and_after() -> None:
    assert said(compacted=[outcome()]) == [
        "city=Oslo: 9 files (3.0 MB) are now 2 (2.0 MB); 1,200 rows were written anew"
    ]


def test_a_table_without_partitions_is_told_as_the_table() -> None:
    (line,) = said(compacted=[outcome(partition=[])], partition_by=[])
    assert line.startswith("the table: 9 files")


def test_what_was_given_up_is_told_with_its_reason() -> None:
    assert said(given_up=[outcome(given_up="a run was published meanwhile")]) == [
        "city=Oslo: left with its 9 files: a run was published meanwhile"
    ]


def test_nothing_to_do_is_told_with_the_limits() -> None:
    assert said() == [
        "nothing to compact: no partition has more than 8 files below 100.0 MB that would become "
        "fewer"
    ]


def test_old_folders_are_told_whether_they_went_or_wait_or_were_left() -> None:
    cleaned = {
        "folders": 2,
        "files": 5,
        "bytes": MB,
        "waiting": 3,
        "given_up": "a run is published",
    }
    assert said(compacted=[outcome()], cleaned=cleaned)[1:] == [
        "deleted: 2 old folders with 5 files (1.0 MB), which nobody had needed for 7 days",
        "kept: 3 old folders, until nobody has needed them for 7 days",
        "old folders were left: a run is published",
    ]


class NoLake:
    """A lake that nothing may be asked of."""

    region = prefix = "none"
    outputs: ClassVar[dict[str, str]] = {}

    def client(self, service: str) -> Any:
        """Fail: the name should have been refused before."""
        raise AssertionError(service)

    def database(self, zone: str) -> str:
        """Fail: the name should have been refused before."""
        raise AssertionError(zone)

    def __getitem__(self, output: str) -> str:
        """Fail: the name should have been refused before."""
        raise AssertionError(output)


@pytest.mark.parametrize(
    ("dataset", "words"),
    [
        ("airport", "no contract is named airport; did you mean airports?"),
        (
            "flights",
            "flights is an Iceberg table, which Glue's table optimizer compacts; Parquet tables "
            "are: airports",
        ),
    ],
)
def test_a_table_that_cannot_be_compacted_is_refused_by_name(dataset: str, words: str) -> None:
    with pytest.raises(StrataError) as refused:
        compact(NoLake(), load_contracts(ROOT / "contracts"), dataset)
    assert str(refused.value) == words
