"""Python exceptions keep their class name on the way to the state machine.

The emulator reports every handler exception as `Runtime.HandlerError`, so that a retrier or catcher
that names an exception class would never match; Lambda reports the class.
"""

from collections.abc import Callable
from typing import Any

from strata.local.plugin.hooks import Hook

DEAD = "Worker process died"
"""What the emulator says of a function whose process ended; Lambda calls it Runtime.ExitError."""
MARK = "\x1fstrata-error-class\x1f"
_PLAIN = '"error": str(e), "trace": traceback.format_exc()'
_NAMED = f'"error": type(e).__name__ + {MARK!r} + str(e), "trace": traceback.format_exc()'


def _worker_names_the_class(script: str) -> str:
    if script.count(_PLAIN) != 1:
        raise ValueError("the emulator's Lambda worker script no longer reports errors as it did")
    return script.replace(_PLAIN, _NAMED)


Invocation = Callable[[dict[str, Any], dict[str, Any], str], dict[str, Any]]


def _invocation_reports_the_class(execute: Invocation) -> Invocation:
    def execute_and_name(
        function: dict[str, Any], event: dict[str, Any], request_id: str
    ) -> dict[str, Any]:
        result = execute(function, event, request_id)
        body = result.get("body")
        if result.get("error") and isinstance(body, dict):
            name, mark, message = str(body.get("errorMessage", "")).partition(MARK)
            if name == DEAD:
                body |= {"errorType": "Runtime.ExitError"}
            if mark:
                body |= {"errorType": name, "errorMessage": message}
                result["log"] = str(result.get("log", "")).replace(MARK, ": ")
        return result

    return execute_and_name


HOOKS = (
    Hook(
        "ministack.core.lambda_runtime",
        "_PYTHON_WORKER_SCRIPT",
        "the worker must say which exception class a handler raised",
        _worker_names_the_class,
    ),
    Hook(
        "ministack.services.lambda_svc",
        "_execute_function_warm",
        "retriers and catchers match on the exception's class",
        _invocation_reports_the_class,
    ),
)
