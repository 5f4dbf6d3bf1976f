"""What the functions work on: buckets, tables, a topic and a state machine in the emulator."""

import hashlib
import json
import os
import uuid
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3

from lake_runtime import clients
from lake_runtime.identity import arrival_id
from tests.functions.support.contracts import default_bundle

REGION = "us-east-1"
OWNER = "strata-local"
HEADER = b"year,month,carrier\n"
GOOD = HEADER + b"2013,1,UA\n2013,1,AA\n"


def one_row(number: int) -> bytes:
    """Give a good file whose one row is told from others by its number."""
    return HEADER + b"2013,1,%d\n" % number


@cache
def _sqs() -> Any:
    return boto3.client("sqs")


@cache
def _iam() -> Any:
    return boto3.client("iam")


@dataclass(frozen=True)
class Version:
    """One uploaded object version."""

    bucket: str
    key: str
    version_id: str
    etag: str
    size: int

    @property
    def arrival_id(self) -> str:
        return arrival_id(self.bucket, self.key, self.version_id)


@dataclass
class Resources:
    """Buckets, tables, topic and state machine of one test, and what others write there."""

    suffix: str = field(default_factory=lambda: uuid.uuid4().hex[:12])

    def __post_init__(self) -> None:
        self.s3 = clients.s3()
        self.dynamodb = clients.dynamodb()
        self.sqs = _sqs()
        self.sfn = clients.stepfunctions()
        self.glue = clients.glue()
        self.raw = f"raw-{self.suffix}"
        self.quarantine = f"quarantine-{self.suffix}"
        self.artifacts = f"artifacts-{self.suffix}"
        for bucket in (self.raw, self.quarantine, self.artifacts):
            self.s3.create_bucket(Bucket=bucket)
        self.s3.put_bucket_versioning(
            Bucket=self.raw, VersioningConfiguration={"Status": "Enabled"}
        )
        self.ledger = self._table("ledger", "scope", "item")
        self.audit = self._table("audit", "scope", "run_id")
        self.topic, self.inbox = self._topic()
        self.machine = self._machine("ingest")
        self.curate = self._machine("curate")
        queue = self.sqs.create_queue(QueueName=f"arrivals-{self.suffix}")
        self.arrival_queue = queue["QueueUrl"]
        self.deploy(default_bundle())

    def _table(self, name: str, partition: str, sort: str) -> Any:
        return self.dynamodb.create_table(
            TableName=f"{name}-{self.suffix}",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"} for name in (partition, sort)
            ],
            KeySchema=[
                {"AttributeName": partition, "KeyType": "HASH"},
                {"AttributeName": sort, "KeyType": "RANGE"},
            ],
        )

    def _topic(self) -> tuple[str, str]:
        topic = clients.sns().create_topic(Name=f"alerts-{self.suffix}")["TopicArn"]
        inbox = self.sqs.create_queue(QueueName=f"inbox-{self.suffix}")["QueueUrl"]
        found = self.sqs.get_queue_attributes(QueueUrl=inbox, AttributeNames=["QueueArn"])
        arn = found["Attributes"]["QueueArn"]
        deliver = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [deliver]})
        self.sqs.set_queue_attributes(QueueUrl=inbox, Attributes={"Policy": policy})
        clients.sns().subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        return topic, inbox

    def _role(self, name: str) -> str:
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": "states.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        role = _iam().create_role(
            RoleName=f"{name}-{self.suffix}",
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        )
        return str(role["Role"]["Arn"])

    def _machine(self, name: str) -> str:
        definition = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
        return self.sfn.create_state_machine(
            name=f"{name}-{self.suffix}",
            definition=json.dumps(definition),
            roleArn=self._role(name),
        )["stateMachineArn"]

    def deploy(self, bundle: dict[str, Any]) -> None:
        """Make these the compiled contracts of the functions."""
        text = json.dumps(bundle, sort_keys=True)
        key = f"contracts/{hashlib.sha256(text.encode()).hexdigest()}.json"
        self.s3.put_object(Bucket=self.artifacts, Key=key, Body=text.encode())
        os.environ["CONTRACTS_URI"] = f"s3://{self.artifacts}/{key}"

    def environment(self) -> dict[str, str]:
        """Give the variables of the functions, without the contracts' URI."""
        return {
            "ENVIRONMENT": "local",
            "OWNER": OWNER,
            "LEDGER_TABLE": self.ledger.name,
            "AUDIT_TABLE": self.audit.name,
            "RAW_BUCKET": self.raw,
            "QUARANTINE_BUCKET": self.quarantine,
            "ARTIFACTS_BUCKET": self.artifacts,
            "ALERT_TOPIC_ARN": self.topic,
            "INGEST_STATE_MACHINE_ARN": self.machine,
            "CURATE_STATE_MACHINE_ARN": self.curate,
            "ARRIVAL_QUEUE_URL": self.arrival_queue,
            "GRACE_MINUTES": "0",
            "OBJECTS_PER_SWEEP": "5000",
            "PASS_MINUTES": "0",
            "FILES_PER_RUN": "100",
            "FILES_PER_INSPECTION": "2",
            "INLINE_BATCHES": "20",
            "LEASE_MINUTES": "120",
            "WORKER_TYPE": "G.1X",
            "WORKERS": "3",
            "JOB_TIMEOUT_MINUTES": "60",
            "RAW_DATABASE": f"raw_{self.suffix}",
        }

    def upload(self, key: str, body: bytes = GOOD) -> Version:
        """Put an object into the raw bucket."""
        answer = self.s3.put_object(Bucket=self.raw, Key=key, Body=body)
        etag = answer["ETag"].strip('"')
        return Version(self.raw, key, answer["VersionId"], etag, len(body))

    def stage(self, run_id: str, dataset: str = "flights", **report: Any) -> None:
        """Write the report that Spark would write after staging."""
        content = {
            "run_id": run_id,
            "dataset": dataset,
            "rows_in": 2,
            "rows_good": 2,
            "rows_quarantined": 0,
            "rows_deduplicated": 0,
            "score": 1.0,
            "rules": [],
            "files": [],
            "table": dataset,
            "branch": f"run_{run_id}",
            "snapshot_id": "1",
            "quarantine_uri": None,
            "seconds": {"read_validate_write": 1.0},
        }
        self.write(dataset, run_id, "stage.json", content | report)

    def publish(self, run_id: str, dataset: str = "flights", **report: Any) -> None:
        """Write the report that Spark would write after publishing."""
        content = {
            "run_id": run_id,
            "table": f"glue_catalog.processed.{dataset}",
            "snapshot_id": f"snapshot-of-{run_id}",
            "previous_snapshot_id": None,
            "already_published": False,
            "published_at": "2026-01-01T00:00:00+00:00",
        }
        self.write(dataset, run_id, "publish.json", content | report)

    def write(self, dataset: str, run_id: str, name: str, content: Any) -> None:
        """Write an artifact of a run."""
        key = f"runs/{dataset}/{run_id}/{name}"
        self.s3.put_object(Bucket=self.artifacts, Key=key, Body=json.dumps(content).encode())
