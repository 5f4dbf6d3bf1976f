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
    if letter.notice is not None:
        return _tell(letter, letter.notice)
    target = letter.attributes.get("TARGET_ARN", "")
    service = target.split(":")[2] if target.startswith("arn:") else ""
    if service in _BY_SERVICE:
        return _BY_SERVICE[service](letter, target)
    lake, part = letter.queue.lake, letter.queue.part
    for ending, way in _BY_OUTPUT.items():
        if f"{part}{ending}" in lake.outputs:
            return way(letter, lake[f"{part}{ending}"])
    raise StrataError(
        "it does not say where it was going; look at it with strata dlq show, do what it asks for "
        "by hand, then drop it"
    )


def _send(letter: DeadLetter, url: str) -> str:
    letter.queue.lake.client("sqs").send_message(QueueUrl=url, MessageBody=letter.body)
    return f"queue {url.rpartition('/')[2]}"


def _send_to(letter: DeadLetter, queue: str) -> str:
    sqs = letter.queue.lake.client("sqs")
    return _send(letter, sqs.get_queue_url(QueueName=queue.rpartition(":")[2])["QueueUrl"])


def _tell(letter: DeadLetter, notice: dict[str, Any]) -> str:
    """Send a notice; one that only some subscriber did not get reaches the others once more."""
    topic = letter.queue.lake["AlertTopicArn"]
    subject = {"Subject": notice["Subject"]} if notice.get("Subject") else {}
    letter.queue.lake.client("sns").publish(TopicArn=topic, Message=notice["Message"], **subject)
    return f"topic {topic.rpartition(':')[2]}"


def _announce(letter: DeadLetter, _topic: str) -> str:
    """Put an event on the bus again; its rule makes the notice of it."""
    event = letter.content
    if not (event.get("source") and isinstance(event.get("detail"), dict)):
        raise StrataError("its body is no event of which a notice could be made")
    entry = {"Source": event["source"], "DetailType": event["detail-type"]}
    answer = letter.queue.lake.client("events").put_events(
        Entries=[entry | {"Detail": json.dumps(event["detail"], ensure_ascii=False)}]
    )
    if answer.get("FailedEntryCount"):
        raise StrataError(f"the bus did not take it: {answer['Entries'][0]}")
    return "the event bus"


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


_BY_SERVICE: dict[str, Callable[[DeadLetter, str], str]] = {
    "states": _start,
    "lambda": _invoke,
    "sqs": _send_to,
    "sns": _announce,
}
"""How a message is given to the ARN that it notes, by the service of it."""
_BY_OUTPUT = {"QueueUrl": _send, "FunctionName": _invoke, "StateMachineArn": _start}
"""How it is given to what a stack's output names, by the end of the output's name."""
