"""AWS clients, made once per process and kept for the next invocation."""

from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBServiceResource
    from types_boto3_glue import GlueClient
    from types_boto3_s3 import S3Client
    from types_boto3_sns import SNSClient
    from types_boto3_sqs import SQSClient
    from types_boto3_stepfunctions import SFNClient

POOL = 24
"""Connections per client, so that as many threads as `parallel.WORKERS` never queue."""

_CONFIG = Config(
    retries={"mode": "standard", "max_attempts": 4},
    connect_timeout=5,
    read_timeout=30,
    max_pool_connections=POOL,
)


@cache
def s3() -> "S3Client":
    """Give the S3 client."""
    return boto3.client("s3", config=_CONFIG)


@cache
def dynamodb() -> "DynamoDBServiceResource":
    """Give the DynamoDB resource, which takes and returns plain Python values."""
    return boto3.resource("dynamodb", config=_CONFIG)


@cache
def sns() -> "SNSClient":
    """Give the SNS client."""
    return boto3.client("sns", config=_CONFIG)


@cache
def sqs() -> "SQSClient":
    """Give the SQS client."""
    return boto3.client("sqs", config=_CONFIG)


@cache
def stepfunctions() -> "SFNClient":
    """Give the Step Functions client."""
    return boto3.client("stepfunctions", config=_CONFIG)


@cache
def glue() -> "GlueClient":
    """Give the Glue client."""
    return boto3.client("glue", config=_CONFIG)
