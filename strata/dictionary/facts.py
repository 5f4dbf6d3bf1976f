"""The facts of a table as pairs of a word and a value: who, when, where from, how it is kept."""

from collections.abc import Iterator

from data_lake.contracts import DatasetContract, ProductContract
from data_lake.contracts.models import Trigger
from strata.dictionary.entries import Entry
from strata.page.markup import Child, Markup, el, join
from strata.page.parts import code
from strata.rule_words import percent

WRITE_MODES = {
    "append": "rows are added and never replaced",
    "merge": "a row replaces the one with its key",
    "replace": "each run replaces all rows",
}


def facts(entry: Entry) -> Iterator[tuple[str, Child]]:
    """Give a table's facts in the order in which people ask for them."""
    contract = entry.contract
    yield "Owner", join(contract.owner, *(_contact(one) for one in entry.contacts))
    if entry.one_row:
        yield "One row is", entry.one_row.removeprefix("One row for ").rstrip(".")
    yield "Fresh", _freshness(contract)
    yield from _origin(contract)
    yield "Key", _codes(contract.primary_key) or "none"
    yield "Partitioned by", _codes(contract.partition_by) or "nothing"
    yield "Kept as", f"{contract.format.capitalize()}; {WRITE_MODES[contract.write_mode]}"
    yield "Published if", f"at least {percent(contract.quality.threshold)} of the rows are good"
    yield "Bad rows", join(code(f"quarantine.{contract.name}"), ", made with the first of them")
    if entry.read_by:
        yield "Read by", _links(entry.read_by)


def _contact(name: str) -> Markup:
    return el("small", el("a", name, href=f"mailto:{name}") if "@" in name else name)


def _freshness(contract: DatasetContract | ProductContract) -> str:
    hours = contract.freshness_hours
    if hours is None:
        return "no promise"
    if hours % 24 == 0 and hours > 24:
        return f"at most {hours / 24:g} days old"
    return f"at most {hours:g} hour{'' if hours == 1 else 's'} old"


def _origin(contract: DatasetContract | ProductContract) -> Iterator[tuple[str, Child]]:
    if isinstance(contract, ProductContract):
        yield "Built from", _links(contract.inputs)
        yield "Built when", "what it reads was published"
        return
    raw = contract.raw
    compressed = getattr(raw, "compression", "none")
    packed = f", {compressed}" if compressed not in ("auto", "none") else ""
    yield "Files", join(code(raw.prefix), f" in the raw zone, {raw.format.upper()}{packed}")
    yield "Loaded", _trigger(contract.trigger)
    if contract.schedule is not None and contract.trigger.mode != "schedule":
        yield "And at", _cron(contract.schedule.cron, contract.schedule.time_zone)


def _trigger(trigger: Trigger) -> Child:
    if trigger.mode == "on_arrival":
        return "when a file arrives"
    if trigger.mode == "manifest":
        return join("when a ", code(f"*{trigger.suffix}"), " and all that it lists are there")
    if trigger.mode == "micro_batch":
        return f"every {trigger.every_minutes} minutes, if anything waits"
    if trigger.mode == "schedule":
        return _cron(trigger.cron or "", trigger.time_zone or "")
    return trigger.mode.replace("_", " ")


def _cron(cron: str, time_zone: str) -> Markup:
    return join(code(cron), f" in {time_zone}")


def _codes(names: tuple[str, ...]) -> Markup | None:
    return _separated([code(name) for name in names])


def _links(names: tuple[str, ...]) -> Markup | None:
    return _separated([el("a", name, href=f"#{name}") for name in names])


def _separated(parts: list[Markup]) -> Markup | None:
    if not parts:
        return None
    return join(parts[0], *(join(", ", part) for part in parts[1:]))
