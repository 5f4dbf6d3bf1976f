"""The dead-letter queues of a lake, and the messages in them."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from data_lake.problems import nearest
from strata.errors import StrataError
from strata.lakes import Lake

OUTPUT = "DeadLetterQueueUrl"
"""Every dead-letter queue is a stack's output whose name ends so."""
HELD_SECONDS = 120
"""How long a message that is looked at is hidden from others."""
_NAMES = {"Arrival": "arrivals", "Notice": "notices", "Schedule": "schedules"}
_BATCH = 10


@dataclass(frozen=True)
class DeadLetterQueue:
    """One dead-letter queue; `part` starts the names of the outputs of what it belongs to."""

    lake: Lake
    part: str

    @property
    def name(self) -> str:
        """What its alarm calls it."""
        return _NAMES.get(self.part, self.part.lower())

    @property
    def url(self) -> str:
        """Where it is."""
        return self.lake[f"{self.part}{OUTPUT}"]

    def count(self) -> int:
        """Give about how many messages it has, hidden ones too."""
        counts = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        answer = self.lake.client("sqs").get_queue_attributes(
            QueueUrl=self.url, AttributeNames=list(counts)
        )
        return sum(int(answer["Attributes"][name]) for name in counts)

    @contextmanager
    def held(self, limit: int) -> Iterator[Iterator["DeadLetter"]]:
        """Give up to so many messages; those that are not deleted are there for others after."""
        sqs = self.lake.client("sqs")
        seen: list[DeadLetter] = []

        def receive() -> Iterator[DeadLetter]:
            while len(seen) < limit:
                answer = sqs.receive_message(
                    QueueUrl=self.url,
                    MaxNumberOfMessages=min(_BATCH, limit - len(seen)),
                    VisibilityTimeout=HELD_SECONDS,
                    # A long poll asks all servers of the queue, a short one only some.
                    WaitTimeSeconds=1,
                    AttributeNames=["All"],
                    MessageAttributeNames=["All"],
                )
                messages = [_letter(self, one) for one in answer.get("Messages", [])]
                if not messages:
                    return
                seen.extend(messages)
                yield from messages

        try:
            yield receive()
        finally:
            for letter in seen:
                if not letter.is_deleted:
                    sqs.change_message_visibility(
                        QueueUrl=self.url, ReceiptHandle=letter.receipt, VisibilityTimeout=0
                    )


@dataclass
class DeadLetter:
    """One message; `attributes` are what its sender noted about the failure."""

    queue: DeadLetterQueue
    id: str
    receipt: str = field(repr=False)
    body: str
    sent_at: datetime
    attributes: dict[str, str]
    is_deleted: bool = False

    @property
    def document(self) -> dict[str, Any]:
        """The body as a JSON object, empty if it is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def notice(self) -> dict[str, Any] | None:
        """The notice that could not be told, as SNS and the state machines keep it, or None."""
        is_notice = isinstance(self.document.get("Message"), str)
        return self.document if is_notice else None

    @property
    def content(self) -> dict[str, Any]:
        """What was sent: the body, or what a record of a failed call says the call was given."""
        called_with = self.document.get("requestPayload")
        return called_with if isinstance(called_with, dict) else self.document

    @property
    def age_minutes(self) -> int:
        """How long ago it was sent."""
        return int((datetime.now(UTC) - self.sent_at).total_seconds() // 60)

    def delete(self) -> None:
        """Take it out of the queue for good."""
        self.queue.lake.client("sqs").delete_message(
            QueueUrl=self.queue.url, ReceiptHandle=self.receipt
        )
        self.is_deleted = True


def dead_letter_queues(lake: Lake) -> list[DeadLetterQueue]:
    """Give every dead-letter queue of a lake, by name."""
    parts = [name.removesuffix(OUTPUT) for name in lake.outputs if name.endswith(OUTPUT)]
    return sorted((DeadLetterQueue(lake, part) for part in parts), key=lambda one: one.name)


def queue_named(lake: Lake, name: str) -> DeadLetterQueue:
    """Give a queue by its name; raises `StrataError` naming the nearest one."""
    found = {queue.name: queue for queue in dead_letter_queues(lake)}
    if name not in found:
        near = nearest(name, list(found))
        hint = f"did you mean {near}? " if near else ""
        raise StrataError(
            f"no dead-letter queue is named {name}; {hint}There are: {', '.join(found)}"
        )
    return found[name]


def chosen(letter: DeadLetter, ids: Sequence[str]) -> bool:
    """Tell whether a message is meant by its id, or by the beginning of it; no ids mean all."""
    return not ids or any(letter.id.startswith(one) for one in ids)


def _letter(queue: DeadLetterQueue, message: dict[str, Any]) -> DeadLetter:
    noted = message.get("MessageAttributes", {})
    sent = int(message.get("Attributes", {}).get("SentTimestamp", 0)) / 1000
    return DeadLetter(
        queue=queue,
        id=message["MessageId"],
        receipt=message["ReceiptHandle"],
        body=message["Body"],
        sent_at=datetime.fromtimestamp(sent, UTC),
        attributes={name: str(value.get("StringValue", "")) for name, value in noted.items()},
    )
