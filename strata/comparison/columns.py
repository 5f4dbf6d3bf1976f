"""What changed in the columns of a table."""

from collections.abc import Iterator, Mapping
from typing import Any

from data_lake.contracts.models import DatasetContract, ProductContract
from strata.comparison.change import Change, backfill, breaking, not_allowed, refused, safe
from strata.comparison.column_facts import FACTS, REWRITTEN, allows, changed_fact

Contract = DatasetContract | ProductContract
Facts = Mapping[str, Any]


def column_changes(old: Contract, new: Contract) -> Iterator[Change]:
    """Give the changes of the columns: removed, renamed, added, in another order, changed."""
    before, after, present = _facts(old), _facts(new), present_names(old, new)
    for name, facts in before.items():
        if name not in present:
            yield _removed(name, facts, new)
    for name, now in present.items():
        if name != now:
            yield _renamed(name, now, new)
    for name, facts in after.items():
        if name not in present.values():
            yield _added(name, facts, new)
    if list(present.values()) != [name for name in after if name in present.values()]:
        yield _reordered(new)
    for name, now in present.items():
        for field in ("type", *FACTS):
            if before[name].get(field) != after[now].get(field):
                yield changed_fact(field, f"column {now}", before[name], after[now], new)


def _facts(contract: Contract) -> dict[str, Facts]:
    return {column.name: column.model_dump() for column in contract.columns}


def present_names(old: Contract, new: Contract) -> dict[str, str]:
    """Give each column that stayed with its present name: a renamed one is known by its id."""
    before, after = _facts(old), _facts(new)
    by_id = {facts["id"]: name for name, facts in after.items() if facts.get("id")}
    names = {}
    for name, facts in before.items():
        now = by_id.get(facts.get("id"), name)
        if now in after:
            names[name] = now
    return names


def _removed(name: str, facts: Facts, contract: Contract) -> Change:
    subject = f"column {name}"
    if not facts.get("deprecated"):
        return refused(
            subject,
            "is removed",
            "Queries that name it would fail, and no run drops a column that was not deprecated "
            "in an earlier version: the next one is refused.",
        )
    if not allows(contract, "permissive"):
        return not_allowed(subject, "was deprecated, and is removed", "permissive")
    return breaking(
        subject,
        "was deprecated, and is removed",
        f"Queries that still name it do not find it.{_work(contract)}",
    )


def _renamed(name: str, now: str, contract: Contract) -> Change:
    subject, text = f"column {name}", f"is called {now} now; its id is the same"
    if not allows(contract, "permissive"):
        return not_allowed(subject, text, "permissive")
    reason = f"The table keeps the values, but queries and files that say {name} do not find it."
    return breaking(subject, text, f"{reason}{_work(contract)}")


def _work(contract: Contract) -> str:
    return "" if contract.format == "iceberg" else f" {REWRITTEN}"


def _added(name: str, facts: Facts, contract: Contract) -> Change:
    subject, text = f"column {name}", f"is added, {facts['type']}"
    if not allows(contract, "additive"):
        return not_allowed(subject, text, "additive")
    if facts["required"] and isinstance(contract, DatasetContract):
        return breaking(
            subject,
            f"{text}, required",
            "Files without it lose every row to quarantine, and the rows that are there have no "
            "value in it.",
            "Add it without required, let producers deliver it, replay the past, then require it; "
            "or raise the major version.",
        )
    if isinstance(contract, ProductContract) and contract.write_mode == "replace":
        return safe(subject, text, "The next build gives it to every row.")
    return backfill(
        subject, text, "Readers lose nothing; the rows that are there have no value in it."
    )


def _reordered(contract: Contract) -> Change:
    subject, text = "columns", "stand in another order"
    raw = contract.raw if isinstance(contract, DatasetContract) else None
    if raw is not None and raw.format == "csv" and not raw.header:
        return breaking(
            subject, text, "The files have no header: their fields would go to other columns."
        )
    return safe(subject, text, "Files and queries find a column by its name.")
