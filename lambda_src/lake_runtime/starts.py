"""Starting an execution of a state machine for a dataset."""

import json

from lake_runtime import clients
from lake_runtime.telemetry import logger


def start_execution(state_machine_arn: str, name: str, dataset: str, trigger: str) -> bool:
    """Start an execution; False if one of this name was started before and has ended.

    The input holds nothing that varies, so a repeated start of a running execution is the same
    execution: StartExecution is idempotent by name and input.
    """
    try:
        clients.stepfunctions().start_execution(
            stateMachineArn=state_machine_arn,
            name=name,
            input=json.dumps({"dataset": dataset, "trigger": trigger}),
        )
    except clients.stepfunctions().exceptions.ExecutionAlreadyExists:
        logger.info("the run was started before", extra={"dataset": dataset, "run_id": name})
        return False
    return True
