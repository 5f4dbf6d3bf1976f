import pytest
from aws_cdk.assertions import Template

from data_lake.recovery_region import RecoveryRegion

ZONES = ("raw", "processed", "curated", "quarantine")
BUCKETS = {zone: f"lake-{zone}-second" for zone in ZONES}


def databases(lake):
    """Give each database's location by its name."""
    return {
        given["DatabaseInput"]["Name"]: given["DatabaseInput"]["LocationUri"]
        for given in lake.properties("AWS::Glue::Database")
    }


def test_the_standby_has_the_primarys_databases_by_the_same_names(prod, replica):
    assert set(databases(replica)) == set(databases(prod))
    assert len(databases(replica)) == 4


def test_the_standbys_databases_lie_over_the_replicas_and_never_over_the_lost_region(prod, replica):
    for name, location in databases(replica).items():
        zone = name.rsplit("_", 1)[-1]
        assert location == f"s3://{replica.buckets()[zone]['BucketName']}/"
        assert location != databases(prod)[name]


@pytest.mark.fault(48, by="template")
def test_nothing_runs_in_the_standby(replica):
    kinds = {entry["Type"] for entry in replica.templates["Recovery"]["Resources"].values()}
    assert kinds == {"AWS::Glue::Database"}


def test_databases_are_kept_unless_the_caller_says_otherwise(stack):
    RecoveryRegion(stack, "Kept", prefix="lake", buckets=BUCKETS)
    Template.from_stack(stack).all_resources("AWS::Glue::Database", {"DeletionPolicy": "Retain"})


def test_databases_go_with_the_stack_where_the_caller_says_so(stack):
    RecoveryRegion(stack, "Gone", prefix="lake", buckets=BUCKETS, retain=False)
    Template.from_stack(stack).all_resources("AWS::Glue::Database", {"DeletionPolicy": "Delete"})
