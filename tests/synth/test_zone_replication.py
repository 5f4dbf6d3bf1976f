import pytest

from tests.synth.synthesised import flat, listed

ZONES = ["raw", "processed", "curated", "quarantine", "artifacts"]


@pytest.fixture(params=ZONES)
def zone(request):
    """Give every zone, one after the other."""
    return request.param


def replica_of(lake, zone):
    """Give the name of a zone's bucket in the second region."""
    settings = lake.settings
    return f"{settings.prefix}-{zone}-{settings.account}-{settings.recovery_region}"


def rule_of(lake, zone):
    """Give a zone's one replication rule."""
    (rule,) = lake.buckets()[zone]["ReplicationConfiguration"]["Rules"]
    return rule


def statements(lake, zone):
    """Give what a zone's replication role may do, by what for."""
    role = lake.buckets()[zone]["ReplicationConfiguration"]["Role"]
    return {statement["Sid"]: statement for statement in lake.statements(role)}


def test_nothing_is_replicated_where_no_second_region_is_named(lake):
    replicated = [
        zone for zone, given in lake.buckets().items() if "ReplicationConfiguration" in given
    ]
    assert sorted(replicated) == (sorted(ZONES) if lake.settings.recovery_region else [])


def test_every_object_of_a_zone_goes_to_its_own_bucket_in_the_second_region(prod, replica, zone):
    rule = rule_of(prod, zone)
    assert (rule["Status"], rule["Filter"]) == ("Enabled", {"Prefix": ""})
    assert rule["Destination"]["Bucket"] == f"arn:aws:s3:::{replica_of(prod, zone)}"
    assert replica.buckets()[zone]["BucketName"] == replica_of(prod, zone)


@pytest.mark.fault(49, by="template")
def test_replication_is_held_to_fifteen_minutes_and_measured(prod, zone):
    destination = rule_of(prod, zone)["Destination"]
    assert destination["ReplicationTime"] == {"Status": "Enabled", "Time": {"Minutes": 15}}
    assert destination["Metrics"] == {"Status": "Enabled", "EventThreshold": {"Minutes": 15}}


def test_encrypted_objects_are_replicated_under_the_second_regions_own_key(prod, replica, zone):
    rule = rule_of(prod, zone)
    assert rule["SourceSelectionCriteria"] == {"SseKmsEncryptedObjects": {"Status": "Enabled"}}
    (alias,) = replica.properties("AWS::KMS::Alias")
    region, account = replica.settings.region, prod.settings.account
    assert rule["Destination"]["EncryptionConfiguration"] == {
        "ReplicaKmsKeyID": f"arn:aws:kms:{region}:{account}:{alias['AliasName']}"
    }


def test_deletions_are_mirrored_only_where_folders_are_read_as_tables(prod):
    mirrored = {
        zone: rule_of(prod, zone)["DeleteMarkerReplication"]["Status"] == "Enabled"
        for zone in ZONES
    }
    assert mirrored == {
        "raw": False,
        "processed": True,
        "curated": True,
        "quarantine": True,
        "artifacts": False,
    }


def test_a_zones_role_reads_that_zone_and_writes_its_replica_and_nothing_else(prod, zone):
    source, target = prod.buckets()[zone]["BucketName"], replica_of(prod, zone)
    buckets = {
        sid: [flat(resource) for resource in listed(given["Resource"])]
        for sid, given in statements(prod, zone).items()
        if all(action.startswith("s3:") for action in listed(given["Action"]))
    }
    assert buckets == {
        "ReadReplicationRule": [f"arn:aws:s3:::{source}"],
        "ReadVersions": [f"arn:aws:s3:::{source}/*"],
        "WriteReplicas": [f"arn:aws:s3:::{target}/*"],
    }
    assert set(statements(prod, zone)) == {*buckets, "DecryptVersions", "EncryptReplicas"}


def test_a_zones_role_decrypts_what_is_in_that_zone_and_through_s3_only(prod, zone):
    statement = statements(prod, zone)["DecryptVersions"]
    bucket = prod.buckets()[zone]
    (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    key = encryption["ServerSideEncryptionByDefault"]["KMSMasterKeyID"]
    assert (statement["Action"], statement["Resource"]) == ("kms:Decrypt", key)
    assert statement["Condition"] == through_s3(prod.settings.region, bucket["BucketName"])


def test_a_zones_role_uses_the_second_regions_key_by_its_alias_and_through_s3_only(
    prod, replica, zone
):
    statement = statements(prod, zone)["EncryptReplicas"]
    region, account = replica.settings.region, prod.settings.account
    (alias,) = replica.properties("AWS::KMS::Alias")
    assert statement["Action"] == ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]
    assert statement["Resource"] == f"arn:aws:kms:{region}:{account}:key/*"
    by_alias = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": alias["AliasName"]}}
    assert statement["Condition"] == through_s3(region, replica_of(prod, zone)) | by_alias


def test_replication_starts_when_its_role_may_read(prod, zone):
    (resource,) = (
        resource
        for resource in prod.resources("AWS::S3::Bucket").values()
        if resource["Properties"]["BucketName"] == prod.buckets()[zone]["BucketName"]
    )
    waited_for = {
        prod.templates["Storage"]["Resources"][name]["Type"]
        for name in listed(resource["DependsOn"])
    }
    assert "AWS::IAM::ManagedPolicy" in waited_for


def through_s3(region, bucket):
    """Give the conditions under which S3 uses a key for one bucket."""
    arn = f"arn:aws:s3:::{bucket}"
    return {
        "StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"},
        "StringLike": {"kms:EncryptionContext:aws:s3:arn": [arn, f"{arn}/*"]},
    }
