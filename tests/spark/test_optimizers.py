"""The first publish gives an Iceberg table its optimizers, and every publish looks after them."""

from typing import Any

import boto3
import pytest

from lake_spark.catalog import glue_client
from lake_spark.errors import LakeError
from lake_spark.optimizers import OptimizerSettings
from tests.spark.support import OPTIMIZERS, Lake

KINDS = ("compaction", "retention", "orphan_file_deletion")
HEADER = "id,customer,amount\n"
ACCOUNT = "000000000000"


def optimizers(lake: Lake, database: str = "processed") -> dict[str, dict[str, Any]]:
    """Give the configurations of a table's optimizers, by kind."""
    answer = glue_client().batch_get_table_optimizer(
        Entries=[
            {
                "catalogId": ACCOUNT,
                "databaseName": database,
                "tableName": lake.name,
                "type": kind,  # type: ignore[typeddict-item]
            }
            for kind in KINDS
        ]
    )
    found = [entry["tableOptimizer"] for entry in answer["TableOptimizers"]]
    return {one["type"]: dict(one["configuration"]) for one in found}


def publish(lake: Lake, run_id: str) -> dict[str, Any]:
    """Take a run of one row to its end and give what publishing says."""
    lake.put(f"{run_id}.csv", HEADER + "1,Ada,1\n")
    lake.stage(run_id)
    return lake.publish(run_id)


def test_the_first_publish_into_an_empty_catalog_makes_the_table_and_its_optimizers(
    lake: Lake,
) -> None:
    tables = glue_client().get_tables(DatabaseName="processed")["TableList"]
    assert lake.name not in [table["Name"] for table in tables]
    published = publish(lake, "run-1")
    assert lake.rows("id") == [(1,)]
    assert published["optimizers"] == dict.fromkeys(KINDS, "created")
    assert published["warnings"] == []
    common = {"roleArn": OPTIMIZERS["--optimizer_role"], "enabled": True}
    assert optimizers(lake) == {
        "compaction": {
            **common,
            "compactionConfiguration": {"icebergConfiguration": {"strategy": "binpack"}},
        },
        "retention": {
            **common,
            "retentionConfiguration": {
                "icebergConfiguration": {
                    "snapshotRetentionPeriodInDays": 30,
                    "numberOfSnapshotsToRetain": 20,
                    "cleanExpiredFiles": True,
                }
            },
        },
        "orphan_file_deletion": {
            **common,
            "orphanFileDeletionConfiguration": {
                "icebergConfiguration": {
                    "orphanFileRetentionPeriodInDays": 7,
                    "location": f"s3://spark-tests-processed/{lake.name}/",
                }
            },
        },
    }


def test_a_run_that_is_only_staged_has_no_optimizers_yet(lake: Lake) -> None:
    lake.put("a.csv", HEADER + "1,Ada,1\n")
    lake.stage("run-1")
    assert optimizers(lake) == {}


def test_a_later_publish_changes_nothing_about_them(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(lake, "run-1")
    before = optimizers(lake)
    changes: list[str] = []
    events = glue_client().meta.events
    events.register("before-call", lambda model, **_: changes.append(model.name), unique_id="seen")
    try:
        published = publish(lake, "run-2")
    finally:
        events.unregister("before-call", unique_id="seen")
    assert published["optimizers"] == dict.fromkeys(KINDS, "unchanged")
    assert [name for name in changes if name.endswith("TableOptimizer")] == [
        "GetTableOptimizer"
    ] * len(KINDS)
    assert optimizers(lake) == before


def test_settings_that_have_changed_change_only_the_optimizers_that_they_concern(
    lake: Lake,
) -> None:
    publish(lake, "run-1")
    lake.optimizers |= {"--snapshot_days": "90"}
    assert publish(lake, "run-2")["optimizers"] == {
        "compaction": "unchanged",
        "retention": "updated",
        "orphan_file_deletion": "unchanged",
    }
    kept = optimizers(lake)["retention"]["retentionConfiguration"]["icebergConfiguration"]
    assert kept["snapshotRetentionPeriodInDays"] == 90
    lake.optimizers |= {"--optimizers_enabled": "false"}
    assert publish(lake, "run-3")["optimizers"] == dict.fromkeys(KINDS, "updated")
    assert [one["enabled"] for one in optimizers(lake).values()] == [False] * len(KINDS)


def test_an_optimizer_that_cannot_be_made_is_a_warning_and_the_next_publish_makes_it(
    lake: Lake,
) -> None:
    role = f"{lake.name}-optimizers"
    lake.optimizers |= {"--optimizer_role": f"arn:aws:iam::{ACCOUNT}:role/{role}"}
    published = publish(lake, "run-1")
    assert lake.rows("id") == [(1,)]
    assert published["optimizers"] == dict.fromkeys(KINDS, "failed")
    for kind, warning in zip(KINDS, published["warnings"], strict=True):
        assert warning.startswith(f"glue_catalog.processed.{lake.name}: its {kind} optimizer")
        assert f"there is no role 'arn:aws:iam::{ACCOUNT}:role/{role}'" in warning
    boto3.client("iam").create_role(RoleName=role, AssumeRolePolicyDocument="{}")
    healed = publish(lake, "run-2")
    assert healed["optimizers"] == dict.fromkeys(KINDS, "created")
    assert healed["warnings"] == []
    assert sorted(optimizers(lake)) == sorted(KINDS)


def test_a_kind_that_cannot_be_asked_for_does_not_keep_the_others_from_being_made(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = glue_client()
    create = client.create_table_optimizer

    def older(**arguments: Any) -> Any:
        """Refuse a part of the request, as a boto3 does that is older than that part."""
        if arguments["Type"] == "retention":
            arguments["TableOptimizerConfiguration"]["notKnown"] = {}
        return create(**arguments)

    with monkeypatch.context() as patch:
        patch.setattr(client, "create_table_optimizer", older)
        published = publish(lake, "run-1")
    assert published["optimizers"] == {
        "compaction": "created",
        "retention": "failed",
        "orphan_file_deletion": "created",
    }
    (warning,) = published["warnings"]
    assert "its retention optimizer" in warning
    assert "notKnown" in warning
    assert publish(lake, "run-2")["optimizers"]["retention"] == "created"


def test_publishing_a_run_again_mends_what_its_first_publish_could_not(lake: Lake) -> None:
    publish(lake, "run-1")
    glue_client().delete_table_optimizer(
        CatalogId=ACCOUNT, DatabaseName="processed", TableName=lake.name, Type="compaction"
    )
    again = lake.publish("run-1")
    assert again["already_published"] is True
    assert again["optimizers"]["compaction"] == "created"


def test_parquet_tables_get_none(lake: Lake) -> None:
    lake.contract["format"] = "parquet"
    published = publish(lake, "run-1")
    assert "optimizers" not in published
    assert published["warnings"] == []
    assert optimizers(lake) == {}


@pytest.mark.parametrize(
    ("argument", "value", "rule"),
    [
        ("snapshot_days", "0", "--snapshot_days must be a whole number of at least 1: got '0'"),
        ("orphan_days", "-3", "--orphan_days must be a whole number of at least 1: got '-3'"),
        ("optimizers_enabled", "yes", "--optimizers_enabled must be true or false: got 'yes'"),
        ("optimizer_role", "me", "--optimizer_role must be the ARN of a role: got 'me'"),
    ],
)
def test_an_argument_that_is_not_valid_is_refused_before_anything_is_published(
    argument: str, value: str, rule: str
) -> None:
    arguments = {name.removeprefix("--"): given for name, given in OPTIMIZERS.items()}
    with pytest.raises(LakeError, match=rule):
        OptimizerSettings.from_arguments(arguments | {argument: value})


def expire(lake: Lake, *, kept: int) -> None:
    """Expire every snapshot that may go, as the retention optimizer would long afterwards."""
    lake.spark.sql(
        f"CALL glue_catalog.system.expire_snapshots(table => 'processed.{lake.name}', "
        f"older_than => TIMESTAMP '2100-01-01 00:00:00', retain_last => {kept})"
    )


def test_a_run_that_waits_on_its_branch_outlives_the_expiry_of_snapshots(lake: Lake) -> None:
    publish(lake, "run-1")
    publish(lake, "run-2")
    lake.put("c.csv", HEADER + "3,Eve,3\n")
    staged = lake.stage("run-3")
    expire(lake, kept=1)
    assert lake.publish("run-3")["snapshot_id"] == staged["snapshot_id"]
    assert lake.rows("id") == [(1,), (1,), (3,)]


def test_the_newest_snapshots_stay_whatever_their_age(lake: Lake) -> None:
    first, second, third = (publish(lake, f"run-{number}")["snapshot_id"] for number in range(1, 4))
    expire(lake, kept=2)
    kept = {
        str(row["snapshot_id"]) for row in lake.spark.table(f"{lake.table}.snapshots").collect()
    }
    assert {second, third} <= kept
    assert first not in kept
