"""Protection of what is kept: keys, and an end for logs."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from data_lake.policy.expressions import flat, listed
from data_lake.policy.rule import Fault, Rule
from data_lake.policy.templates import Resource, Templates

Places = Iterator[tuple[str, Any]]


def _one(*keys: str) -> Callable[[Resource], Places]:
    def places(resource: Resource) -> Places:
        yield ".".join(keys), resource.get(*keys)

    return places


def _bucket(resource: Resource) -> Places:
    where = "BucketEncryption.ServerSideEncryptionConfiguration"
    rules = listed(resource.get(*where.split(".")))
    for rule in rules or [{}]:
        default = rule.get("ServerSideEncryptionByDefault", {})
        uses_kms = str(default.get("SSEAlgorithm", "")).startswith("aws:kms")
        yield where, default.get("KMSMasterKeyID") if uses_kms else None


def _replicas(resource: Resource) -> Places:
    for replica in listed(resource.get("Replicas")) or [{}]:
        where = "Replicas.SSESpecification.KMSMasterKeyId"
        yield where, replica.get("SSESpecification", {}).get("KMSMasterKeyId")


def _spark(resource: Resource) -> Places:
    given = resource.get("EncryptionConfiguration") or {}
    for part in ("CloudWatchEncryption", "JobBookmarksEncryption"):
        yield f"EncryptionConfiguration.{part}", given.get(part, {}).get("KmsKeyArn")
    for one in listed(given.get("S3Encryptions")) or [{}]:
        yield "EncryptionConfiguration.S3Encryptions", one.get("KmsKeyArn")


_STORES: Final[dict[str, Callable[[Resource], Places]]] = {
    "AWS::Athena::WorkGroup": _one(
        "WorkGroupConfiguration", "ResultConfiguration", "EncryptionConfiguration", "KmsKey"
    ),
    "AWS::DynamoDB::GlobalTable": _replicas,
    "AWS::DynamoDB::Table": _one("SSESpecification", "KMSMasterKeyId"),
    "AWS::EFS::FileSystem": _one("KmsKeyId"),
    "AWS::Glue::SecurityConfiguration": _spark,
    "AWS::Kinesis::Stream": _one("StreamEncryption", "KeyId"),
    "AWS::Lambda::Function": _one("KmsKeyArn"),
    "AWS::Logs::LogGroup": _one("KmsKeyId"),
    "AWS::S3::Bucket": _bucket,
    "AWS::SNS::Topic": _one("KmsMasterKeyId"),
    "AWS::SQS::Queue": _one("KmsMasterKeyId"),
    "AWS::SecretsManager::Secret": _one("KmsKeyId"),
}
"""By type: where the keys of what it stores stand. A function stores its environment variables."""


def _without_key(templates: Templates) -> Iterator[Fault]:
    for resource in templates.of(*_STORES):
        if resource.type == "AWS::Lambda::Function" and not resource.get("Environment"):
            continue
        for where, key in _STORES[resource.type](resource):
            if not key:
                yield Fault(resource, where, "no key of the customer's")
            elif flat(key).startswith("alias/aws/"):
                yield Fault(resource, where, flat(key))


def _without_end(templates: Templates) -> Iterator[Fault]:
    for resource in templates.of("AWS::Logs::LogGroup"):
        if not resource.get("RetentionInDays"):
            yield Fault(resource, "RetentionInDays", "nothing: kept for ever")
    for function in templates.of("AWS::Lambda::Function"):
        if not function.get("LoggingConfig", "LogGroup"):
            yield Fault(
                function, "LoggingConfig.LogGroup", "nothing: Lambda makes one without retention"
            )


ENCRYPTION: Final = Rule(
    id="Strata-KMS1",
    demands="What is stored is encrypted with a customer-managed key",
    because="Only such a key says who may read, tells in its log who did, and can be withdrawn.",
    looks_at="S3, DynamoDB (each replica), SQS, SNS, CloudWatch Logs, Secrets Manager, Kinesis, "
    "EFS, results of Athena, what Glue jobs write, log and bookmark, and the environment variables "
    "of functions. Keys that AWS manages (`alias/aws/…`) do not count.",
    fix="Give it a key, such as LakeKey's; a target of S3 access logs cannot have one, which is "
    "acknowledged beside the bucket",
    find=_without_key,
)
"""KMS on every store."""

RETENTION: Final = Rule(
    id="Strata-LOG1",
    demands="Every log group says for how long it keeps its logs",
    because="Logs that are kept for ever cost for ever, and keep what should be forgotten.",
    looks_at="Log groups, and functions that name none: Lambda would then make one that keeps "
    "its logs for ever.",
    fix="Give the log group a retention, and a function its log group",
    find=_without_end,
)
"""Retention on every log group."""
