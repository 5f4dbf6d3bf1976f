"""The notices that the lake sent: read from a queue that is subscribed to its alert topic."""

import json
from pathlib import Path
from typing import Any

from strata.local.lake import LocalLake

INBOX = "strata-inbox"


def open_inbox(lake: LocalLake) -> None:
    """Subscribe a queue of the local lake to the alert topic, so that no notice is missed."""
    sqs = lake.client("sqs")
    url = sqs.create_queue(QueueName=INBOX)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    policy = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn["QueueArn"],
            "Condition": {"ArnEquals": {"aws:SourceArn": lake["AlertTopicArn"]}},
        },
    }
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    _book(lake).unlink(missing_ok=True)
    lake.client("sns").subscribe(
        TopicArn=lake["AlertTopicArn"],
        Protocol="sqs",
        Endpoint=arn["QueueArn"],
        Attributes={"RawMessageDelivery": "true"},
    )


def notices(lake: LocalLake) -> list[dict[str, Any]]:
    """Give every notice that the lake has sent, oldest first.

    What lies in the inbox is moved to a file beside the lake's logs first, so that each look, by
    whatever command, sees all of them.
    """
    sqs = lake.client("sqs")
    url = sqs.get_queue_url(QueueName=INBOX)["QueueUrl"]
    book = _book(lake)
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        with book.open("a") as lines:
            lines.writelines(f"{json.dumps(json.loads(one['Body']))}\n" for one in messages)
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [json.loads(line) for line in book.read_text().splitlines()] if book.exists() else []


def _book(lake: LocalLake) -> Path:
    return Path(lake.folder) / "notices.jsonl"
