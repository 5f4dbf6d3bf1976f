"""Glue jobs run: their deployed script, with their deployed arguments, in a warm Spark process.

Left alone, the emulator marks every Spark job SUCCEEDED without running it.
"""

import os
import time
from collections.abc import Callable
from typing import Any

from strata.local.plugin import events
from strata.local.plugin.hooks import Hook
from strata.local.spark.client import SparkJobError, SparkWorker

SIZE = ("WorkerType", "NumberOfWorkers", "ExecutionClass", "Timeout")
"""What a run may ask for besides its arguments."""
FINAL_STATES = ("SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED", "ERROR")
_worker = SparkWorker()
Response = tuple[int, dict[str, str], bytes]
Call = Callable[[dict[str, Any]], Response]


class _EveryImage:
    """Stands where the emulator asks Docker for Glue's image: Spark runs here without one."""

    @property
    def images(self) -> "_EveryImage":
        return self

    def get(self, name: str) -> str:
        return name


def _without_docker(_original: Any) -> Callable[[], _EveryImage]:
    return _EveryImage


def _run_in_spark(_original: Any) -> Callable[..., None]:
    def run_job(
        run: dict[str, Any],
        job: dict[str, Any],
        job_name: str,
        arguments: dict[str, str],
        script: str,
        _docker: _EveryImage,
    ) -> None:
        started = time.time()
        try:
            _worker.run(run["Id"], script, arguments, minutes=job.get("Timeout") or 60)
            outcome, message = "SUCCEEDED", ""
        except SparkJobError as failure:
            outcome, message = failure.state, str(failure)
        if run["JobRunState"] not in FINAL_STATES:
            run |= {"JobRunState": outcome, "ErrorMessage": message}
        run["ExecutionTime"] = int(time.time() - started)
        _announce(job_name, run)

    return run_job


def kill_spark() -> None:
    """End the Spark process as if the machine had taken it; the next job starts another one."""
    _worker.kill()


def _announce(job_name: str, run: dict[str, Any]) -> None:
    state = run["JobRunState"]
    events.publish(
        "aws.glue",
        "Glue Job State Change",
        {
            "jobName": job_name,
            "severity": "INFO" if state in ("SUCCEEDED", "STOPPED") else "ERROR",
            "state": state,
            "jobRunId": run["Id"],
            "message": run["ErrorMessage"] or "Job run succeeded",
        },
        [],
    )


def _keep_concurrency(fields: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    def fields_with_concurrency(properties: dict[str, Any]) -> dict[str, Any]:
        kept = fields(properties)
        if "ExecutionProperty" in properties:
            kept["ExecutionProperty"] = properties["ExecutionProperty"]
        return kept

    return fields_with_concurrency


def _note_new_jobs(create: Call) -> Call:
    def create_job(data: dict[str, Any]) -> Response:
        from ministack.services import glue  # noqa: PLC0415 - reads its settings when imported

        response = create(data)
        if data.get("Name") in glue._jobs and "ExecutionProperty" in data:
            glue._jobs[data["Name"]]["ExecutionProperty"] = data["ExecutionProperty"]
        if os.environ.get("STRATA_SPARK_EAGER"):
            # The JVM starts while the rest of the stack is still being deployed.
            _worker.warm(data.get("DefaultArguments", {}))
        return response

    return create_job


def _limit_concurrency(start: Call) -> Call:
    def start_job_run(data: dict[str, Any]) -> Response:
        from ministack.core.responses import error_response_json  # noqa: PLC0415
        from ministack.services import glue  # noqa: PLC0415

        name = data.get("JobName")
        job = glue._jobs.get(name, {})
        limit = (job.get("ExecutionProperty") or {}).get("MaxConcurrentRuns", 1)
        runs = glue._job_runs.get(name, [])
        running = [run for run in runs if run["JobRunState"] not in FINAL_STATES]
        if job and len(running) >= limit:
            response: Response = error_response_json(
                "ConcurrentRunsExceededException",
                f"Concurrent runs exceeded for {name}: {len(running)} of {limit}",
                400,
            )
            return response
        response = start(data)
        _note_size(data, glue._job_runs.get(name, []))
        return response

    return start_job_run


def _note_size(data: dict[str, Any], runs: list[dict[str, Any]]) -> None:
    """Keep the size that was asked for one run; it changes nothing on this machine."""
    if runs:
        runs[-1] |= {name: data[name] for name in SIZE if name in data}


HOOKS = (
    Hook(
        "ministack.services.glue",
        "_get_docker",
        "jobs run without Docker",
        _without_docker,
    ),
    Hook(
        "ministack.services.glue",
        "_execute_spark_docker",
        "a Spark job must run, not be reported as succeeded",
        _run_in_spark,
    ),
    Hook(
        "ministack.services.cloudformation.provisioners",
        "_glue_job_fields",
        "a job's MaxConcurrentRuns must survive its deployment",
        _keep_concurrency,
    ),
    Hook(
        "ministack.services.glue",
        "_create_job",
        "a job's MaxConcurrentRuns must survive its creation, and Spark can start meanwhile",
        _note_new_jobs,
    ),
    Hook(
        "ministack.services.glue",
        "_start_job_run",
        "Glue refuses runs beyond MaxConcurrentRuns, and tells the size that a run was asked for",
        _limit_concurrency,
    ),
)
