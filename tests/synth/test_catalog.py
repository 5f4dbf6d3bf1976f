import json

import pytest
from aws_cdk import Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Match

from data_lake.catalog import LakeCatalog, database_name
from data_lake.contracts import ContractSet, load_contracts
from data_lake.quality_rulesets import QualityRulesets
from data_lake.zone import LakeZone, ZoneLifecycle
from strata.paths import ROOT as REPOSITORY


def test_each_zone_with_tables_has_a_database_named_after_it(lake):
    names = {
        database["DatabaseInput"]["Name"] for database in lake.properties("AWS::Glue::Database")
    }
    start = lake.settings.prefix.replace("-", "_")
    assert names == {f"{start}_{zone}" for zone in ("raw", "processed", "curated", "quarantine")}


def test_a_database_keeps_new_tables_in_its_own_zone(lake):
    for database in lake.properties("AWS::Glue::Database"):
        given = database["DatabaseInput"]
        zone = given["Name"].rsplit("_", 1)[-1]
        assert given["LocationUri"] == f"s3://{lake.buckets()[zone]['BucketName']}/"


def test_database_names_are_identifiers_of_sql():
    assert database_name("my-lake-prod", "raw") == "my_lake_prod_raw"


def test_the_crawler_reads_the_raw_zone_into_its_database_one_table_per_folder(lake):
    (crawler,) = lake.properties("AWS::Glue::Crawler")
    raw = lake.buckets()["raw"]["BucketName"]
    assert crawler["Targets"] == {
        "S3Targets": [{"Path": f"s3://{raw}/", "Exclusions": ["**manifest.json"]}]
    }
    grouping = json.loads(crawler["Configuration"])["Grouping"]
    assert grouping == {
        "TableGroupingPolicy": "CombineCompatibleSchemas",
        "TableLevelConfiguration": 2,
    }


def test_the_crawler_never_deletes_a_table_because_files_left(lake):
    (crawler,) = lake.properties("AWS::Glue::Crawler")
    assert crawler["SchemaChangePolicy"]["DeleteBehavior"] == "LOG"


def test_the_crawler_works_encrypted_and_runs_only_when_a_run_asks(lake):
    (crawler,) = lake.properties("AWS::Glue::Crawler")
    assert "CrawlerSecurityConfiguration" in crawler
    assert "Schedule" not in crawler


def test_the_crawler_may_read_raw_and_write_the_raw_database_only(lake):
    (crawler,) = lake.properties("AWS::Glue::Crawler")
    statements = lake.statements(crawler["Role"])
    written = [
        resource
        for statement in statements
        if "glue:UpdateTable" in statement["Action"]
        for resource in statement["Resource"]
    ]
    raw = f"{lake.settings.prefix.replace('-', '_')}_raw"
    assert all(raw in resource for resource in written if not resource.endswith(":catalog"))
    actions = {action for statement in statements for action in statement["Action"]}
    assert not [action for action in actions if "Put" in action and action.startswith("s3:")]


def test_logs_bookmarks_and_files_of_glue_are_encrypted_with_the_lakes_key(lake):
    (configuration,) = lake.properties("AWS::Glue::SecurityConfiguration")
    encryption = configuration["EncryptionConfiguration"]
    assert encryption["CloudWatchEncryption"]["CloudWatchEncryptionMode"] == "SSE-KMS"
    assert encryption["JobBookmarksEncryption"]["JobBookmarksEncryptionMode"] == "CSE-KMS"
    assert [entry["S3EncryptionMode"] for entry in encryption["S3Encryptions"]] == ["SSE-KMS"]


def test_queries_cannot_escape_encryption_or_the_scan_limit(lake):
    lake.assertions["Catalog"].has_resource_properties(
        "AWS::Athena::WorkGroup",
        {
            "Name": lake.settings.prefix,
            "WorkGroupConfiguration": {
                "EnforceWorkGroupConfiguration": True,
                "PublishCloudWatchMetricsEnabled": True,
                "BytesScannedCutoffPerQuery": lake.settings.queries.scan_limit_mb * 1024 * 1024,
                "ResultConfiguration": {
                    "OutputLocation": f"s3://{lake.buckets()['artifacts']['BucketName']}/athena/",
                    "EncryptionConfiguration": {
                        "EncryptionOption": "SSE_KMS",
                        "KmsKey": Match.any_value(),
                    },
                },
            },
        },
    )


def test_rejected_files_can_be_queried_where_the_inspection_writes_them(lake):
    (table,) = lake.properties("AWS::Glue::Table")
    given = table["TableInput"]
    assert given["Name"] == "rejected_files"
    assert "JsonSerDe" in given["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"]
    assert str(given["StorageDescriptor"]["Location"]).count("/rejections/") == 1
    columns = {column["Name"]: column["Type"] for column in given["StorageDescriptor"]["Columns"]}
    assert columns == {
        "dataset": "string",
        "arrival_id": "string",
        "bucket": "string",
        "key": "string",
        "version_id": "string",
        "rule": "string",
        "reason": "string",
        "run_id": "string",
        "rejected_at": "string",
        "quarantine_uri": "string",
        "size": "bigint",
    }


def test_a_scan_limit_under_athenas_minimum_is_refused(stack):
    key = kms.Key(stack, "Key")
    logs = s3.Bucket(stack, "Logs")
    zones = {
        zone: LakeZone(
            stack,
            zone,
            bucket_name=f"lake-{zone}",
            key=key,
            lifecycle=ZoneLifecycle(),
            access_logs=logs,
        )
        for zone in ("raw", "processed", "curated", "quarantine", "artifacts")
    }
    with pytest.raises(ValueError, match=r"scan_limit_mb: must be at least 10.* got 9"):
        LakeCatalog(stack, "Catalog", prefix="lake", zones=zones, key=key, scan_limit_mb=9)


def test_each_dataset_and_product_has_a_ruleset_without_a_table_that_may_not_be_there(lake):
    contracts = load_contracts(REPOSITORY / "contracts")
    rulesets = {
        ruleset["Name"]: ruleset for ruleset in lake.properties("AWS::Glue::DataQualityRuleset")
    }
    names = {*contracts.datasets, *contracts.products}
    assert set(rulesets) == {f"{lake.settings.prefix}-{name}" for name in names}
    assert all("TargetTable" not in ruleset for ruleset in rulesets.values())
    flights = rulesets[f"{lake.settings.prefix}-flights"]
    assert 'ColumnValues "origin" in ["EWR", "JFK", "LGA", NULL]' in flights["Ruleset"]
    assert flights["Description"].startswith("Rules of the contract flights ")


def test_a_contract_with_nothing_to_say_has_no_ruleset():
    stack = Stack()
    (name, airports), *_ = load_contracts(REPOSITORY / "contracts").datasets.items()
    plain = [column.model_copy(update={"required": False}) for column in airports.columns]
    silent = airports.model_copy(
        update={"columns": tuple(plain), "rules": (), "write_mode": "append"}
    )
    rulesets = QualityRulesets(
        stack, "Rulesets", prefix="our-lake", contracts=ContractSet({name: silent}, {})
    )
    assert rulesets.names == {}
