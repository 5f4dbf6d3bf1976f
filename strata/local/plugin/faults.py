"""Calls go wrong on demand, so that tests and storms can show what the lake makes of it.

A fault is armed over HTTP (`strata.local.faults`) and hits calls at two places: requests of API
clients, which is what functions and Spark are, and tasks of state machines, which the emulator
does not send over HTTP.
"""

import asyncio
import itertools
import json
import threading
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

import psutil

from strata.local.faults import PATH, Fault
from strata.local.plugin.glue_jobs import kill_spark
from strata.local.plugin.hooks import Hook

Answer = tuple[int, dict[str, str], Any]
Dispatch = Callable[..., Awaitable[Answer]]
_numbers = itertools.count(1)
_lock = threading.Lock()
_armed: dict[int, Fault] = {}
_seen: dict[int, int] = {}
_hits: dict[int, int] = {}
_state: ContextVar[tuple[str, str]] = ContextVar("state", default=("", ""))
"""The name of the state whose task is done, and the input of its execution."""


def _take(calls: set[str], text: str, *, kills: bool | None = None) -> Fault | None:
    """Give the fault that hits a call under one of its names, and count it."""
    with _lock:
        for number, fault in _armed.items():
            is_meant = fault.call.lower() in calls and fault.where in text
            if not is_meant or (kills is not None and fault.kill is not kills):
                continue
            _seen[number] += 1
            is_over = fault.times and _hits[number] >= fault.times
            if _seen[number] > fault.after and not is_over:
                _hits[number] += 1
                return fault
    return None


def _take_orders(shortcuts: Callable[..., Awaitable[Answer | None]]) -> Any:
    async def take_orders_first(
        method: str, path: str, headers: dict[str, str], body: bytes, *more: Any
    ) -> Answer | None:
        if path != PATH:
            return await shortcuts(method, path, headers, body, *more)
        answer: dict[str, Any] = {}
        with _lock:
            if method == "POST":
                number = next(_numbers)
                _armed[number] = Fault(**json.loads(body))
                _seen[number] = _hits[number] = 0
                answer["number"] = number
            elif method == "DELETE":
                for number in json.loads(body)["numbers"] or list(_armed):
                    for book in (_armed, _seen, _hits):
                        book.pop(number, None)
            else:
                answer["hits"] = _hits
            content = json.dumps(answer).encode()
        return 200, {"Content-Type": "application/json"}, content

    return take_orders_first


def _fail_requests(dispatch: Dispatch) -> Dispatch:
    async def dispatch_or_fail(*request: Any) -> Answer:
        _method, path, headers, body, query, request_id = request
        service, action = _named(*request[:-1]) if _armed else ("", "")
        text = f"{path}?{query}\n{body.decode('latin-1')}" if action else ""
        fault = _take({action.lower()}, text) if action else None
        if fault is None:
            return await dispatch(*request)
        await asyncio.sleep(fault.seconds)
        answer = None
        if fault.late or fault.seconds:
            answer = await dispatch(*request)
        if fault.kill:
            await asyncio.to_thread(_kill_caller, headers, query)
        if answer is not None and not fault.error:
            return answer
        return _refusal(fault, service, action, headers, request_id)

    return dispatch_or_fail


def _named(
    method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
) -> tuple[str, str]:
    from ministack import app  # noqa: PLC0415 - reads its settings when imported
    from ministack.core.iam_actions import extract_iam_action  # noqa: PLC0415
    from ministack.core.router import detect_service  # noqa: PLC0415

    params = app._routing_params(method, path, headers, body, query)
    service = detect_service(method, path, headers, params)
    return service, extract_iam_action(service, method, path, headers, body, params) or ""


def _refusal(
    fault: Fault, service: str, action: str, headers: dict[str, str], request_id: str
) -> Answer:
    from ministack.core.iam_actions import access_denied_response  # noqa: PLC0415

    code = fault.error or "ServiceUnavailable"
    _, answered, body = access_denied_response(
        service,
        action,
        "",
        request_id,
        error_code=code,
        message=f"{code}, as was asked for",
        headers=headers,
    )
    return fault.status if fault.error else 503, answered, body


def _kill_caller(headers: dict[str, str], query: dict[str, Any]) -> None:
    """End the process that makes a request: a function is known by its session, else it is Spark.

    What it had started dies with it, or Spark's virtual machine would make the call again.
    """
    from ministack.core import lambda_runtime  # noqa: PLC0415
    from ministack.core.iam_evaluator import request_caller_arn  # noqa: PLC0415

    caller = request_caller_arn(headers, query) or ""
    if ":assumed-role/" not in caller:
        kill_spark()
        return
    function = caller.rpartition("/")[2]
    for pool in list(lambda_runtime._workers.values()):
        for worker in pool:
            if worker.func_name == function and worker.in_use and worker._proc is not None:
                psutil.Process(worker._proc.pid).kill()


def _fail_tasks(invoke: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
    def invoke_or_fail(resource: str, given: Any) -> Any:
        state, execution_input = _state.get()
        calls = {_operation(resource), f"state:{state}".lower()}
        text = f"{execution_input}\n{json.dumps(given, default=str)}"
        fault = _take(calls, text, kills=False) if _armed else None
        if fault is None:
            return invoke(resource, given)
        time.sleep(fault.seconds)
        if fault.late or fault.seconds:
            answer = invoke(resource, given)
            if not fault.error:
                return answer
        from ministack.services import stepfunctions  # noqa: PLC0415

        raise stepfunctions._ExecutionError(fault.error, f"{fault.error}, as was asked for")

    return invoke_or_fail


def _operation(resource: str) -> str:
    """Give `service:operation` of a task's resource, in lower case."""
    parts = resource.replace(".sync", "").lower().split(":")
    return ":".join(parts[-2:])


def _stop_executions(execute: Callable[..., Any]) -> Callable[..., Any]:
    def execute_or_stop(
        state: dict[str, Any], given: Any, execution: dict[str, Any], context: dict[str, Any]
    ) -> Any:
        name = context["State"]["Name"]
        before = _state.set((name, execution["input"]))
        try:
            fault = None
            if _armed:
                fault = _take({f"state:{name}".lower()}, execution["input"], kills=True)
            if fault is None or fault.late:
                outcome = execute(state, given, execution, context)
            if fault is None:
                return outcome
        finally:
            _state.reset(before)
        from ministack.services import stepfunctions  # noqa: PLC0415

        stepfunctions._stop_execution({"executionArn": execution["executionArn"]})
        return given, None

    return execute_or_stop


HOOKS = (
    Hook(
        "ministack.app",
        "_handle_post_body_shortcuts",
        "faults are armed and lifted over HTTP",
        _take_orders,
    ),
    Hook(
        "ministack.app",
        "_dispatch_service_request",
        "calls of functions and of Spark go wrong on demand",
        _fail_requests,
    ),
    Hook(
        "ministack.services.stepfunctions",
        "_invoke_resource",
        "tasks of state machines go wrong on demand",
        _fail_tasks,
    ),
    Hook(
        "ministack.services.stepfunctions",
        "_execute_task",
        "executions are stopped at a state on demand",
        _stop_executions,
    ),
)
