"""An object's event on EventBridge names its version."""

import json
from collections.abc import Callable
from typing import Any

Client = Callable[[str], Any]


def test_the_event_of_a_versioned_object_names_its_key_unencoded_and_its_version(
    client: Client, bucket: str
) -> None:
    s3, sqs, events = client("s3"), client("sqs"), client("events")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    queue = sqs.create_queue(QueueName="s3-events")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    pattern = {"source": ["aws.s3"], "detail": {"bucket": {"name": [bucket]}}}
    events.put_rule(Name="s3-events", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="s3-events", Targets=[{"Id": "queue", "Arn": arn["QueueArn"]}])

    version = s3.put_object(Bucket=bucket, Key="a b+ü.csv", Body=b"x")["VersionId"]

    (message,) = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"]
    detail = json.loads(message["Body"])["detail"]
    assert detail["object"]["key"] == "a b+ü.csv"
    assert detail["object"]["version-id"] == version
    assert detail["object"]["size"] == 1
