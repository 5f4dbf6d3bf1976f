import pytest
from aws_cdk.assertions import Match, Template

from data_lake.storage import LakeStorage, bucket_name
from data_lake.zone import ZoneLifecycle
from tests.synth.synthesised import listed

ZONES = ["raw", "processed", "curated", "quarantine", "artifacts"]
EVERY_BUCKET = [*ZONES, "access-logs"]


def lifecycles(**changed):
    return {zone: ZoneLifecycle() for zone in EVERY_BUCKET} | changed


def make(stack, **changed):
    arguments = {
        "prefix": "lake-test",
        "account": stack.account,
        "region": stack.region,
        "lifecycles": lifecycles(),
    }
    return LakeStorage(stack, "Storage", **(arguments | changed))


def rule_of(bucket):
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    return rule


def test_every_zone_has_a_bucket_and_there_is_no_other(lake):
    assert sorted(lake.buckets()) == sorted(EVERY_BUCKET)


@pytest.mark.fault(45, by="template")
def test_every_bucket_blocks_public_access_keeps_versions_and_knows_no_acls(lake):
    for bucket in lake.buckets().values():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
        assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]


def test_every_bucket_refuses_requests_without_tls_or_with_an_old_one(lake):
    policies = lake.properties("AWS::S3::BucketPolicy")
    assert len(policies) == len(EVERY_BUCKET)
    for policy in policies:
        denials = [
            statement["Condition"]
            for statement in policy["PolicyDocument"]["Statement"]
            if statement["Effect"] == "Deny" and statement["Principal"] == {"AWS": "*"}
        ]
        assert {"Bool": {"aws:SecureTransport": "false"}} in denials
        assert {"NumericLessThan": {"s3:TlsVersion": 1.2}} in denials


def test_every_zone_is_encrypted_with_the_lakes_own_key_which_rotates(lake):
    keys = set()
    for zone in ZONES:
        (rule,) = lake.buckets()[zone]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
        assert rule["BucketKeyEnabled"] is True
        keys.add(str(rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"]))
    assert len(keys) == 1
    for key in lake.properties("AWS::KMS::Key"):
        assert key["EnableKeyRotation"] is True


def test_every_zone_writes_its_access_log_under_its_own_name(lake):
    targets = {zone: lake.buckets()[zone]["LoggingConfiguration"] for zone in ZONES}
    assert {zone: target["LogFilePrefix"] for zone, target in targets.items()} == {
        zone: f"{zone.capitalize()}/" for zone in ZONES
    }
    assert len({str(target["DestinationBucketName"]) for target in targets.values()}) == 1
    assert "LoggingConfiguration" not in lake.buckets()["access-logs"]


def test_s3_may_deliver_the_access_logs_of_the_zones_and_of_nothing_else(lake):
    deliveries = [
        statement
        for policy in lake.properties("AWS::S3::BucketPolicy")
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    ]
    assert [statement["Action"] for statement in deliveries] == ["s3:PutObject"] * len(ZONES)
    for statement in deliveries:
        assert statement["Condition"]["StringEquals"]["aws:SourceAccount"] == lake.settings.account
        assert statement["Condition"]["ArnLike"]["aws:SourceArn"]


def test_access_logs_are_encrypted_with_s3s_key_because_delivery_takes_no_other(lake):
    (rule,) = lake.buckets()["access-logs"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


def test_only_the_raw_zone_tells_eventbridge_what_arrives(lake):
    told = [
        zone
        for zone, bucket in lake.buckets().items()
        if bucket.get("NotificationConfiguration", {})
        .get("EventBridgeConfiguration", {})
        .get("EventBridgeEnabled")
    ]
    assert told == ["raw"]


@pytest.mark.parametrize("zone", ["raw", "quarantine", "artifacts", "access-logs"])
def test_files_move_and_expire_as_the_environment_says(lake, zone):
    wanted = getattr(lake.settings.storage, zone.replace("-", "_"))
    rule = rule_of(lake.buckets()[zone])
    moves = {move["StorageClass"]: move["TransitionInDays"] for move in rule.get("Transitions", [])}
    assert moves.get("STANDARD_IA") == wanted.infrequent_access_after_days
    assert moves.get("GLACIER") == wanted.archive_after_days
    assert rule.get("ExpirationInDays") == wanted.expire_after_days
    assert (
        rule["NoncurrentVersionExpiration"]["NoncurrentDays"] == wanted.noncurrent_expire_after_days
    )
    assert (
        rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"]
        == wanted.abort_uploads_after_days
    )


@pytest.mark.parametrize("zone", ["processed", "curated"])
def test_table_files_never_expire_and_are_never_archived(lake, zone):
    wanted = getattr(lake.settings.storage, zone)
    rule = rule_of(lake.buckets()[zone])
    assert "ExpirationInDays" not in rule
    assert "ExpirationDate" not in rule
    classes = [move["StorageClass"] for move in rule.get("Transitions", [])]
    assert classes == (["INTELLIGENT_TIERING"] if wanted.intelligent_tiering else [])
    assert "IntelligentTieringConfigurations" not in lake.buckets()[zone]
    assert (
        rule["NoncurrentVersionExpiration"]["NoncurrentDays"] == wanted.noncurrent_expire_after_days
    )


@pytest.mark.fault(46, by="template")
def test_data_outlives_its_stack_where_the_environment_says_so(lake):
    policy = "Retain" if lake.settings.retain_data else "Delete"
    kept = [
        *lake.resources("AWS::S3::Bucket").values(),
        *lake.resources("AWS::KMS::Key").values(),
        *lake.resources("AWS::DynamoDB::GlobalTable").values(),
        *lake.resources("AWS::Glue::Database").values(),
    ]
    assert {resource["DeletionPolicy"] for resource in kept} == {policy}
    assert {resource["UpdateReplacePolicy"] for resource in kept} == {policy}


def test_nothing_that_holds_data_goes_with_a_stack_of_an_environment_that_keeps_it(lake):
    gone = {
        resource["Type"]
        for template in lake.templates.values()
        for resource in template["Resources"].values()
        if resource.get("DeletionPolicy", "Delete") != "Retain"
    }
    data = {
        "AWS::S3::Bucket",
        "AWS::KMS::Key",
        "AWS::DynamoDB::GlobalTable",
        "AWS::Glue::Database",
        "AWS::Glue::Table",
    }
    # A table of the catalog describes files; the files and its database stay.
    assert gone & data == ({"AWS::Glue::Table"} if lake.settings.retain_data else data)


def test_cloudwatch_may_use_the_key_for_log_groups_of_this_account_only(lake):
    for key in lake.properties("AWS::KMS::Key"):
        (statement,) = (
            statement
            for statement in key["KeyPolicy"]["Statement"]
            if statement.get("Sid") == "LogGroupsOfThisAccount"
        )
        settings = lake.settings
        assert statement["Principal"] == {"Service": f"logs.{settings.region}.amazonaws.com"}
        assert statement["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"].endswith(
            f":logs:{settings.region}:{settings.account}:log-group:*"
        )


def test_no_key_policy_lets_another_account_in(lake):
    for key in lake.properties("AWS::KMS::Key"):
        for statement in key["KeyPolicy"]["Statement"]:
            for principal in listed(statement["Principal"].get("AWS", [])):
                assert principal == f"arn:aws:iam::{lake.settings.account}:root"


def test_a_table_zone_refuses_a_lifecycle_that_would_break_snapshots(stack):
    with pytest.raises(ValueError, match=r"Processed: expire_after_days: must be off .* got 30"):
        make(stack, lifecycles=lifecycles(processed=ZoneLifecycle(expire_after_days=30)))


def test_a_table_zone_refuses_archive_classes(stack):
    with pytest.raises(ValueError, match=r"Curated: archive_after_days: must be off .* got 90"):
        make(stack, lifecycles=lifecycles(curated=ZoneLifecycle(archive_after_days=90)))


def test_a_forgotten_lifecycle_is_named(stack):
    given = lifecycles()
    del given["quarantine"]
    with pytest.raises(ValueError, match=r"lifecycles: missing for quarantine"):
        make(stack, lifecycles=given)


def test_a_bucket_name_that_s3_would_refuse_is_refused_at_once():
    with pytest.raises(ValueError, match=r"at most 63 characters: got '.*' \(\d+\); shorten"):
        bucket_name("a-much-too-long-project-name", "quarantine", "111111111111", "ap-southeast-1")


def test_data_is_kept_unless_the_caller_says_otherwise(stack):
    make(stack)
    Template.from_stack(stack).all_resources("AWS::S3::Bucket", {"DeletionPolicy": "Retain"})
    Template.from_stack(stack).has_resource_properties(
        "AWS::S3::Bucket", {"BucketName": Match.string_like_regexp("^lake-test-raw-")}
    )
