"""State machines start Glue jobs, and with `.sync` wait for them to end.

Errors carry the names that Step Functions gives them: `Glue.<Exception>` when the run cannot
start, `States.TaskFailed` with the job run as the cause when it ends badly.
"""

import json
import time
from typing import Any

from strata.local.plugin.glue_jobs import FINAL_STATES
from strata.local.plugin.hooks import Entry

POLL_SECONDS = 0.1


def _start_job_run(resource: str, arguments: dict[str, Any]) -> dict[str, Any]:
    from ministack.services import glue, stepfunctions  # noqa: PLC0415

    status, _headers, body = glue._start_job_run(arguments)
    answer = json.loads(body)
    if status >= 400:
        name = answer.get("__type", "ServiceException")
        raise stepfunctions._ExecutionError(f"Glue.{name}", answer.get("message", ""))
    if ".sync" not in resource:
        return {"JobRunId": answer["JobRunId"]}
    runs = glue._job_runs[arguments["JobName"]]
    run = next(run for run in runs if run["Id"] == answer["JobRunId"])
    while run["JobRunState"] not in FINAL_STATES or run["CompletedOn"] is None:
        time.sleep(POLL_SECONDS)
    if run["JobRunState"] != "SUCCEEDED":
        raise stepfunctions._ExecutionError("States.TaskFailed", json.dumps(run, default=str))
    return dict(run)


HOOKS = (
    Entry(
        "ministack.services.stepfunctions",
        "_SERVICE_DISPATCH",
        "arn:aws:states:::glue:startJobRun",
        "the emulator has no Glue integration for state machines",
        _start_job_run,
    ),
)
