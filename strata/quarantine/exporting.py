"""Quarantined rows as files that people work on: CSV for spreadsheets, JSON Lines for programs."""

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from strata.errors import StrataError
from strata.quarantine.inert import inert, restored
from strata.quarantine.zone import IDENTITY, Row

COLUMNS = (
    *IDENTITY,
    "rule_ids",
    "reasons",
    "raw_record",
    "quarantined_at",
    "origin_key",
    "origin_version",
    "origin_line",
    "origin_run_id",
)
_LISTS = ("rule_ids", "reasons")


def export(rows: Iterable[Row], target: Path) -> int:
    """Write rows to a `.csv` or `.jsonl` file and give how many.

    In CSV every cell is made inert; JSON Lines has every text as it is. Raises `StrataError` for
    another ending, or if the file is there already.
    """
    kind = _kind(target)
    try:
        with target.open("x", encoding="utf-8", newline="") as file:
            if kind == "jsonl":
                lines = (json.dumps(_plain(row), ensure_ascii=False) + "\n" for row in rows)
                return sum(file.write(line) > 0 for line in lines)
            writer = csv.writer(file, quoting=csv.QUOTE_ALL)
            writer.writerow(COLUMNS)
            return sum(writer.writerow(_cells(row)) > 0 for row in rows)
    except FileExistsError:
        raise StrataError(f"{target} is there already; choose another name") from None
    except OSError as error:
        raise StrataError(f"{target}: cannot be written: {error.strerror}") from error


def read_corrections(source: Path) -> dict[tuple[Any, ...], tuple[int, str]]:
    """Read an edited export: each row's record, and its number in the file, by its identity.

    Raises `StrataError` naming the file, the row and the field.
    """
    kind = _kind(source)
    found: dict[tuple[Any, ...], tuple[int, str]] = {}
    try:
        with source.open(encoding="utf-8-sig", newline="") as file:
            entries: Iterable[Mapping[str, Any]] = (
                csv.DictReader(file, strict=True)
                if kind == "csv"
                else (json.loads(line) for line in file if line.strip())
            )
            for number, entry in enumerate(entries, start=1):
                identity, record = _correction(source, number, entry, kind)
                if identity in found:
                    raise StrataError(
                        f"{source}: row {number}: is the same row as row {found[identity][0]}; "
                        "keep one"
                    )
                found[identity] = number, record
    except (OSError, ValueError, csv.Error) as error:
        raise StrataError(f"{source}: cannot be read as an export: {error}") from error
    if not found:
        raise StrataError(f"{source}: holds no rows")
    return found


def _correction(
    source: Path, number: int, entry: Mapping[str, Any], kind: str
) -> tuple[tuple[Any, ...], str]:
    if not isinstance(entry, Mapping):
        raise StrataError(f"{source}: row {number}: must be a JSON object")
    for name in (*IDENTITY, "raw_record"):
        if entry.get(name) in (None, ""):
            raise StrataError(
                f"{source}: row {number}: {name}: is required; edit an export, and only its "
                "raw_record"
            )
    texts = {name: str(entry[name]) for name in (*IDENTITY, "raw_record")}
    if kind == "csv":
        texts = {name: restored(text) for name, text in texts.items()}
    if not texts["source_line"].isdecimal():
        raise StrataError(
            f"{source}: row {number}: source_line: must be a number: got {texts['source_line']!r}"
        )
    line = int(texts["source_line"])
    identity = (texts["run_id"], texts["source_key"], texts["source_version"], line)
    return identity, texts["raw_record"]


def _kind(path: Path) -> str:
    kind = path.suffix.removeprefix(".")
    if kind not in ("csv", "jsonl"):
        raise StrataError(f"{path}: must end in .csv or .jsonl, which says how it is written")
    return kind


def _plain(row: Row) -> dict[str, Any]:
    content = {name: row[name] for name in COLUMNS}
    moment = content["quarantined_at"]
    return content | {"quarantined_at": moment.isoformat() if moment is not None else None}


def _cells(row: Row) -> list[str]:
    texts = {
        name: "\n".join(value) if name in _LISTS else "" if value is None else str(value)
        for name, value in _plain(row).items()
    }
    return [inert(texts[name]) for name in COLUMNS]
