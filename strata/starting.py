"""Starting executions of the lake's state machines by hand."""

import json
from collections.abc import Mapping
from typing import Any

from strata.lakes import Lake

LIVE = "live"
"""The alias under which everything starts executions."""


def start_execution(
    lake: Lake, machine_arn: str, name: str, content: Mapping[str, Any]
) -> str | None:
    """Start an execution and give its ARN; None if one of this name was started and has ended.

    While one of this name and input runs, starting it again is the same execution.
    """
    states = lake.client("stepfunctions")
    arn = machine_arn if machine_arn.endswith(f":{LIVE}") else f"{machine_arn}:{LIVE}"
    try:
        answer = states.start_execution(stateMachineArn=arn, name=name, input=json.dumps(content))
    except states.exceptions.ExecutionAlreadyExists:
        return None
    return str(answer["executionArn"])
