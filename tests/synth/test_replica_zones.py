import json

import pytest
from aws_cdk.assertions import Template

from data_lake.replica_zones import ReplicaZones
from data_lake.zone import ZoneLifecycle

BETWEEN_REGIONS = {"ReplicationConfiguration", "NotificationConfiguration"}
ZONES = ("raw", "processed", "curated", "quarantine", "artifacts", "access-logs")


def promises(lake):
    """Give everything that a region's buckets promise, without what names or links them."""
    return {
        zone: {
            name: value
            for name, value in bucket.items()
            if name not in {"BucketName", "LoggingConfiguration", "BucketEncryption"}
            and name not in BETWEEN_REGIONS
        }
        for zone, bucket in lake.buckets().items()
    }


def key_of(bucket):
    """Give the key that encrypts a bucket, if it is not S3's own."""
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    return rule["ServerSideEncryptionByDefault"].get("KMSMasterKeyID")


def test_a_replica_keeps_every_promise_of_its_zone(prod, replica):
    assert promises(replica) == promises(prod)
    assert sorted(replica.buckets()) == sorted(ZONES)


def test_replicas_are_encrypted_with_a_key_of_their_own_region_under_its_alias(replica):
    (alias,) = replica.properties("AWS::KMS::Alias")
    assert alias["AliasName"] == f"alias/{replica.settings.prefix}-replica"
    keys = [key_of(bucket) for zone, bucket in replica.buckets().items() if zone != "access-logs"]
    assert keys == [alias["TargetKeyId"]] * 5
    (key,) = replica.properties("AWS::KMS::Key")
    assert key["EnableKeyRotation"] is True


def test_replicas_refuse_requests_without_tls_as_their_zones_do(prod, replica):
    def denials(lake):
        return [
            [
                (statement["Action"], statement["Condition"])
                for statement in policy["PolicyDocument"]["Statement"]
                if statement["Effect"] == "Deny"
            ]
            for policy in lake.properties("AWS::S3::BucketPolicy")
        ]

    assert denials(replica) == denials(prod)
    assert all(denials(replica))


@pytest.mark.fault(48, by="template")
def test_a_replicated_file_is_no_arrival(replica):
    assert "NotificationConfiguration" not in json.dumps(replica.templates["Replica"])


def test_replicas_outlive_their_stack_as_the_environment_says(replica):
    kinds = ("AWS::S3::Bucket", "AWS::KMS::Key", "AWS::Glue::Database")
    kept = [resource for kind in kinds for resource in replica.resources(kind).values()]
    assert len(kept) == 11
    assert {resource["DeletionPolicy"] for resource in kept} == {"Retain"}
    assert {resource["UpdateReplacePolicy"] for resource in kept} == {"Retain"}


def test_replicas_are_kept_unless_the_caller_says_otherwise(stack):
    given = {zone: ZoneLifecycle() for zone in ZONES}
    arguments = {"prefix": "lake", "account": stack.account, "region": stack.region}
    ReplicaZones(stack, "Kept", lifecycles=given, **arguments)
    Template.from_stack(stack).all_resources("AWS::S3::Bucket", {"DeletionPolicy": "Retain"})
    Template.from_stack(stack).all_resources("AWS::KMS::Key", {"DeletionPolicy": "Retain"})
