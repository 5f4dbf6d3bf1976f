"""What changed in where rows come from: a dataset's raw files, a product's SQL and inputs."""

from collections.abc import Iterator
from typing import Any

from data_lake.contracts import sql
from data_lake.contracts.models import DatasetContract, ProductContract
from strata.comparison.change import Change, backfill, breaking, from_to, safe

AGREE = "Agree with the producers on the day, and raise the major version."


def raw_changes(old: DatasetContract, new: DatasetContract) -> Iterator[Change]:
    """Give the changes of where files arrive and how they are written."""
    before, after = old.raw.model_dump(), new.raw.model_dump()
    for field in dict.fromkeys([*before, *after]):
        if before.get(field) != after.get(field):
            yield _raw(field, before.get(field), after.get(field))


def _raw(field: str, old: Any, new: Any) -> Change:
    subject, text = f"raw {field.replace('_', ' ')}", f"changes {from_to(old, new)}"
    if field == "prefix":
        reason = f"Files under {old} belong to no dataset any more; they go to quarantine."
        return breaking(subject, text, reason, AGREE)
    if field == "null_values":
        return backfill(
            subject,
            f"change {from_to(old, new)}",
            "The same field is a value in some rows and null in others, depending on their day.",
        )
    if field == "compression" and new == "auto":
        return safe(subject, text, "Files are taken that were rejected before.")
    return breaking(subject, text, "Files written as before are rejected, or read wrongly.", AGREE)


def product_changes(old: ProductContract, new: ProductContract) -> Iterator[Change]:
    """Give the changes of a product's SQL and of what it is built from."""
    for name in sorted(set(new.inputs) - set(old.inputs)):
        yield safe(
            "inputs",
            f"{name} is added",
            "The product is built again when it is published.",
            "Check that it is fresh enough for what the product promises.",
        )
    for name in sorted(set(old.inputs) - set(new.inputs)):
        yield safe(
            "inputs", f"{name} is removed", "The product is no longer built when it is published."
        )
    if old.sql != new.sql:
        yield _sql(old, new)


def _sql(old: ProductContract, new: ProductContract) -> Change:
    if _tokens(old.sql) == _tokens(new.sql):
        return safe("SQL", "is laid out in another way", "It says the same to the engine.")
    if new.write_mode == "replace" and not getattr(new, "incremental", None):
        return safe(
            "SQL",
            "is another",
            "The next build makes every row anew, so old and new rules never stand side by side.",
            "If a column means something else now, say so to readers and raise the major version.",
        )
    return backfill(
        "SQL",
        "is another",
        "Rows that the next build does not touch stay as the old statement made them.",
        "Build the whole product again; if a column means something else now, raise the major "
        "version.",
    )


def _tokens(statement: str) -> list[str]:
    return [token.value for token in sql.tokens(statement)]
