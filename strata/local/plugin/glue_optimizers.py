"""Table optimizers are checked and kept as Glue keeps them; none of them ever runs here.

Left alone, the emulator does not know the calls. What is kept tells how a table would be looked
after; there is no run, so no answer holds a last run.
"""

import copy
import json
from collections.abc import Callable
from typing import Any

from strata.local.plugin.hooks import Hook

Response = tuple[int, dict[str, str], bytes]
Dispatch = Callable[..., Response]
PARTS = {
    "compaction": "compactionConfiguration",
    "retention": "retentionConfiguration",
    "orphan_file_deletion": "orphanFileDeletionConfiguration",
}
"""The part of the configuration that each kind of optimizer has of its own."""
NUMBERS = (
    "minInputFiles",
    "deleteFileThreshold",
    "snapshotRetentionPeriodInDays",
    "numberOfSnapshotsToRetain",
    "orphanFileRetentionPeriodInDays",
    "runRateInHours",
)
STRATEGIES = ("binpack", "sort", "z-order")


class _Refused(Exception):  # noqa: N818 - it is an answer, not a fault of the emulator
    """The call is answered with an error of the service."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def _know_optimizers(dispatch: Dispatch) -> Dispatch:
    from ministack.core.responses import AccountRegionScopedDict  # noqa: PLC0415
    from ministack.services import glue  # noqa: PLC0415 - reads its settings when imported

    # The emulator's own table of its stores, which it saves and restores.
    kept = glue._ALL_STATE.setdefault("table_optimizers", AccountRegionScopedDict())

    def handle_request(
        method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]
    ) -> Response:
        from ministack.core.responses import error_response_json, json_response  # noqa: PLC0415

        action = headers.get("x-amz-target", "").rpartition(".")[2]
        if not action.endswith("TableOptimizer"):
            response = dispatch(method, path, headers, body, query_params)
            if "Delete" in action or method == "DELETE":
                _forget_dropped(kept)
            return response
        try:
            answer: Response = json_response(_answer(action, json.loads(body), kept))
        except _Refused as refused:
            answer = error_response_json(refused.code, str(refused), 400)
        return answer

    return handle_request


def _forget_dropped(kept: Any) -> None:
    """Optimizers end with their table, and do not come back with another of its name."""
    from ministack.services import glue  # noqa: PLC0415

    for key in [key for key in kept if key.rpartition("/")[0] not in glue._tables]:
        del kept[key]


def _answer(action: str, data: dict[str, Any], kept: Any) -> dict[str, Any]:
    if action == "BatchGetTableOptimizer":
        return _batch(data, kept)
    kind = data.get("Type")
    table = _table(data.get("CatalogId"), data.get("DatabaseName"), data.get("TableName"))
    if kind not in PARTS:
        raise _Refused("ValidationException", f"Type {kind!r} is none of {', '.join(PARTS)}")
    key = f"{data['DatabaseName']}/{data['TableName']}/{kind}"
    if action == "CreateTableOptimizer":
        if key in kept:
            raise _Refused("AlreadyExistsException", f"{key}: the optimizer exists already")
        kept[key] = _checked(table, kind, data.get("TableOptimizerConfiguration") or {})
        return {}
    if key not in kept:
        raise _Refused("EntityNotFoundException", f"{key}: there is no such optimizer")
    if action == "UpdateTableOptimizer":
        kept[key] = _checked(table, kind, data.get("TableOptimizerConfiguration") or {})
        return {}
    if action == "DeleteTableOptimizer":
        del kept[key]
        return {}
    which = {name: data[name] for name in ("CatalogId", "DatabaseName", "TableName")}
    return which | {"TableOptimizer": _described(kind, kept[key])}


def _batch(data: dict[str, Any], kept: Any) -> dict[str, Any]:
    found: list[dict[str, Any]] = []
    failures: list[dict[str, Any]] = []
    for entry in data.get("Entries", []):
        asked = {name[0].upper() + name[1:]: value for name, value in entry.items()}
        try:
            answer = _answer("GetTableOptimizer", asked, kept)
        except _Refused as refused:
            error = {"ErrorCode": refused.code, "ErrorMessage": str(refused)}
            failures.append({**entry, "error": error})
        else:
            which = {name: value for name, value in entry.items() if name != "type"}
            found.append({**which, "tableOptimizer": answer["TableOptimizer"]})
    return {"TableOptimizers": found, "Failures": failures}


def _described(kind: str, configuration: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": kind,
        "configuration": copy.deepcopy(configuration),
        "configurationSource": "table",
    }


def _table(catalog: Any, database: Any, name: Any) -> dict[str, Any]:
    from ministack.core.responses import get_account_id  # noqa: PLC0415
    from ministack.services import glue  # noqa: PLC0415

    table: dict[str, Any] | None = glue._tables.get(f"{database}/{name}")
    if catalog != get_account_id() or table is None:
        raise _Refused(
            "EntityNotFoundException", f"Catalog {catalog} has no table {database}.{name}"
        )
    if str(table.get("Parameters", {}).get("table_type", "")).upper() != "ICEBERG":
        raise _Refused("InvalidInputException", f"{database}.{name} is not an Iceberg table")
    return table


def _checked(table: dict[str, Any], kind: str, given: dict[str, Any]) -> dict[str, Any]:
    """Give the configuration, or refuse what Glue would refuse."""
    from ministack.services import iam  # noqa: PLC0415

    role = given.get("roleArn", "")
    if not any(known["Arn"] == role for known in iam._roles.values()):
        raise _Refused("ValidationException", f"roleArn: there is no role {role!r}")
    for other in set(PARTS.values()) - {PARTS[kind]}:
        if other in given:
            raise _Refused("InvalidInputException", f"{other} is no part of a {kind} optimizer")
    settings = (given.get(PARTS[kind]) or {}).get("icebergConfiguration") or {}
    for name in NUMBERS:
        if name in settings and settings[name] < 1:
            raise _Refused("ValidationException", f"{name}: at least 1: got {settings[name]}")
    strategy = settings.get("strategy", "binpack")
    if strategy not in STRATEGIES:
        raise _Refused("ValidationException", f"strategy {strategy!r} is none of {STRATEGIES}")
    home = table.get("StorageDescriptor", {}).get("Location", "").rstrip("/") + "/"
    place = settings.get("location", home)
    if not f"{place.rstrip('/')}/".startswith(home):
        raise _Refused("InvalidInputException", f"location {place} is outside the table's {home}")
    return copy.deepcopy(given)


def _reset_optimizers(reset: Callable[[], None]) -> Callable[[], None]:
    def reset_all() -> None:
        from ministack.services import glue  # noqa: PLC0415

        reset()
        glue._ALL_STATE["table_optimizers"].clear()

    return reset_all


HOOKS = (
    Hook(
        "ministack.services.glue",
        "_handle_request_sync",
        "publishing gives tables optimizers, and the emulator's table of calls is made inside it",
        _know_optimizers,
    ),
    Hook(
        "ministack.services.glue",
        "reset",
        "optimizers must go with the tables that they belong to",
        _reset_optimizers,
    ),
)
