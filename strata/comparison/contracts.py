"""Two contracts, or two sets of them, compared: every difference as a change with its verdict."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from data_lake.contracts import ContractSet, DatasetContract, ProductContract
from strata.comparison.change import Change, breaking, from_to, refused, safe
from strata.comparison.column_facts import names_partitions
from strata.comparison.columns import column_changes, present_names
from strata.comparison.feeds import product_changes, raw_changes
from strata.comparison.rules import rule_changes
from strata.comparison.settings import SETTINGS

Contract = DatasetContract | ProductContract
ELSEWHERE = {"name", "version", "kind", "zone", "columns", "rules", "raw", "inputs", "sql"}
"""Fields of a contract that are compared by functions of their own."""


@dataclass(frozen=True)
class Comparison:
    """What changed in the contract of one name; a version is None where there is no contract."""

    name: str
    old_version: str | None
    new_version: str | None
    changes: tuple[Change, ...]


def compare_contracts(old: ContractSet, new: ContractSet) -> list[Comparison]:
    """Give what changed, by name; contracts that are the same in both are left out."""
    before: dict[str, Contract] = {**old.datasets, **old.products}
    after: dict[str, Contract] = {**new.datasets, **new.products}
    found = [
        _compare(name, before.get(name), after.get(name)) for name in sorted({*before, *after})
    ]
    return [one for one in found if one.changes or one.old_version != one.new_version]


def _compare(name: str, old: Contract | None, new: Contract | None) -> Comparison:
    if old is None or new is None:
        changes = [_added(new) if new else _removed(name)]
    elif old.kind != new.kind:
        changes = [_other_kind(old, new)]
    else:
        changes = list(changes_of(old, new))
    old_version, new_version = (one.version if one else None for one in (old, new))
    return Comparison(name, old_version, new_version, tuple(changes))


def changes_of(old: Contract, new: Contract) -> Iterator[Change]:
    """Give the changes between two contracts of one kind."""
    yield from column_changes(old, new)
    before, after = _with_present_names(old, new), new.model_dump()
    for field in dict.fromkeys([*before, *after]):
        if field == "publishing" and _changes_partitions(old, new):
            yield _partitions(old, new)
        elif field not in ELSEWHERE and before.get(field) != after.get(field):
            yield _setting(field, before.get(field), after.get(field))
    yield from rule_changes(old, new)
    if isinstance(old, DatasetContract) and isinstance(new, DatasetContract):
        yield from raw_changes(old, new)
    if isinstance(old, ProductContract) and isinstance(new, ProductContract):
        yield from product_changes(old, new)


def _with_present_names(old: Contract, new: Contract) -> dict[str, Any]:
    """Give the old contract, with the present names of columns where a table follows a rename."""
    names, content = present_names(old, new), old.model_dump()
    fields = ["primary_key"] if names_partitions(old) else ["primary_key", "partition_by"]
    for field in fields:
        content[field] = tuple(names.get(name, name) for name in content[field])
    if content.get("version_column"):
        content["version_column"] = names.get(content["version_column"], content["version_column"])
    return content


def _changes_partitions(old: Contract, new: Contract) -> bool:
    """Tell whether a Parquet table that stays partitioned has partitions in one of two only."""
    is_parquet = old.format == new.format == "parquet"
    return (
        is_parquet
        and bool(old.partition_by and new.partition_by)
        and (bool(names_partitions(old)) != bool(names_partitions(new)))
    )


def _partitions(old: Contract, new: Contract) -> Change:
    before, after = ("partition" if names_partitions(one) else "table" for one in (old, new))
    return refused(
        "publishing",
        f"changes its atomicity {from_to(before, after)}",
        "The table in the catalog has partitions or has none, and keeps that.",
    )


def _setting(field: str, old: object, new: object) -> Change:
    if field in SETTINGS:
        subject, judge = SETTINGS[field]
        return judge(subject, old, new)
    return breaking(
        field.replace("_", " "),
        f"changes from {old!r} to {new!r}",
        "What a change of it does is not known here, so it counts as breaking.",
    )


def _added(new: Contract) -> Change:
    kind = "dataset" if isinstance(new, DatasetContract) else "product"
    return safe(
        "contract", f"is new: a {kind} in {new.zone}", "Nobody relies on it yet; a table is made."
    )


def _removed(name: str) -> Change:
    return refused(
        "contract",
        "is removed",
        f"No run brings {name} up to date any more, its alarms go, and files that still come "
        "belong to nobody; the table stays as it is.",
    )


def _other_kind(old: Contract, new: Contract) -> Change:
    return refused(
        "contract",
        f"is a {new.kind} now, no longer a {old.kind}",
        f"Its table is in another zone: {new.zone}, no longer {old.zone}.",
    )
