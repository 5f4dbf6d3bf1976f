"""A dataset as the fault suite drives it: what is put in, what is waited for, what is found."""

import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from strata.errors import StrataError
from strata.local.faults import Fault, Faults
from strata.local.lake import LocalLake
from strata.notices import notices
from strata.query import query
from strata.runs import arrivals, runs

HEADER = "id,amount,day,note"
PATIENCE = 240.0
POLL_SECONDS = 0.15
CALM_POLLS = 3
BROKEN = "Glue.EntityNotFoundException"
"""An error that nothing tries again."""
Row = tuple[int, int]
"""What a record says: its id, and its amount."""


def line(order: int, amount: int = 1) -> str:
    """Give a good record."""
    return f"{order},{amount},2026-01-{order % 28 + 1:02},order {order}"


def csv(*records: str | Row, header: str = HEADER) -> bytes:
    """Give a file of records, each as its text or as its id and amount."""
    lines = [one if isinstance(one, str) else line(*one) for one in records]
    return "\n".join([header, *lines, ""]).encode()


@dataclass
class Feed:
    """One dataset of the running lake, and the producer that feeds it."""

    lake: LocalLake
    name: str
    next_id: int = 9_000
    put_at: dict[str, str] = field(default_factory=dict)
    """When each version was put, in their order."""

    @property
    def faults(self) -> Faults:
        """What can be made to go wrong."""
        return Faults(self.lake.endpoint)

    def put(self, name: str, content: bytes) -> str:
        """Put a file into the dataset's folder of the raw zone, and give its version."""
        return self.put_object(f"{self.name}/{name}", content)

    def put_object(self, key: str, content: bytes) -> str:
        """Put an object into the raw zone under any key, and give its version."""
        s3 = self.lake.client("s3")
        answer = s3.put_object(Bucket=self.lake["RawBucketName"], Key=key, Body=content)
        version = str(answer["VersionId"])
        self.put_at[version] = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        return version

    def put_all(self, **files: bytes) -> list[dict[str, Any]]:
        """Put files for one run, which takes all of them, and give the runs once it is done.

        The name of a file is its keyword with the last underscore as the dot.
        """
        with self.faults.armed(Fault("state:OpenRun", seconds=2, where=f'"{self.name}"')):
            for name, content in files.items():
                self.put(".".join(name.rsplit("_", 1)), content)
            return self.settle()

    def tell(self, name: str, version: str, *, size: int = 0, delay: int = 0) -> None:
        """Send the event of an object version, as S3 would once more."""
        detail = {
            "version": "0",
            "bucket": {"name": self.lake["RawBucketName"]},
            "object": {
                "key": f"{self.name}/{name}",
                "size": size,
                "version-id": version,
                "sequencer": f"{list(self.put_at).index(version):016X}",
            },
        }
        event = {
            "version": "0",
            "id": "0",
            "source": "aws.s3",
            "detail-type": "Object Created",
            "time": self.put_at[version],
            "region": self.lake.region,
            "detail": detail,
        }
        self.queue(json.dumps(event), delay=delay)

    def queue(self, body: str, *, delay: int = 0) -> None:
        """Put any message into the arrivals queue."""
        self.lake.client("sqs").send_message(
            QueueUrl=self.lake["ArrivalQueueUrl"], MessageBody=body, DelaySeconds=delay
        )

    def start(self, name: str, machine: str = "IngestStateMachineArn") -> str:
        """Start a run by hand and give its execution's ARN."""
        answer = self.lake.client("stepfunctions").start_execution(
            stateMachineArn=self.lake[machine],
            name=f"{self.name}-{name}",
            input=json.dumps({"dataset": self.name, "trigger": "by_hand"}),
        )
        return str(answer["executionArn"])

    def fail(self, name: str, content: bytes) -> None:
        """Put a file whose run fails over something that nothing tries again."""
        with self.faults.armed(Fault("state:PlanRead", error=BROKEN, where=self.name)):
            self.put(name, content)
            self.settle()

    def sweep(self) -> dict[str, Any]:
        """Sweep the lake now, as its schedule does every few minutes; it must not fail."""
        answer, content = self.try_sweep()
        assert "FunctionError" not in answer, content
        return content

    def try_sweep(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Sweep the lake, and give Lambda's answer and the function's."""
        answer = self.lake.client("lambda").invoke(
            FunctionName=self.lake["SweepFunctionName"], Payload=b'{"trigger": "sweep"}'
        )
        return answer, json.loads(answer["Payload"].read())

    def grow_old(self, status: str, minutes: int = 60) -> None:
        """Let the arrivals of some status have come longer ago."""
        then = datetime.now(UTC) - timedelta(minutes=minutes)
        for one in self.arrivals():
            if one["status"] == status:
                self.lake.client("dynamodb").update_item(
                    TableName=self.lake["LedgerTableName"],
                    Key={name: {"S": one[name]} for name in ("scope", "item")},
                    UpdateExpression="SET registered_at = :then",
                    ExpressionAttributeValues={":then": {"S": f"{then:%Y-%m-%dT%H:%M:%S.%fZ}"}},
                )

    def runs(self) -> list[dict[str, Any]]:
        """Give the audit records of the dataset, oldest first."""
        return [run for run in runs(self.lake) if run["dataset"] == self.name]

    def arrivals(self) -> list[dict[str, Any]]:
        """Give what the ledger says of the dataset's files, oldest first."""
        return [one for one in arrivals(self.lake) if one["dataset"] == self.name]

    def arrival(self, name: str) -> dict[str, Any]:
        """Give what the ledger says of the newest version of a file."""
        key = f"{self.name}/{name}"
        return [one for one in self.arrivals() if one["key"] == key][-1]

    def notices(self) -> list[dict[str, Any]]:
        """Give the notices about the dataset."""
        return [one for one in notices(self.lake) if one["dataset"] == self.name]

    def published(self) -> list[Row]:
        """Give what readers of the table see, sorted; nothing before the first publish."""
        sql = f"SELECT id, amount FROM processed.{self.name} ORDER BY ALL"
        try:
            return [(row["id"], row["amount"]) for row in query(self.lake, sql).to_pylist()]
        except StrataError as error:
            if "there is no table" in str(error):
                return []
            raise

    def quarantined(self) -> list[dict[str, Any]]:
        """Give the rows of the dataset's quarantine."""
        return query(self.lake, f"SELECT * FROM quarantine.{self.name}").to_pylist()

    def settle(self) -> list[dict[str, Any]]:
        """Wait until nothing of this dataset is going any more, and give its runs."""
        deadline = time.monotonic() + PATIENCE
        calm = 0
        while calm < CALM_POLLS:
            assert time.monotonic() < deadline, f"{self.name} was busy for {PATIENCE:.0f} s"
            calm = 0 if self._is_busy() else calm + 1
            time.sleep(POLL_SECONDS)
        return self.runs()

    def _is_busy(self) -> bool:
        counts = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        found = self.lake.client("sqs").get_queue_attributes(
            QueueUrl=self.lake["ArrivalQueueUrl"], AttributeNames=list(counts)
        )
        return bool(
            any(int(found["Attributes"][name]) for name in counts) or self.running_executions()
        )

    def running_executions(self) -> list[str]:
        """Give the ARNs of the dataset's executions that are going."""
        listed = self.lake.client("stepfunctions").list_executions(
            stateMachineArn=self.lake["IngestStateMachineArn"], statusFilter="RUNNING"
        )
        return [
            one["executionArn"]
            for one in listed["executions"]
            if one["name"].startswith(f"{self.name}-")
        ]

    def wait_for_state(self, *states: str) -> str:
        """Wait until an execution of the dataset has entered one of some states; give its ARN."""
        deadline = time.monotonic() + PATIENCE
        sfn = self.lake.client("stepfunctions")
        while time.monotonic() < deadline:
            for arn in self.running_executions():
                history = sfn.get_execution_history(executionArn=arn, maxResults=1000)["events"]
                entered = {
                    event["stateEnteredEventDetails"]["name"]
                    for event in history
                    if "stateEnteredEventDetails" in event
                }
                if entered.intersection(states):
                    return arn
            time.sleep(0.05)
        raise AssertionError(f"no execution of {self.name} came to {states}")
