"""Damage a table in known ways, and keep what became of each record.

A damaged record is a further copy of a good one, so that every good record stays. A duplicate is
one too: either an outdated copy stands somewhere before the record, or a corrected one after it;
the later of two records with a key is the one that counts.
"""

import csv
import heapq
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from strata.tpch.defects import Defect, written

FURTHEST = 50_000
"""The most records of the table that stand between a record and its copy."""


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a damaged file, and the truth about it.

    `rules` are those that it breaks, and `defect` says how. A superseded record breaks none, but
    a later one has its key. All others must be in the table in the end.
    """

    text: bytes
    rules: tuple[str, ...] = ()
    defect: str = ""
    superseded: bool = False


def inject(
    lines: Iterable[bytes],
    rows: int,
    *,
    bad: int,
    duplicates: int,
    defects: Sequence[Defect],
    seed: int = 0,
) -> Iterator[Record]:
    """Give the records of a table and, among them, damaged ones and duplicates.

    `lines` are the table's `rows` CSV records without a header. The defects are taken in turn;
    a record may be damaged more than once, and doubled once. The same seed gives the same file of
    `rows + bad + duplicates` records.
    """
    chance = random.Random(seed)  # noqa: S311 - the same damage each time is the point
    damaged = Counter(chance.choices(range(rows), k=bad))
    doubled = set(chance.sample(range(rows), duplicates))
    next_defect = count()
    # The number breaks ties, in the order of insertion.
    waiting: list[tuple[int, int, Record]] = []
    number = count()
    for position, line in enumerate(lines):
        while waiting and waiting[0][0] <= position:
            yield heapq.heappop(waiting)[2]
        due = position + chance.randint(1, min(rows, FURTHEST))
        for _ in range(damaged[position]):
            defect = defects[next(next_defect) % len(defects)]
            record = Record(defect.damage(_fields(line)), defect.rules, defect.name)
            heapq.heappush(waiting, (due, next(number), record))
        if position not in doubled:
            yield Record(line)
        elif chance.random() < 0.5:
            yield Record(line, superseded=True)
            later = Record(written([*_fields(line)[:-1], "corrected"]))
            heapq.heappush(waiting, (due, next(number), later))
        else:
            yield Record(written([*_fields(line)[:-1], "outdated"]), superseded=True)
            heapq.heappush(waiting, (due, next(number), Record(line)))
    while waiting:
        yield heapq.heappop(waiting)[2]


def _fields(line: bytes) -> list[str]:
    return next(csv.reader([line.decode()]))
