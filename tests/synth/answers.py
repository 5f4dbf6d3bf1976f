"""What the functions answer in a run without trouble, in their own models."""

from collections.abc import Sequence
from typing import Any

from check_drift.handler import CheckDriftResponse
from close_run.handler import CloseRunRequest, CloseRunResponse
from inspect_files.handler import InspectResponse
from judge.handler import JudgeResponse
from open_run.handler import OpenRunResponse
from plan_products.handler import PlanProductsResponse, Wave
from plan_read.handler import PlanReadResponse

EXECUTION = "execution-1"
"""The name of every played execution."""


ENGINE = {
    "worker_type": "G.2X",
    "workers": 7,
    "execution_class": "FLEX",
    "auto_scaling": "false",
    "timeout_minutes": 90,
}
"""The size of every played job that has one of its own."""
SIZE = {
    "WorkerType": "G.2X",
    "NumberOfWorkers": 7,
    "ExecutionClass": "FLEX",
    "Timeout": 90,
}
"""The same as Glue is asked for it."""
LARGER = ENGINE | {"workers": 14, "execution_class": "STANDARD"}
"""The size of a job that is run a second time."""


def payload(response: Any) -> dict[str, Any]:
    """Give a function's answer as the integration passes it on."""
    return {"StatusCode": 200, "Payload": response.model_dump(mode="json")}


def opened(**changed: Any) -> dict[str, Any]:
    """Give what open_run answers."""
    given = {
        "status": "opened",
        "run_id": EXECUTION,
        "dataset": "flights",
        "kind": "dataset",
        "run_prefix": f"runs/flights/{EXECUTION}/",
        "claims": 2,
        "bytes": 10,
        "batches": [{"uri": f"s3://artifacts/runs/flights/{EXECUTION}/batches/0000.json"}],
        "threshold": 0.95,
        "engine": ENGINE,
        "larger": LARGER,
    }
    return payload(OpenRunResponse(**(given | changed)))


def inspected() -> dict[str, Any]:
    """Give what inspect_files answers."""
    return payload(InspectResponse(inspected=2))


def planned(**changed: Any) -> dict[str, Any]:
    """Give what plan_read answers."""
    given = {
        "accepted": 2,
        "rejected": 0,
        "duplicate": 0,
        "skipped": 0,
        "uninspected": 0,
        "bytes": 10,
        "crawl": True,
        "input_uri": f"s3://artifacts/runs/flights/{EXECUTION}/input.json",
        "engine": ENGINE,
        "larger": LARGER,
        "rejections": [],
    }
    return payload(PlanReadResponse(**(given | changed)))


def judged(decision: str) -> dict[str, Any]:
    """Give what judge answers."""
    return payload(
        JudgeResponse(
            decision=decision,
            score=0.99,
            threshold=0.95,
            rows_in=100,
            rows_good=99,
            rows_quarantined=1,
            reason="because",
        )
    )


def closed(arguments: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """Give what close_run answers to what it was asked."""
    request = CloseRunRequest(**arguments["Payload"])
    is_published = request.outcome == "published"
    given = {
        "outcome": request.outcome,
        "notice": {"subject": f"{request.dataset} {request.outcome}", "message": "{}"},
        "event": {"dataset": request.dataset, "run_id": request.run_id} if is_published else None,
        "more_waiting": False,
        "next_name": f"{request.dataset}-next",
    }
    return payload(CloseRunResponse.model_validate(given | changed))


def checked(drift: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Give what check_drift answers."""
    event = {
        "environment": "prod",
        "owner": "strata-prod",
        "dataset": "flights",
        "run_id": EXECUTION,
        "table": "flights",
        "columns": drift,
        "reasons": ["they differ"],
    }
    given = {"drift": drift or [], "event": event if drift else None, "ignored": []}
    return payload(CheckDriftResponse.model_validate(given | {"table": "flights"}))


def products(*waves: Sequence[str]) -> dict[str, Any]:
    """Give what plan_products answers: lists of products, one for each wave."""
    return payload(PlanProductsResponse(waves=[Wave(products=list(wave)) for wave in waves]))
