"""The circuit of a dataset or product: open, no run is started, and what arrives waits."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from lake_runtime.errors import LedgerUnsettled
from lake_runtime.identity import utc_now, utc_text
from lake_runtime.ledger import Ledger
from lake_runtime.limits import Limits
from lake_runtime.transactions import write_groups

_TRIES = 10


class CircuitState(StrEnum):
    """Closed: runs as ever. Open: none. Half-open: one trial run, which decides."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True)
class Passage:
    """Whether a run may go on; where not, until when it is not tried and whether that is new."""

    is_free: bool
    retry_at: str = ""
    why: str = ""
    is_first: bool = False


@dataclass(frozen=True)
class Circuit:
    """The circuit as the ledger keeps it: `CIRCUIT` is its state, `CIRCUIT#<time>` each change.

    `strata circuit` writes the same items.
    """

    ledger: Ledger

    def look(self) -> dict[str, Any]:
        """Give the state (`state`, `failures`, `retry_at`, `by`, `why`, ...)."""
        return self.ledger.get("CIRCUIT") or {"state": CircuitState.CLOSED, "failures": 0}

    def refuses_runs(self) -> bool:
        """Tell, without writing anything, whether no run would get passage now."""
        now = self.look()
        return now["state"] != CircuitState.CLOSED and _is_cooling(now)

    def enter(self, run_id: str) -> Passage:
        """Ask for passage; after the cool-down one run gets it, as a trial. Safe to repeat.

        Call it under the dataset's lock. Raises `LedgerUnsettled` if others keep moving it.
        """
        for _ in range(_TRIES):
            now = self.look()
            if now["state"] == CircuitState.CLOSED or now.get("trial") == run_id:
                return Passage(is_free=True)
            if _is_cooling(now):
                return self._refuse(now)
            change = {"state": CircuitState.HALF_OPEN, "trial": run_id}
            if self._write(now, change, by=f"run {run_id}", why="the cool-down is over"):
                return Passage(is_free=True)
        raise _unsettled(self.ledger)

    def forget(self, run_id: str) -> None:
        """Let a run that is done again count again when it ends.

        Raises `LedgerUnsettled` if others keep moving the circuit.
        """
        for _ in range(_TRIES):
            now = self.look()
            if now.get("last_run") != run_id or self._write(now, {"last_run": ""}, by="", why=""):
                return
        raise _unsettled(self.ledger)

    def record(self, run_id: str, *, is_failure: bool, limits: Limits, why: str) -> bool:
        """Count how a run ended, once; tell whether the circuit opened with it.

        A run that ends well closes the circuit, unless a person opened it. Raises
        `LedgerUnsettled` if others keep moving it.
        """
        for _ in range(_TRIES):
            now = self.look()
            if now.get("last_run") == run_id:
                return bool(now.get("opened_by_run") == run_id)
            change = self._after(now, run_id, is_failure=is_failure, limits=limits)
            if change is None:
                return False
            opened = change.get("opened_by_run") == run_id
            if self._write(now, change, by=f"run {run_id}", why=why):
                return opened
        raise _unsettled(self.ledger)

    def _after(
        self, now: Mapping[str, Any], run_id: str, *, is_failure: bool, limits: Limits
    ) -> dict[str, Any] | None:
        is_trial = now.get("trial") == run_id
        is_open = now["state"] != CircuitState.CLOSED
        if not is_failure:
            if not is_open and not now["failures"]:
                return None
            if is_open and not is_trial:
                return None
            return {"state": CircuitState.CLOSED, "failures": 0, "last_run": run_id, "trial": ""}
        failures = int(now["failures"]) + 1
        change = {"failures": failures, "last_run": run_id}
        if is_trial or (not is_open and failures >= limits.circuit_failures):
            cool_down = limits.circuit_cool_down_minutes * 60
            until = datetime.fromtimestamp(time.time() + cool_down, UTC)
            change |= {
                "state": CircuitState.OPEN,
                "retry_at": utc_text(until),
                "trial": "",
                "opened_by_run": run_id,
                "told": "",
            }
        return change

    def _refuse(self, now: Mapping[str, Any]) -> Passage:
        """Refuse passage; the first refusal since the circuit opened is told."""
        is_first = not now.get("told") and self._write(now, {"told": utc_now()}, by="", why="")
        return Passage(
            is_free=False,
            retry_at=str(now.get("retry_at", "")),
            why=str(now.get("why", "")),
            is_first=is_first,
        )

    def _write(
        self, now: Mapping[str, Any], change: Mapping[str, Any], *, by: str, why: str
    ) -> bool:
        """Write a change and, if it is one of state, its entry of history; False if another was
        quicker."""
        version = int(now.get("version", 0))
        kept = {name: value for name, value in now.items() if name not in ("scope", "item")}
        is_move = change.get("state", now["state"]) != now["state"]
        said = {"by": by, "why": why, "changed_at": utc_now()} if is_move else {}
        state = self.ledger.put("CIRCUIT", {**kept, **change, **said, "version": version + 1})
        state["Put"]["ConditionExpression"] = "attribute_not_exists(version) OR version = :was"
        state["Put"]["ExpressionAttributeValues"] = {":was": version}
        if version:
            state["Put"]["ConditionExpression"] = "version = :was"
        changes = [state]
        if is_move:
            entry = {"from": now["state"], "to": change["state"], "by": by, "why": why}
            history = self.ledger.put(f"CIRCUIT#{said['changed_at']}", {**entry, **said})
            changes.append(history)
        return write_groups([changes])[0]


def _is_cooling(now: Mapping[str, Any]) -> bool:
    """Tell whether an open circuit waits still; one that a person opened waits for a person."""
    retry_at = str(now.get("retry_at", ""))
    return not retry_at or utc_now() < retry_at


def _unsettled(ledger: Ledger) -> LedgerUnsettled:
    return LedgerUnsettled(
        f"{ledger.scope}: the circuit changed {_TRIES} times while it was written; retry"
    )
