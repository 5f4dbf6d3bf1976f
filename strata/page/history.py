"""What an execution's history says of each state: how often, how long, and how it went."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from strata.page.graph import Graph
from strata.page.story import StateOutcome, Visit

Event = Mapping[str, Any]
_FAILURES = ("TaskFailed", "TaskTimedOut", "TaskStartFailed", "TaskSubmitFailed")


@dataclass
class _Stay:
    """A stay in a state that is being read."""

    state: str
    start: datetime
    position: int
    attempts: int = 0
    error: str | None = None
    recovered: bool = True

    def visit(self, began: datetime, end: datetime, outcome: StateOutcome) -> Visit:
        return Visit(
            state=self.state,
            start=(self.start - began).total_seconds(),
            seconds=max(0.0, (end - self.start).total_seconds()),
            outcome=outcome,
            attempts=max(1, self.attempts),
            error=self.error,
        )


def visits(events: Iterable[Event], graph: Graph) -> tuple[Visit, ...]:
    """Give the stays in states, in the order in which they began.

    A caught error is one after which the state was left all the same. A state that was never left
    has failed, or is running if the execution is; the states inside a Map or Parallel end with it
    at the latest, and an error that left one of them was caught by the state around it.
    """
    listed = list(events)
    if not listed:
        return ()
    resources = {node.name: node.resource for node, _ in graph.walk()}
    parents = {node.name: parent for node, parent in graph.walk()}
    began = listed[0]["timestamp"]
    stays: list[_Stay] = []
    found: list[tuple[int, Visit]] = []

    def close(stay: _Stay, end: datetime, outcome: StateOutcome) -> None:
        stays.remove(stay)
        found.append((stay.position, stay.visit(began, end, outcome)))

    for event in listed:
        if entered := event.get("stateEnteredEventDetails"):
            stays.append(_Stay(entered["name"], event["timestamp"], len(stays) + len(found)))
        elif left := event.get("stateExitedEventDetails"):
            stay = next((stay for stay in stays if stay.state == left["name"]), None)
            if stay is None:
                continue
            for inner in [one for one in stays if parents.get(one.state) == stay.state]:
                stay.error, stay.recovered = inner.error or "States.BranchFailed", False
                close(inner, event["timestamp"], "failed")
            close(stay, event["timestamp"], _outcome(stay))
        else:
            _note_try(event, stays, resources)
    over = len(listed) > 1 and listed[-1]["type"].startswith("Execution")
    for stay in list(stays):
        close(stay, listed[-1]["timestamp"], "failed" if over else "running")
    return tuple(visit for _, visit in sorted(found, key=lambda pair: pair[0]))


def _outcome(stay: _Stay) -> StateOutcome:
    if stay.error is None:
        return "succeeded"
    return "retried" if stay.recovered else "caught"


def _note_try(event: Event, stays: list[_Stay], resources: Mapping[str, str]) -> None:
    kind = event["type"]
    details: Mapping[str, Any] = next(
        (value for key, value in event.items() if key.endswith("EventDetails")), {}
    )
    stay = _trying(str(details.get("resource", "")), stays, resources)
    if stay is None:
        return
    if kind == "TaskScheduled":
        stay.attempts += 1
    elif kind in _FAILURES:
        stay.error, stay.recovered = str(details.get("error", kind)), False
    elif kind == "TaskSucceeded":
        stay.recovered = True


def _trying(resource: str, stays: list[_Stay], resources: Mapping[str, str]) -> _Stay | None:
    """Give the latest open stay of a state with this resource.

    AWS writes only the action (`invoke`) where others write the whole resource.
    """
    for stay in reversed(stays):
        known = resources.get(stay.state, "")
        if resource and (known == resource or known.endswith(f":{resource}")):
            return stay
    return None
