"""What a company brings along takes effect in every stack of both regions."""

import json

import pytest

from config.company import Company
from tests.synth.synthesised import listed

KEY = "arn:aws:kms:{}:999999999999:key/{}"
COMPANY = Company(
    name_prefix="acme",
    permissions_boundary="arn:aws:iam::333333333333:policy/acme/boundary",
    role_path="/acme/data/",
    zones_key=KEY.format("us-east-1", "1111aaaa-0000-0000-0000-000000000000"),
    processing_key=KEY.format("us-east-1", "2222bbbb-0000-0000-0000-000000000000"),
    protection_key=KEY.format("us-east-1", "3333cccc-0000-0000-0000-000000000000"),
    recovery_zones_key=KEY.format("us-west-2", "mrk-" + 4 * "4444dddd"),
    access_log_bucket="acme-access-logs",
    recovery_access_log_bucket="acme-access-logs-west",
)


@pytest.fixture(scope="module")
def acme(vary):
    """Give production with everything that a company may bring along."""
    return vary(company=COMPANY)


def test_every_role_of_both_regions_has_the_boundary_and_the_path(acme):
    roles = [
        role for lake in (acme, acme.second_region) for role in lake.properties("AWS::IAM::Role")
    ]
    assert len(roles) > 20
    for role in roles:
        assert role["PermissionsBoundary"] == COMPANY.permissions_boundary
        assert role["Path"] == COMPANY.role_path


def test_a_role_that_is_no_construct_of_ours_has_them_too(tmp_path):
    from aws_cdk import App, CfnResource, Stack  # noqa: PLC0415

    from stacks.company import apply_company  # noqa: PLC0415

    app = App(outdir=str(tmp_path))
    CfnResource(Stack(app, "Lake"), "Raw", type="AWS::IAM::Role")
    apply_company(app, COMPANY)
    app.synth()
    template = json.loads((tmp_path / "Lake.template.json").read_text())
    assert template["Resources"]["Raw"]["Properties"] == {
        "PermissionsBoundary": COMPANY.permissions_boundary,
        "Path": COMPANY.role_path,
    }


def test_without_a_company_no_role_has_a_boundary_or_a_path(prod):
    for role in prod.properties("AWS::IAM::Role"):
        assert not {"PermissionsBoundary", "Path"} & set(role)


def test_every_name_begins_with_the_companys(acme):
    manifest = json.loads((acme.folder / "manifest.json").read_text())
    for artifact in manifest["artifacts"].values():
        if artifact["type"] == "aws:cloudformation:stack":
            assert artifact["properties"]["stackName"].startswith("acme-strata-prod-")
    for template in (*acme.templates.values(), *acme.second_region.templates.values()):
        text = json.dumps(template)
        assert "strata-prod" in text
        assert text.count("strata-prod-") == text.count("acme-strata-prod-")
        assert text.count("strata_prod_") == text.count("acme_strata_prod_")


def test_no_key_is_made_where_one_exists_for_everything(acme):
    assert acme.properties("AWS::KMS::Key") == []
    assert acme.second_region.properties("AWS::KMS::Key") == []
    assert acme.second_region.properties("AWS::KMS::Alias") == []


def test_the_zones_are_encrypted_with_the_companys_keys(acme):
    for lake, key in ((acme, COMPANY.zones_key), (acme.second_region, COMPANY.recovery_zones_key)):
        buckets = lake.buckets()
        assert len(buckets) == 5
        for bucket in buckets.values():
            (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
            assert rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"] == key


def test_queues_tables_notices_logs_and_the_secret_are_encrypted_with_the_companys_keys(acme):
    assert acme.properties("AWS::SQS::Queue")
    for queue in acme.properties("AWS::SQS::Queue"):
        assert queue["KmsMasterKeyId"] == COMPANY.processing_key
    for topic in acme.properties("AWS::SNS::Topic"):
        assert topic["KmsMasterKeyId"] == COMPANY.processing_key
    for table in acme.properties("AWS::DynamoDB::GlobalTable"):
        (replica,) = table["Replicas"]
        assert replica["SSESpecification"]["KMSMasterKeyId"] == COMPANY.processing_key
    for function in acme.properties("AWS::Lambda::Function"):
        assert function["KmsKeyArn"] == COMPANY.processing_key
    known = {COMPANY.zones_key, COMPANY.processing_key}
    assert acme.properties("AWS::Logs::LogGroup")
    for group in acme.properties("AWS::Logs::LogGroup"):
        assert group["KmsKeyId"] in known
    (secret,) = acme.properties("AWS::SecretsManager::Secret")
    assert secret["KmsKeyId"] == COMPANY.protection_key


def test_no_role_may_use_any_other_key(acme):
    used = {
        json.dumps(resource)
        for statement in acme.all_statements()
        if any(action.startswith("kms:") for action in listed(statement["Action"]))
        for resource in listed(statement["Resource"])
    }
    keys = (
        COMPANY.zones_key,
        COMPANY.processing_key,
        COMPANY.protection_key,
        COMPANY.recovery_zones_key,
    )
    assert used == {json.dumps(key) for key in keys}


def test_replicas_are_encrypted_with_the_key_of_the_second_region(acme):
    for bucket in acme.buckets().values():
        (rule,) = bucket["ReplicationConfiguration"]["Rules"]
        encryption = rule["Destination"]["EncryptionConfiguration"]
        assert encryption == {"ReplicaKmsKeyID": COMPANY.recovery_zones_key}


def test_access_logs_go_to_the_companys_bucket_below_the_lakes_name(acme):
    for lake, target in (
        (acme, COMPANY.access_log_bucket),
        (acme.second_region, COMPANY.recovery_access_log_bucket),
    ):
        for name, bucket in lake.buckets().items():
            assert bucket["LoggingConfiguration"] == {
                "DestinationBucketName": target,
                "LogFilePrefix": f"acme-strata-prod/{name.capitalize()}/",
            }
