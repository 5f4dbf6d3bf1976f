"""States of Iceberg tables: snapshots, one of which main is moved to in one commit."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pyiceberg.exceptions import CommitFailedException, NoSuchTableError
from pyiceberg.table import Table

from strata.errors import StrataError
from strata.iceberg import load_table
from strata.lakes import Lake
from strata.rollback.lineage import State

_TRIES = 5


@dataclass(frozen=True)
class IcebergStates:
    """The table of a dataset or product in its zone."""

    lake: Lake
    zone: str
    dataset: str

    @cached_property
    def _table(self) -> Table:
        try:
            return load_table(self.lake, self.zone, self.dataset)
        except NoSuchTableError:
            raise StrataError(
                f"{self.dataset}: there is no table {self.zone}.{self.dataset}"
            ) from None

    def rows(self, state: State) -> int | None:
        """Give how many rows the table had."""
        snapshot = self._table.snapshot_by_id(int(state.snapshot_id or 0))
        found = snapshot.summary["total-records"] if snapshot and snapshot.summary else None
        return None if found is None else int(found)

    def why_not(self, state: State, _later: Sequence[State]) -> str | None:
        """Say why a state cannot be made current, or None if it can."""
        if state.snapshot_id is None:
            return "its run has recorded no snapshot"
        if self._table.snapshot_by_id(int(state.snapshot_id)) is None:
            return "its snapshot has expired"
        return None

    def move(self, state: State, _later: Sequence[State], _by: str) -> dict[str, Any]:
        """Make a state current, in one commit of the catalog; doing it again changes nothing.

        Raises `StrataError` if the table keeps changing meanwhile.
        """
        wanted = int(str(state.snapshot_id))
        for _ in range(_TRIES):
            table = self._table.refresh()
            head = table.current_snapshot()
            if head is not None and head.snapshot_id == wanted:
                return {"snapshot_id": str(wanted)}
            try:
                table.manage_snapshots().set_current_snapshot(snapshot_id=wanted).commit()
            except CommitFailedException:
                continue
            return {"snapshot_id": str(wanted)}
        raise StrataError(
            f"{self.dataset}: its table changed {_TRIES} times while it was to be rolled back; "
            "run the command again, it goes on where it stopped"
        )
