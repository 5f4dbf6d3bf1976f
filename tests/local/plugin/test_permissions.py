"""Functions act under their own role, and a policy that demands TLS does not refuse loopback."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

Client = Callable[[str], Any]
Make = Callable[..., str]

READING = """
import boto3
from botocore.exceptions import ClientError

def handle(event, context):
    try:
        boto3.client("s3").get_object(Bucket=event["bucket"], Key="file")
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "read"
"""


@pytest.fixture
def reader(client: Client) -> Callable[[str], str]:
    """Give a maker of roles that may read the objects of one bucket."""

    def make(bucket: str) -> str:
        name = f"reader-{uuid.uuid4().hex[:8]}"
        trust = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
        arn = client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        allowed = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "s3:GetObject",
                    "Resource": f"arn:aws:s3:::{bucket}/*",
                }
            ],
        }
        client("iam").put_role_policy(
            RoleName=name, PolicyName="read", PolicyDocument=json.dumps(allowed)
        )
        return str(arn["Role"]["Arn"])

    return make


def call(client: Client, function: str, bucket: str) -> str:
    """Call the reading function and give what it says."""
    answer = client("lambda").invoke(
        FunctionName=function, Payload=json.dumps({"bucket": bucket}).encode()
    )
    return str(json.loads(answer["Payload"].read()))


def test_a_function_may_do_what_its_role_says_and_nothing_else(
    client: Client, function: Make, reader: Callable[[str], str], bucket: str
) -> None:
    other = f"other-{uuid.uuid4().hex[:8]}"
    client("s3").create_bucket(Bucket=other)
    for name in (bucket, other):
        client("s3").put_object(Bucket=name, Key="file", Body=b"x")
    reading = function(READING, role=reader(bucket))
    assert call(client, reading, bucket) == "read"
    assert call(client, reading, other) == "AccessDenied"


def test_a_bucket_that_demands_tls_answers_on_loopback(
    client: Client, function: Make, reader: Callable[[str], str], bucket: str
) -> None:
    client("s3").put_object(Bucket=bucket, Key="file", Body=b"x")
    resources = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    denial = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": resources,
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }
    client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(denial))
    assert call(client, function(READING, role=reader(bucket)), bucket) == "read"
