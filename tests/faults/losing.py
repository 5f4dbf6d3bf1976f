"""Losing the events of the raw zone."""

from collections.abc import Iterator
from contextlib import contextmanager

from strata.local.lake import LocalLake


@contextmanager
def no_events(lake: LocalLake) -> Iterator[None]:
    """Lose the events of the raw zone for a while."""
    events = lake.client("events")
    (rule,) = [
        one["Name"]
        for one in events.list_rules()["Rules"]
        if "Object Created" in one.get("EventPattern", "")
    ]
    events.disable_rule(Name=rule)
    try:
        yield
    finally:
        events.enable_rule(Name=rule)
