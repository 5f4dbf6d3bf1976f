"""The local lake that faults are shown on: short waits, tiny data, an impatient sweep."""

from pathlib import Path

from strata.local.lake import LocalLake, bring_up
from strata.local.spark.configuration import TINY_DATA
from strata.notices import open_inbox

WAIT_SCALE = 0.01
VISIBLE_AGAIN_SECONDS = "4"
"""After so long a message that failed is tried again; minutes on AWS."""


def bring_up_faulty(folder: Path, contracts: Path) -> LocalLake:
    """Bring up a lake in a folder; whoever does takes it down again."""
    lake = bring_up(folder=folder, contracts=contracts, wait_scale=WAIT_SCALE, spark=TINY_DATA)
    open_inbox(lake)
    lake.client("sqs").set_queue_attributes(
        QueueUrl=lake["ArrivalQueueUrl"], Attributes={"VisibilityTimeout": VISIBLE_AGAIN_SECONDS}
    )
    functions, sweep = lake.client("lambda"), lake["SweepFunctionName"]
    found = functions.get_function_configuration(FunctionName=sweep)
    variables = found["Environment"]["Variables"] | {"GRACE_MINUTES": "0", "PASS_MINUTES": "0"}
    functions.update_function_configuration(
        FunctionName=sweep, Environment={"Variables": variables}
    )
    return lake
