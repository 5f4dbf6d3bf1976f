"""What goes together: rows alone where their file was loaded, whole files where it was not."""

from collections.abc import Iterable, Sequence
from typing import Any

from data_lake.contracts import DatasetContract
from strata.errors import StrataError
from strata.quarantine.change import Choice
from strata.quarantine.selection import Selection
from strata.quarantine.zone import FILE_STATUSES, File, Quarantine, Row

_ON_THE_WAY = ("held", "waiting", "claimed")
Corrections = dict[tuple[Any, ...], tuple[int, str]]


def choose(quarantine: Quarantine, selection: Selection) -> Choice:
    """Give the rows and files that are meant, and the rows of those files."""
    return _with_rows_of_files(
        quarantine, list(selection.rows(quarantine)), _files(quarantine, selection)
    )


def choose_for_replay(
    quarantine: Quarantine,
    contract: DatasetContract,
    selection: Selection,
    corrections: Corrections | None,
) -> Choice:
    """Give what is to be replayed: what is meant, with whole files where rows cannot go alone.

    Raises `StrataError` for what cannot be replayed, saying what to do instead.
    """
    if corrections is None:
        rows, files = list(selection.rows(quarantine)), _files(quarantine, selection)
    else:
        rows, files = _corrected(quarantine, corrections), []
    whole = list(_files_of(quarantine, rows))
    if whole and corrections is not None:
        raise StrataError(
            f"{whole[0]['key']} was not loaded at all, so its rows cannot go in alone: correct the "
            "file itself and upload it, or replay it whole, without --with"
        )
    known = {file.arrival_id for file in files}
    choice = _with_rows_of_files(
        quarantine, rows, [*files, *(file for file in whole if file.arrival_id not in known)]
    )
    _check_dataset(contract, choice)
    return choice


def rows_alone(choice: Choice) -> list[Row]:
    """Give the rows whose files were loaded, in the order in which they came."""
    of_files = {file.arrival_id for file in choice.files}
    alone = [row for row in choice.rows if row["arrival_id"] not in of_files]
    return sorted(
        alone, key=lambda row: (row["quarantined_at"], row["source_key"], row["source_line"])
    )


def _files(quarantine: Quarantine, selection: Selection) -> list[File]:
    """Give the files that are meant; who limits the rows means no whole file."""
    return selection.files(quarantine) if selection.limit is None else []


def _corrected(quarantine: Quarantine, corrections: Corrections) -> list[Row]:
    wanted = {identity[0] for identity in corrections}
    parts = [part for part in quarantine.parts() if part.run_id in wanted]
    rows = [row for row in quarantine.rows(parts) if row.identity in corrections]
    missing = set(corrections) - {row.identity for row in rows}
    if missing:
        number = min(corrections[identity][0] for identity in missing)
        raise StrataError(
            f"row {number} of the file is not in quarantine: was it replayed or dropped before? "
            f"({len(missing)} such rows)"
        )
    return rows


def _files_of(quarantine: Quarantine, rows: Iterable[Row]) -> Iterable[File]:
    """Give the files of rows that no run loaded; raises `StrataError` while a run goes on."""
    for arrival_id in dict.fromkeys(row["arrival_id"] for row in rows):
        if arrival_id is None:
            raise StrataError(
                f"{quarantine.dataset} is a product: its rows come from its inputs; mend those, "
                "or the query, and it is built again"
            )
        arrival = quarantine.item(f"ARRIVAL#{arrival_id}") or {}
        if arrival.get("status") in _ON_THE_WAY:
            raise StrataError(
                f"{arrival['key']} is being loaded just now; try again when its run has ended"
            )
        if arrival.get("status") in FILE_STATUSES:
            yield File(arrival_id, arrival)


def _with_rows_of_files(quarantine: Quarantine, rows: list[Row], files: Sequence[File]) -> Choice:
    of_files = {file.arrival_id for file in files}
    if not of_files:
        return Choice(rows, files)
    chosen = {(row.part, row.ordinal) for row in rows}
    more = [
        row
        for row in quarantine.rows(quarantine.parts())
        if row["arrival_id"] in of_files and (row.part, row.ordinal) not in chosen
    ]
    return Choice([*rows, *more], files)


def _check_dataset(contract: DatasetContract, choice: Choice) -> None:
    alone = rows_alone(choice)
    if contract.trigger.mode == "manifest" and choice.files:
        raise StrataError(
            f"{contract.name} is loaded in batches: upload the mended files, and their manifest "
            "again"
        )
    if contract.write_mode == "replace" and alone:
        raise StrataError(
            f"each run of {contract.name} replaces its table, so a row cannot go in alone: mend "
            f"{alone[0]['source_key']} and upload it whole"
        )
    if contract.raw.format not in ("csv", "jsonl") and alone:
        raise StrataError(
            f"{contract.name}: single rows of {contract.raw.format} files cannot be replayed: mend "
            f"{alone[0]['source_key']} and upload it"
        )
