"""Sending dead letters where they were going; each leaves its queue only once that has worked."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from strata.dead_letters.queues import DeadLetter, DeadLetterQueue, chosen
from strata.errors import StrataError
from strata.lakes import Lake
from strata.starting import start_execution

Progress = Callable[[DeadLetter, str], None]


@dataclass
class Redriven:
    """What became of the messages: `left` are still in the queue, each with the reason."""

    sent: int = 0
    left: list[tuple[DeadLetter, str]] = field(default_factory=list)


def redrive(
    queue: DeadLetterQueue,
    ids: Sequence[str] = (),
    progress: Progress = lambda _letter, _where: None,
) -> Redriven:
    """Send every message of a queue, or those of the given ids, where it was going.

    A message is deleted after it was taken there, so that one may be delivered twice but none is
    lost, however this ends; receivers know a repeated one. One that cannot be delivered stays, and
    the others go on. Messages that come back meanwhile are left for another time.
    """
    done = Redriven()
    with queue.held(queue.count()) as letters:
        for letter in letters:
            if not chosen(letter, ids):
                continue
            try:
                where = deliver(letter)
                letter.delete()
            except (StrataError, ClientError, BotoCoreError) as error:
                done.left.append((letter, str(error)))
            else:
                done.sent += 1
                progress(letter, where)
    return done


def deliver(letter: DeadLetter) -> str:
    """Send a message where it was going and say where that is.

    Raises `StrataError` if it does not say where, and whatever the receiving service raises.
    """
    lake, part = letter.queue.lake, letter.queue.part
    target = letter.attributes.get("TARGET_ARN", "")
    service = target.split(":")[2] if target.startswith("arn:") else ""
    if service == "states":
        return _start(letter, target)
    if service == "lambda":
        return _invoke(letter, target)
    if service == "sqs":
        name = target.rpartition(":")[2]
        return _send(letter, lake.client("sqs").get_queue_url(QueueName=name)["QueueUrl"])
    if f"{part}QueueUrl" in lake.outputs:
        return _send(letter, lake[f"{part}QueueUrl"])
    if f"{part}FunctionName" in lake.outputs:
        return _invoke(letter, lake[f"{part}FunctionName"])
    if f"{part}StateMachineArn" in lake.outputs:
        return _start(letter, lake[f"{part}StateMachineArn"])
    raise StrataError(
        "it does not say where it was going; look at it with strata dlq show, do what it asks for "
        "by hand, then drop it"
    )


def _send(letter: DeadLetter, url: str) -> str:
    letter.queue.lake.client("sqs").send_message(QueueUrl=url, MessageBody=letter.body)
    return f"queue {url.rpartition('/')[2]}"


def _invoke(letter: DeadLetter, function: str) -> str:
    letter.queue.lake.client("lambda").invoke(
        FunctionName=function,
        InvocationType="Event",
        Payload=json.dumps(_payload(letter)).encode(),
    )
    return f"function {function.rpartition(':')[2]}"


def _start(letter: DeadLetter, machine: str) -> str:
    """Start an execution; the name makes a message that is sent again the same execution."""
    start_execution(letter.queue.lake, machine, f"redriven-{letter.id}", _payload(letter))
    return f"state machine {machine.partition(':stateMachine:')[2]}"


def _payload(letter: DeadLetter) -> dict[str, Any]:
    """Give what the target is told: an event's detail, the body itself, or the schedule's input."""
    document = letter.content
    if isinstance(document.get("detail"), dict):
        return dict(document["detail"])
    if "trigger" in document:
        return document
    if "SCHEDULE_ARN" in letter.attributes:
        return _input_of(letter.queue.lake, letter.attributes["SCHEDULE_ARN"])
    raise StrataError("its body is not what its target is told")


def _input_of(lake: Lake, schedule_arn: str) -> dict[str, Any]:
    group, _, name = schedule_arn.partition(":schedule/")[2].partition("/")
    found = lake.client("scheduler").get_schedule(GroupName=group, Name=name)
    content: dict[str, Any] = json.loads(found["Target"]["Input"])
    return content
