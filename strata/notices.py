"""The notices that the lake sent: read from a queue that is subscribed to its alert topic."""

import json
from typing import Any

from strata.local.lake import LocalLake

INBOX = "strata-inbox"


def open_inbox(lake: LocalLake) -> None:
    """Subscribe a queue of the local lake to the alert topic, so that no notice is missed."""
    sqs = lake.client("sqs")
    url = sqs.create_queue(QueueName=INBOX)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn["QueueArn"],
        "Condition": {"ArnEquals": {"aws:SourceArn": lake["AlertTopicArn"]}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    lake.client("sns").subscribe(
        TopicArn=lake["AlertTopicArn"],
        Protocol="sqs",
        Endpoint=arn["QueueArn"],
        Attributes={"RawMessageDelivery": "true"},
    )


def notices(lake: LocalLake) -> list[dict[str, Any]]:
    """Give the notices that have come since the last look, oldest first, and empty the inbox."""
    sqs = lake.client("sqs")
    url = sqs.get_queue_url(QueueName=INBOX)["QueueUrl"]
    found: list[dict[str, Any]] = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            found.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found
