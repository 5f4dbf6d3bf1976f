"""What is stored is encrypted with the customer's key, and logs have an end."""

from typing import Any

import pytest

from data_lake.policy.protection import ENCRYPTION, RETENTION
from tests.unit.data_lake.policy.conftest import Faults

KEY = {"Fn::GetAtt": ["Key", "Arn"]}
AWS_KEY = "alias/aws/thing"


def bucket(algorithm: str, key: Any) -> dict[str, Any]:
    """Give the properties of a bucket with default encryption."""
    default = {"SSEAlgorithm": algorithm, "KMSMasterKeyID": key}
    rule = {"ServerSideEncryptionByDefault": default}
    return {"BucketEncryption": {"ServerSideEncryptionConfiguration": [rule]}}


def spark(key: Any) -> dict[str, Any]:
    """Give the properties of a Glue security configuration."""
    one = {"KmsKeyArn": key}
    return {
        "EncryptionConfiguration": {
            "CloudWatchEncryption": one,
            "JobBookmarksEncryption": one,
            "S3Encryptions": [one],
        }
    }


def athena(key: Any) -> dict[str, Any]:
    """Give the properties of a workgroup."""
    encryption = {"EncryptionConfiguration": {"EncryptionOption": "SSE_KMS", "KmsKey": key}}
    return {"WorkGroupConfiguration": {"ResultConfiguration": encryption}}


STORES = {
    "AWS::Athena::WorkGroup": athena,
    "AWS::DynamoDB::GlobalTable": lambda key: {
        "Replicas": [{"SSESpecification": {"KMSMasterKeyId": key}}]
    },
    "AWS::DynamoDB::Table": lambda key: {"SSESpecification": {"KMSMasterKeyId": key}},
    "AWS::EFS::FileSystem": lambda key: {"KmsKeyId": key},
    "AWS::Kinesis::Stream": lambda key: {"StreamEncryption": {"KeyId": key}},
    "AWS::Lambda::Function": lambda key: {"Environment": {"Variables": {}}, "KmsKeyArn": key},
    "AWS::Logs::LogGroup": lambda key: {"KmsKeyId": key},
    "AWS::S3::Bucket": lambda key: bucket("aws:kms", key),
    "AWS::SNS::Topic": lambda key: {"KmsMasterKeyId": key},
    "AWS::SQS::Queue": lambda key: {"KmsMasterKeyId": key},
    "AWS::SecretsManager::Secret": lambda key: {"KmsKeyId": key},
}


@pytest.mark.parametrize("kind", STORES)
def test_a_store_without_a_key_of_the_customers_is_found(faults: Faults, kind: str) -> None:
    assert faults(ENCRYPTION, One=(kind, STORES[kind](KEY))) == []
    assert faults(ENCRYPTION, One=(kind, STORES[kind](None))) == ["One: Strata-KMS1"]
    assert faults(ENCRYPTION, One=(kind, STORES[kind](AWS_KEY))) == ["One: Strata-KMS1"]


@pytest.mark.parametrize("kind", [kind for kind in STORES if kind != "AWS::Lambda::Function"])
def test_a_store_that_says_nothing_is_found(faults: Faults, kind: str) -> None:
    assert faults(ENCRYPTION, One=(kind, {})) == ["One: Strata-KMS1"]


def test_a_bucket_that_s3_encrypts_with_its_own_keys_is_found(faults: Faults) -> None:
    assert faults(ENCRYPTION, One=("AWS::S3::Bucket", bucket("AES256", None))) == [
        "One: Strata-KMS1"
    ]


def test_each_thing_that_a_glue_job_writes_needs_a_key(faults: Faults) -> None:
    kind = "AWS::Glue::SecurityConfiguration"
    assert faults(ENCRYPTION, One=(kind, spark(KEY))) == []
    assert faults(ENCRYPTION, One=(kind, {})) == ["One: Strata-KMS1"] * 3


def test_a_function_without_environment_variables_stores_nothing(faults: Faults) -> None:
    assert faults(ENCRYPTION, One=("AWS::Lambda::Function", {})) == []


def test_a_log_group_that_keeps_for_ever_is_found(faults: Faults) -> None:
    assert faults(RETENTION, One=("AWS::Logs::LogGroup", {"RetentionInDays": 30})) == []
    assert faults(RETENTION, One=("AWS::Logs::LogGroup", {})) == ["One: Strata-LOG1"]


def test_a_function_that_leaves_its_log_group_to_lambda_is_found(faults: Faults) -> None:
    given = {"LoggingConfig": {"LogGroup": {"Ref": "Log"}}}
    assert faults(RETENTION, One=("AWS::Lambda::Function", given)) == []
    assert faults(RETENTION, One=("AWS::Lambda::Function", {})) == ["One: Strata-LOG1"]
