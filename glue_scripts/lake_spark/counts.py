"""What the rows of a run amount to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Counts:
    """What a run's rows amount to.

    `rules` and the two per-file counts (by position in the run) name only what occurred.
    `dimensions` are the rows that broke a rule of each dimension that has a rule of rows.
    `fingerprints` are those of the bad records, unless there are too many to remember.

    The pass over all rows finds out how many are bad, in which files, and what good ones are warned
    about. What bad rows broke is counted where they are written to quarantine: `with_broken`.
    """

    rows_in: int
    rows_quarantined: int
    rules: dict[str, int]
    dimensions: dict[str, int]
    file_rows: dict[int, int]
    file_quarantined: dict[int, int]
    fingerprints: tuple[int, ...] = ()

    @property
    def knows_bad_records(self) -> bool:
        """Tell whether every bad record has its fingerprint here."""
        return len(self.fingerprints) == self.rows_quarantined

    def with_broken(self, broken: "Broken") -> "Counts":
        """Add what the bad rows broke."""
        return replace(
            self,
            rules=_added(self.rules, broken.rules),
            dimensions=_added(self.dimensions, broken.dimensions),
        )


@dataclass(frozen=True)
class Broken:
    """What bad rows amount to: how many, by rule (what occurred only), and by dimension."""

    rows: int
    rules: dict[str, int]
    dimensions: dict[str, int]


def _added(some: Mapping[str, int], others: Mapping[str, int]) -> dict[str, int]:
    return {name: some.get(name, 0) + others.get(name, 0) for name in {**some, **others}}
