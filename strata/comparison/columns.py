"""What changed in the columns of a table."""

from collections.abc import Iterator, Mapping
from typing import Any

from data_lake.contracts.models import DatasetContract, ProductContract
from strata.comparison.change import Change, backfill, breaking, refused, safe
from strata.comparison.column_facts import FACTS, changed_fact

Contract = DatasetContract | ProductContract
Facts = Mapping[str, Any]


def column_changes(old: Contract, new: Contract) -> Iterator[Change]:
    """Give the changes of the columns: removed, renamed, added, in another order, changed."""
    before, after = _facts(old), _facts(new)
    present = _present_names(before, after)
    for name, facts in before.items():
        if name not in present:
            yield _removed(name, facts)
    for name, now in present.items():
        if name != now:
            yield _renamed(name, now)
    for name, facts in after.items():
        if name not in present.values():
            yield _added(name, facts, new)
    if list(present.values()) != [name for name in after if name in present.values()]:
        yield _reordered(new)
    for name, now in present.items():
        for field in FACTS:
            if before[name].get(field) != after[now].get(field):
                yield changed_fact(field, f"column {now}", before[name], after[now], new.format)


def _facts(contract: Contract) -> dict[str, Facts]:
    return {column.name: column.model_dump() for column in contract.columns}


def _present_names(before: Mapping[str, Facts], after: Mapping[str, Facts]) -> dict[str, str]:
    """Give each column that stayed with its present name: a renamed one is known by its id."""
    by_id = {facts["id"]: name for name, facts in after.items() if facts.get("id")}
    names = {}
    for name, facts in before.items():
        now = by_id.get(facts.get("id"), name)
        if now in after:
            names[name] = now
    return names


def _removed(name: str, facts: Facts) -> Change:
    if facts.get("deprecated"):
        return breaking(
            f"column {name}",
            "was deprecated, and is removed",
            "Queries that still name it fail, and files that still bring it are refused.",
        )
    return refused(
        f"column {name}",
        "is removed",
        "Queries that name it would fail, and no run drops a column that was not deprecated "
        "before: the next one is refused.",
    )


def _renamed(name: str, now: str) -> Change:
    return breaking(
        f"column {name}",
        f"is called {now} now; its id is the same",
        f"The table keeps the values, but queries and files that say {name} do not find it.",
    )


def _added(name: str, facts: Facts, contract: Contract) -> Change:
    subject, text = f"column {name}", f"is added, {facts['type']}"
    if facts["required"] and isinstance(contract, DatasetContract):
        return breaking(
            subject,
            f"{text}, required",
            "Files without it lose every row to quarantine, and the rows that are there have no "
            "value in it.",
            "Add it without required, let producers deliver it, replay the past, then require it; "
            "or raise the major version.",
        )
    if isinstance(contract, DatasetContract) and _refuses_unlike_headers(contract):
        return breaking(
            subject,
            text,
            "Readers lose nothing, but a CSV file whose header does not name it is rejected.",
            "Let producers deliver it from this version on, and raise the major version; or set "
            "evolution to additive, which takes files of both kinds.",
        )
    if isinstance(contract, ProductContract) and contract.write_mode == "replace":
        return safe(subject, text, "The next build gives it to every row.")
    return backfill(
        subject, text, "Readers lose nothing; the rows that are there have no value in it."
    )


def _refuses_unlike_headers(contract: DatasetContract) -> bool:
    raw = contract.raw
    return raw.format == "csv" and raw.header and _evolution(contract) == "strict"


def _evolution(contract: DatasetContract) -> str:
    return str(getattr(contract, "evolution", "strict"))


def _reordered(contract: Contract) -> Change:
    subject, text = "columns", "stand in another order"
    raw = contract.raw if isinstance(contract, DatasetContract) else None
    if raw is not None and raw.format == "csv" and not raw.header:
        return breaking(
            subject, text, "The files have no header: their fields would go to other columns."
        )
    return safe(subject, text, "Files and queries find a column by its name.")
