"""What changed about one column: each fact of a column and what a change of it does."""

from collections.abc import Callable, Mapping
from typing import Any

from data_lake.contracts.models import DatasetContract, ProductContract
from strata.comparison.change import (
    Change,
    Verdict,
    backfill,
    breaking,
    from_to,
    not_allowed,
    refused,
    safe,
    shown,
    words,
)
from strata.comparison.types import is_wider

Facts = Mapping[str, Any]
Contract = DatasetContract | ProductContract
EVOLUTIONS = ("strict", "additive", "permissive")
"""From the one that lets a run change the least of a table."""
STRICTNESS = ("public", "internal", "confidential", "restricted")
"""The classifications, beginning with the one that most may see."""
REWRITTEN = "The next run writes all files of the Parquet table anew: give it the time for that."


def allows(contract: Contract, evolution: str) -> bool:
    """Tell whether a contract's evolution goes as far as another one."""
    return EVOLUTIONS.index(contract.evolution) >= EVOLUTIONS.index(evolution)


def changed_fact(field: str, subject: str, old: Facts, new: Facts, contract: Contract) -> Change:
    """Give the change of one fact of a column that stayed; `field` is one of `FACTS`."""
    if field == "type":
        return _type(new["name"], old["type"], new["type"], contract)
    return FACTS[field](subject, old.get(field), new.get(field))


def _type(name: str, old: str, new: str, contract: Contract) -> Change:
    subject, text = f"column {name}", f"changes its type {from_to(old, new)}"
    if is_wider(old, new):
        if name in names_partitions(contract):
            return refused(
                subject, text, "A Parquet table's partitions are found by its values as they are."
            )
        if not allows(contract, "additive"):
            return not_allowed(subject, text, "additive")
        advice = "Nothing to do." if contract.format == "iceberg" else REWRITTEN
        reason = "Every value that was there fits, and the table follows."
        return safe(subject, text, reason, advice)
    if is_wider(new, old):
        return refused(
            subject, text, "Values that were there may not fit; a run never narrows a column."
        )
    return refused(subject, text, "The values that are there are of another type.")


def names_partitions(contract: Contract) -> tuple[str, ...]:
    """Give the columns whose values are in the catalog's partitions, which cannot be changed.

    Iceberg keeps what its tables are partitioned by in the table's own metadata, by column ids, and
    a Parquet table that changes as a whole has no partitions.
    """
    is_whole = contract.publishing is not None and contract.publishing.atomicity == "table"
    return () if contract.format == "iceberg" or is_whole else tuple(contract.partition_by)


def _required(subject: str, _old: bool, new: bool) -> Change:
    if new:
        return backfill(
            subject,
            "is required now",
            "Rows without a value go to quarantine from now on; those that are there stay.",
            "Count the rows without a value, fill or replay them, and tell the producers.",
        )
    return breaking(
        subject, "is no longer required", "Queries that count on a value meet rows without one."
    )


def _classification(subject: str, old: str, new: str) -> Change:
    text = f"changes its classification {from_to(old, new)}"
    if STRICTNESS.index(new) > STRICTNESS.index(old):
        return backfill(
            subject,
            text,
            "Fewer people may see it from now on; copies that were made before stay.",
            "Check who has read it, and whether the values that are there need protection.",
        )
    return breaking(
        subject,
        text,
        "More people may see it from now on, and that cannot be taken back.",
        "Have the owner of the data agree, and raise the major version.",
    )


def _protection(subject: str, old: object, new: object) -> Change:
    if old is None:
        return _protected_now(subject, new)
    if new is None:
        return breaking(
            subject,
            f"is no longer protected; it was: {shown(old)}",
            "New rows show the clear value, and old rows do not join with them.",
            "Have the owner of the data agree, and raise the major version.",
        )
    return refused(
        subject,
        f"is protected in another way, {from_to(old, new)}",
        "The same value looks different in old rows and in new ones, so they do not join.",
    )


def _protected_now(subject: str, new: object) -> Change:
    """Protecting breaks what readers count on, and does not reach back: the table is rebuilt."""
    return Change(
        subject,
        f"is protected now: {shown(new)}",
        Verdict.BREAKING,
        "This needs a backfill: rows that were published before stay in clear text, in the table "
        "and in its older snapshots, until the table is rebuilt. New rows do not join with them.",
        "Rebuild the table from its raw files under the new contract and expire its old snapshots, "
        "then raise the major version and say --migrated {dataset}; or write a contract of a new "
        "dataset, and delete the old table once its readers have moved over.",
        rebuild=True,
    )


def _pattern(subject: str, old: str | None, new: str | None) -> Change:
    return breaking(
        subject,
        f"is written in files as {shown(new or 'ISO 8601')}, no longer as "
        f"{shown(old or 'ISO 8601')}",
        "Rows of files written as before go to quarantine.",
        "Agree with the producers on the day, and raise the major version.",
    )


def _source(subject: str, old: str | None, new: str | None) -> Change:
    return breaking(
        subject,
        f"is called {shown(new or 'as in the table')} in files, no longer "
        f"{shown(old or 'as in the table')}",
        "Files that name it as before are rejected, or bring no value for it.",
        "Agree with the producers on the day, and raise the major version.",
    )


def _deprecated(subject: str, _old: object, new: object) -> Change:
    if new:
        return safe(
            subject,
            "is deprecated",
            "It stays until it is removed in a later version.",
            "Let readers move away from it.",
        )
    return safe(subject, "is no longer deprecated", "It stays.")


def _id(subject: str, old: str | None, new: str | None) -> Change:
    if old is None:
        return safe(subject, f"has an id now, {new}", "With it the column can be renamed later.")
    return refused(
        subject,
        f"changes its id {from_to(old, new)}",
        "The id says which column of the table is meant; another id means another column.",
    )


def _unique(subject: str, _old: bool, new: bool) -> Change:
    if new:
        return backfill(
            subject,
            "must be unique now",
            "Rows with a value that occurs twice are judged from now on; those there are not.",
            "Count the values that occur twice in the table.",
        )
    return breaking(
        subject, "need not be unique any more", "Queries that join on it may meet a value twice."
    )


def _transform(subject: str, old: str | None, new: str | None) -> Change:
    return refused(
        subject,
        f"changes what of it the table is partitioned by {from_to(old, new)}",
        "A run refuses a table that is partitioned in another way.",
    )


FACTS: dict[str, Callable[[str, Any, Any], Change]] = {
    "required": _required,
    "classification": _classification,
    "protection": _protection,
    "pattern": _pattern,
    "source": _source,
    "deprecated": _deprecated,
    "id": _id,
    "transform": _transform,
    "unique": _unique,
    "description": lambda subject, _old, _new: words(subject, "is described in other words"),
}
"""What a change of each fact of a column does; its name and its type are told apart."""
