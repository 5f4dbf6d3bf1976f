"""Whether contenders wrote the same rows, in whatever order and files: by count and checksum."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.data import Truth
from benchmarks.work import COLUMNS
from strata.errors import StrataError


@dataclass(frozen=True)
class Outputs:
    """Where a contender's two outputs are, as DuckDB's SQL with `{target}` for its folder.

    `bad` has `raw_record` and `rule_ids`.
    """

    good: str
    bad: str


@dataclass(frozen=True)
class Content:
    """The rows of both outputs and a checksum of each."""

    good: int
    good_sum: int
    bad: int
    bad_sum: int


def content_of(outputs: Outputs, target: Path) -> Content:
    """Read what a contender wrote."""
    columns = ", ".join(f"cast({name} as varchar)" for name in COLUMNS)
    bad = "raw_record, array_to_string(list_sort(rule_ids), ',')"
    with duckdb.connect() as database:
        found: list[int] = []
        for source, fields in ((outputs.good, columns), (outputs.bad, bad)):
            rows = source.replace("{target}", str(target))
            answer = database.execute(
                f"select count(*), coalesce(sum(hash({fields})), 0) from ({rows})"
            ).fetchone()
            found += answer or (0, 0)
    return Content(*found)


def check(name: str, content: Content, truth: Truth, first: Content) -> None:
    """Raise `StrataError` unless a contender's rows are those of the first one and of the truth."""
    wanted = (truth.good, truth.bad)
    if (content.good, content.bad) != wanted:
        raise StrataError(
            f"{name} wrote {content.good} good and {content.bad} bad rows, not {wanted}"
        )
    if content != first:
        raise StrataError(f"{name} wrote other rows than the first contender: {content}, {first}")
