"""Which rows and files a command means."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from strata.quarantine.zone import File, Quarantine, Row


@dataclass(frozen=True)
class Selection:
    """Filters that all must hold; None means any.

    `file` is a key of the raw zone, or its end behind a `/`; `limit` counts rows.
    """

    run: str | None = None
    rule: str | None = None
    file: str | None = None
    limit: int | None = None

    def rows(self, quarantine: Quarantine) -> Iterator[Row]:
        """Give the rows that are meant."""
        rows = quarantine.rows(quarantine.parts(self.run))
        return islice((row for row in rows if self._has(row)), self.limit)

    def files(self, quarantine: Quarantine) -> list[File]:
        """Give the files that are meant."""
        return [
            file
            for file in quarantine.files()
            if self.run in (None, file["run_id"])
            and self.rule in (None, file["rule"])
            and self._names(file["key"])
        ]

    def _has(self, row: Row) -> bool:
        return (self.rule is None or self.rule in row["rule_ids"]) and self._names(
            row["source_key"]
        )

    def _names(self, key: str | None) -> bool:
        if self.file is None:
            return True
        return key is not None and (key == self.file or key.endswith(f"/{self.file}"))
