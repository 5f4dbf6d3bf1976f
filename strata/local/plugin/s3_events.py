"""S3's events on EventBridge name the version of the object, as they do on AWS."""

import json
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from strata.local.plugin.hooks import Hook

_version: ContextVar[str | None] = ContextVar("object_version", default=None)


def _remember_version(fire: Callable[..., None]) -> Callable[..., None]:
    def fire_with_version(*arguments: Any, version_id: str | None = None, **more: Any) -> None:
        token = _version.set(version_id)
        try:
            fire(*arguments, version_id=version_id, **more)
        finally:
            _version.reset(token)

    return fire_with_version


def _add_version(dispatch: Callable[..., Any]) -> Callable[..., Any]:
    def dispatch_with_version(event: dict[str, Any], *more: Any, **named: Any) -> Any:
        version = _version.get()
        if version and event.get("Source") == "aws.s3":
            detail = json.loads(event["Detail"])
            detail["object"]["version-id"] = version
            event = event | {"Detail": json.dumps(detail)}
        return dispatch(event, *more, **named)

    return dispatch_with_version


HOOKS = (
    Hook(
        "ministack.services.s3",
        "_fire_s3_event",
        "a claim names an object version, so the event must name it",
        _remember_version,
    ),
    Hook(
        "ministack.services.eventbridge",
        "_dispatch_event",
        "a claim names an object version, so the event must name it",
        _add_version,
    ),
)
