"""The lake of one test as the command line finds it."""

from dataclasses import dataclass, field
from typing import Any

from strata.local.emulator import Emulator
from strata.local.lake import LocalLake
from tests.functions.support.lake import Lake
from tests.functions.support.resources import OWNER, REGION


@dataclass(frozen=True)
class Recorder:
    """A client of a service that only writes down what it is asked, and answers as it is told."""

    answers: dict[str, Any] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        def call(**arguments: Any) -> Any:
            self.calls.append((name, arguments))
            return self.answers.get(name, {})

        return call


@dataclass(frozen=True)
class CommandLake(LocalLake):
    """A lake whose clients of some services are given."""

    given: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """Give the client that was given, or that of the emulator."""
        return self.given.get(service) or super().client(service)


def deployed_lake(lake: Lake, emulator: Emulator, **outputs: str) -> CommandLake:
    """Give a test's lake with the outputs that its stacks would have, and more."""
    return CommandLake(
        endpoint=emulator.endpoint,
        pid=0,
        account=emulator.account,
        region=REGION,
        prefix=OWNER,
        outputs={
            "LedgerTableName": lake.ledger.name,
            "AuditTableName": lake.audit.name,
            "RawBucketName": lake.raw,
            "QuarantineBucketName": lake.quarantine,
            "ArtifactsBucketName": lake.artifacts,
            "AlertTopicArn": lake.topic,
            "IngestStateMachineArn": lake.machine,
            "CurateStateMachineArn": lake.curate,
            "ArrivalQueueUrl": lake.arrival_queue,
            **outputs,
        },
        folder="",
    )
