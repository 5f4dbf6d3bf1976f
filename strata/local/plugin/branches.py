"""Branches of Parallel and items of Map behave as the States Language says.

The emulator lets branches share variables, ignores what a JSONata Parallel assigns or outputs, and
keeps the states inside a branch out of the history. On AWS a branch sees the variables of its
parent, keeps its own to itself, and each of its states is in the history.
"""

import json
from collections.abc import Callable
from typing import Any

from strata.local.plugin.hooks import Hook

Execution = dict[str, Any]
Context = dict[str, Any]
Outcome = tuple[Any, str | None]


def _scope_and_record(run: Callable[..., Any]) -> Callable[..., Any]:
    def run_branch(
        states: dict[str, Any], start: str, payload: Any, execution: Execution, context: Context
    ) -> Any:
        if context.get("QueryLanguage") != "JSONata":
            return run(states, start, payload, execution, context)
        scope = context | {"variables": dict(context.get("variables", {}))}
        name: str | None = start
        while name is not None:
            if name not in states:
                raise _error("States.Runtime", f"State '{name}' not found")
            payload, name = _step(name, states[name], payload, execution, scope)
        return payload

    return run_branch


def _step(
    name: str, state: dict[str, Any], payload: Any, execution: Execution, scope: Context
) -> Outcome:
    from ministack.services import stepfunctions as engine  # noqa: PLC0415

    kind = state["Type"]
    scope["State"] = {"Name": name, "EnteredTime": engine.now_iso(), "RetryCount": 0}
    entered = {"name": name, "input": json.dumps(payload)}
    engine._add_event(execution, f"{kind}StateEntered", {"stateEnteredEventDetails": entered})
    if kind == "Fail":
        raise engine._ExecutionError(*engine._fail_state_error(state, payload, scope))
    if kind == "Succeed":
        outcome: Outcome = (
            engine._apply_jsonata_output(state, payload, scope, default=payload),
            None,
        )
    elif kind in ("Task", "Parallel", "Map"):
        outcome = getattr(engine, f"_execute_{kind.lower()}")(state, payload, execution, scope)
    elif kind in ("Pass", "Choice", "Wait"):
        outcome = getattr(engine, f"_execute_{kind.lower()}")(state, payload, scope)
    else:
        raise _error("States.Runtime", f"Unknown state type: {kind}")
    exited = {"name": name, "output": json.dumps(outcome[0])}
    engine._add_event(execution, f"{kind}StateExited", {"stateExitedEventDetails": exited})
    return outcome


def _error(name: str, cause: str) -> Exception:
    from ministack.services import stepfunctions as engine  # noqa: PLC0415

    error: Exception = engine._ExecutionError(name, cause)
    return error


def _keep_what_parallel_says(run: Callable[..., Outcome]) -> Callable[..., Outcome]:
    def run_branches(
        state: dict[str, Any], payload: Any, execution: Execution, context: Context
    ) -> Outcome:
        from ministack.services import stepfunctions as engine  # noqa: PLC0415

        if engine._state_query_language(state, context) != "JSONata":
            return run(state, payload, execution, context)
        given = engine._apply_jsonata_arguments(state, payload, context)
        results, following = run(state, given, execution, context)
        output = engine._apply_jsonata_output(
            state, payload, context, result=results, default=results
        )
        engine._apply_state_assign(state, payload, context, result=results)
        return output, following

    return run_branches


HOOKS = (
    Hook(
        "ministack.services.stepfunctions",
        "_run_sub_machine",
        "branches must not share variables, and their states belong in the history",
        _scope_and_record,
    ),
    Hook(
        "ministack.services.stepfunctions",
        "_run_parallel_branches",
        "what a JSONata Parallel assigns and outputs must not be dropped",
        _keep_what_parallel_says,
    ),
)
