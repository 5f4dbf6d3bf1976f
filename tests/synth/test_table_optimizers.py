"""What Glue may do to keep Iceberg tables, and who may tell it to."""

import pytest

from data_lake.table_optimizers import OptimizerSettings
from tests.synth.synthesised import flat, listed

PUBLISH_JOBS = {"processed-publish": "processed", "curated-publish": "curated"}
CALLS = {"glue:CreateTableOptimizer", "glue:GetTableOptimizer", "glue:UpdateTableOptimizer"}


@pytest.fixture
def roles(lake):
    """Give every role by its logical id, with the one of the optimizers."""
    return {
        name: role["Properties"]
        for name, role in lake.resources("AWS::IAM::Role").items()
        if role["Properties"].get("Description", "").startswith("Compacts Iceberg tables")
    }


def statements(lake, roles):
    (name,) = roles
    return lake.statements({"Fn::GetAtt": [name, "Arn"]})


def resources(given, action):
    """Give the resources on which an action is allowed."""
    return {
        flat(resource)
        for statement in given
        if action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }


def test_only_glue_may_act_under_the_optimizers_role(roles):
    (role,) = roles.values()
    assert [
        (statement["Effect"], statement["Action"], statement["Principal"])
        for statement in role["AssumeRolePolicyDocument"]["Statement"]
    ] == [("Allow", "sts:AssumeRole", {"Service": "glue.amazonaws.com"})]


def test_the_optimizers_change_tables_and_files_of_the_two_zones_with_iceberg_tables_only(
    lake, roles
):
    given = statements(lake, roles)
    start = lake.settings.prefix.replace("-", "_")
    tables = resources(given, "glue:UpdateTable")
    assert {table.split("/")[1] for table in tables if ":table/" in table} == {
        f"{start}_processed",
        f"{start}_curated",
    }
    for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject"):
        objects = resources(given, action)
        assert {name.partition(":::")[2] for name in objects} == {
            f"{lake.buckets()[zone]['BucketName']}/*" for zone in ("processed", "curated")
        }, action
    assert not resources(given, "glue:DeleteTable") | resources(given, "glue:CreateTable")
    assert resources(given, "kms:Decrypt") == resources(given, "kms:GenerateDataKey") != set()


def test_the_optimizers_write_to_the_three_log_groups_that_glue_has_for_them(lake, roles):
    groups = resources(statements(lake, roles), "logs:PutLogEvents")
    assert {group.partition("log-group:")[2] for group in groups} == {
        "/aws-glue/iceberg-compaction/logs:*",
        "/aws-glue/iceberg-orphan-file-deletion/logs:*",
        "/aws-glue/iceberg-retention/logs:*",
    }


@pytest.mark.parametrize(("job", "zone"), PUBLISH_JOBS.items())
def test_a_publish_job_keeps_the_optimizers_of_its_own_database_only(lake, job, zone):
    given = lake.statements(lake.jobs()[job]["Role"])
    database = f"{lake.settings.prefix.replace('-', '_')}_{zone}"
    for call in CALLS:
        on = resources(given, call)
        assert {name.rpartition(":")[2] for name in on} == {
            "catalog",
            f"database/{database}",
            f"table/{database}/*",
        }, call


@pytest.mark.parametrize("job", PUBLISH_JOBS)
def test_a_publish_job_may_pass_that_one_role_to_glue_and_no_other(lake, job):
    properties = lake.jobs()[job]
    (passing,) = [
        statement
        for statement in lake.statements(properties["Role"])
        if "iam:PassRole" in listed(statement["Action"])
    ]
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "glue.amazonaws.com"}}
    (resource,) = listed(passing["Resource"])
    assert flat(resource) == flat(properties["DefaultArguments"]["--optimizer_role"])
    assert "*" not in flat(resource)


def test_nobody_else_may_change_optimizers(lake):
    keepers = {flat(lake.jobs()[job]["Role"]) for job in PUBLISH_JOBS}
    allowed = {
        f"<{role['Ref']}.Arn>"
        for policy in lake.properties("AWS::IAM::ManagedPolicy")
        for statement in policy["PolicyDocument"]["Statement"]
        if CALLS & set(listed(statement["Action"]))
        for role in policy["Roles"]
    }
    assert allowed == keepers


@pytest.mark.fault(38, by="template")
@pytest.mark.parametrize("job", PUBLISH_JOBS)
def test_a_publish_job_is_told_the_environments_settings(lake, job):
    given, wanted = lake.jobs()[job]["DefaultArguments"], lake.settings.optimizers
    assert given["--optimizers_enabled"] == ("true" if wanted.enabled else "false")
    assert given["--snapshot_days"] == str(wanted.snapshot_days)
    assert given["--snapshots_kept"] == str(wanted.snapshots_kept)
    assert given["--orphan_days"] == str(wanted.orphan_days)


@pytest.mark.parametrize("field", ["snapshot_days", "snapshots_kept", "orphan_days"])
def test_a_number_under_one_is_refused(field):
    with pytest.raises(ValueError, match=f"OptimizerSettings: {field}: must be at least 1: got 0"):
        OptimizerSettings(**{field: 0})


def test_optimizers_may_rest():
    assert OptimizerSettings(enabled=False).enabled is False
