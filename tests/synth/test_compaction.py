"""The compaction of Parquet tables: what may do it, when, and what becomes of failures."""

import json
from dataclasses import replace
from typing import Any

import pytest
from aws_cdk.assertions import Template

from data_lake import LakeCatalog, LakeProcessing, LakeStorage
from data_lake.compaction import CompactionSettings, ParquetTable
from data_lake.contracts import load_contracts
from data_lake.processing_values import Sizes
from stacks.sizes import parquet_tables_of
from tests.synth.player import Player, TaskFailedError
from tests.synth.synthesised import flat, listed

JOB = "processed-compact"
TABLE = "airports"
GIVEN = {"dataset": TABLE, "zone": "processed", "trigger": "compaction"}


@pytest.fixture
def build(stack, repository):
    """Give a function that synthesises a lake with some Parquet tables."""

    def build_with(tables: dict[str, ParquetTable] | None, **settings: Any) -> Template:
        storage = LakeStorage(
            stack, "Storage", prefix="a-b", account=stack.account, region="eu-west-1"
        )
        catalog = LakeCatalog(stack, "Catalog", prefix="a-b", zones=storage.zones, key=storage.key)
        LakeProcessing(
            stack,
            "Processing",
            prefix="a-b",
            environment="b",
            zones=storage.zones,
            catalog=catalog,
            contracts=load_contracts(repository / "examples" / "minimal" / "contracts"),
            parquet_tables=tables,
            sizes=replace(Sizes(), compaction=CompactionSettings(**settings)),
        )
        return Template.from_stack(stack)

    return build_with


@pytest.fixture
def rights(lake):
    """Give what the job's role may do, by what for: actions and resources."""
    statements = lake.statements(lake.jobs()[JOB]["Role"])
    return {
        statement["Sid"]: (
            set(listed(statement["Action"])),
            {flat(resource) for resource in listed(statement["Resource"])},
        )
        for statement in statements
    }


def schedules(lake):
    """Give the properties of each schedule that compacts, by the table's name."""
    found = [
        (json.loads(schedule["Target"]["Input"]), schedule)
        for schedule in lake.properties("AWS::Scheduler::Schedule")
    ]
    return {given["dataset"]: schedule for given, schedule in found if "zone" in given}


def scripts(template):
    """Give the zone and step of every job."""
    return {
        job["Properties"]["DefaultArguments"]["--custom-logGroup-prefix"].rsplit("/", 1)[-1]
        for job in template.find_resources("AWS::Glue::Job").values()
    }


def test_a_lake_without_parquet_tables_has_nothing_that_compacts(build):
    template = build(None)
    assert not [job for job in scripts(template) if job.endswith("compact")]
    machines = template.find_resources("AWS::StepFunctions::StateMachine").values()
    names = {machine["Properties"]["StateMachineName"] for machine in machines}
    assert names == {"a-b-ingest", "a-b-curate"}


@pytest.mark.parametrize("zones", [("processed",), ("curated",), ("curated", "processed")])
def test_there_is_a_job_only_for_the_zones_that_have_parquet_tables(build, zones):
    template = build({f"in_{zone}": ParquetTable(zone) for zone in zones})
    compacting = {job for job in scripts(template) if job.endswith("compact")}
    assert compacting == {f"{zone}-compact" for zone in zones}
    (machine,) = (
        machine["Properties"]
        for machine in template.find_resources("AWS::StepFunctions::StateMachine").values()
        if machine["Properties"]["StateMachineName"] == "a-b-compact"
    )
    states = json.loads(flat(machine["DefinitionString"]))["States"]
    assert {name for name, state in states.items() if state["Type"] == "Task"} == {
        f"Compact{zone.capitalize()}" for zone in zones
    }


def test_every_parquet_table_of_the_contracts_has_one_schedule_and_no_other_table_has(
    lake, repository
):
    contracts = load_contracts(repository / "contracts").all()
    wanted = {name for name, contract in contracts.items() if contract.format == "parquet"}
    assert TABLE in wanted
    assert set(schedules(lake)) == wanted


def test_the_job_may_read_and_change_the_folders_of_parquet_tables_and_no_others(lake, rights):
    bucket = f"arn:aws:s3:::{lake.buckets()['processed']['BucketName']}"
    artifacts = f"arn:aws:s3:::{lake.buckets()['artifacts']['BucketName']}"
    folders = {f"{bucket}/{folder}/*" for folder in ("_compaction", "_staging", TABLE)}
    on_objects = {
        name: given
        for name, given in rights.items()
        if any(action.startswith("s3:") for action in given[0])
    }
    reading = ("ReadCode", "ReadContracts", "LocateBuckets")
    for name in reading:
        assert on_objects.pop(name)[0] in ({"s3:GetObject"}, {"s3:GetBucketLocation"})
    changing = {"s3:AbortMultipartUpload", "s3:PutObject"}
    assert on_objects == {
        "ReadProcessed": ({"s3:GetObject"}, folders),
        "ListProcessed": ({"s3:ListBucket"}, {bucket}),
        "WriteProcessed": (changing | {"s3:DeleteObject"}, folders),
        "WriteArtifacts": (changing, {f"{artifacts}/runs/*"}),
    }


def test_the_job_may_move_parquet_tables_and_their_partitions_but_make_or_drop_none(lake, rights):
    catalog = {
        name: given
        for name, given in rights.items()
        if any(action.startswith("glue:") for action in given[0])
    }
    assert catalog.pop("ReadSecurityConfiguration")[0] == {"glue:GetSecurityConfiguration"}
    database = f"{lake.settings.prefix.replace('-', '_')}_processed"
    root = f"arn:aws:glue:{lake.settings.region}:{lake.settings.account}"
    assert catalog == {
        "ChangeProcessedTables": (
            {
                "glue:BatchUpdatePartition",
                "glue:GetPartition",
                "glue:GetPartitions",
                "glue:GetTable",
                "glue:UpdateTable",
            },
            {
                f"{root}:catalog",
                f"{root}:database/{database}",
                f"{root}:table/{database}/{TABLE}",
            },
        )
    }


def test_the_job_may_do_nothing_else(rights):
    assert set(rights) == {
        "ReadCode",
        "ReadContracts",
        "LocateBuckets",
        "ReadProcessed",
        "ListProcessed",
        "WriteProcessed",
        "WriteArtifacts",
        "ChangeProcessedTables",
        "ReadSecurityConfiguration",
        "WriteLogs",
        "WriteMetrics",
        "UseKey",
    }


def test_the_job_is_told_the_environments_limits(lake):
    given, wanted = lake.jobs()[JOB]["DefaultArguments"], lake.settings.compaction
    assert given["--target_bytes"] == str(wanted.target_mb * 1024 * 1024)
    assert given["--small_share"] == str(wanted.small_share)
    assert given["--small_files"] == str(wanted.small_files)
    assert given["--orphan_days"] == str(wanted.orphan_days)
    assert given["--database"].endswith("_processed")


def test_a_schedule_starts_the_live_machine_with_the_table_and_its_zone(lake):
    target = schedules(lake)[TABLE]["Target"]
    assert target["Arn"].endswith(f":stateMachine:{lake.settings.prefix}-compact:live")
    assert json.loads(target["Input"]) == GIVEN
    started = {
        flat(resource)
        for statement in lake.statements(target["RoleArn"])
        if listed(statement["Action"]) == ["states:StartExecution"]
        for resource in listed(statement["Resource"])
    }
    assert target["Arn"] in started


def test_a_schedule_follows_the_environment_and_spreads_its_starts(lake):
    schedule, wanted = schedules(lake)[TABLE], lake.settings.compaction
    assert schedule["ScheduleExpression"] == f"cron({wanted.cron})"
    assert schedule["ScheduleExpressionTimezone"] == wanted.time_zone
    assert schedule["FlexibleTimeWindow"] == {
        "Mode": "FLEXIBLE",
        "MaximumWindowInMinutes": wanted.window_minutes,
    }
    enabled = wanted.enabled and lake.settings.schedules.enabled
    assert schedule["State"] == ("ENABLED" if enabled else "DISABLED")


def test_a_start_is_tried_again_and_kept_where_it_is_lost(lake):
    target = schedules(lake)[TABLE]["Target"]
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 10}
    queue = target["DeadLetterConfig"]["Arn"]
    sending = [
        statement
        for statement in lake.statements(target["RoleArn"])
        if listed(statement["Action"]) == ["sqs:SendMessage"]
    ]
    assert [statement["Resource"] for statement in sending] == [queue]


def test_tables_are_compacted_in_their_own_time_zones_and_rest_where_that_is_wanted(build):
    tables = {
        "here": ParquetTable("processed", "Europe/Paris"),
        "there": ParquetTable("curated"),
    }
    template = build(tables, enabled=False, cron="30 4 1 * ? *", window_minutes=7)
    found = {
        schedule["Properties"]["ScheduleExpressionTimezone"]: schedule["Properties"]
        for schedule in template.find_resources("AWS::Scheduler::Schedule").values()
        if schedule["Properties"]["ScheduleExpression"] == "cron(30 4 1 * ? *)"
    }
    assert set(found) == {"Europe/Paris", "UTC"}
    for schedule in found.values():
        assert schedule["State"] == "DISABLED"
        assert schedule["FlexibleTimeWindow"]["MaximumWindowInMinutes"] == 7


def test_a_contracts_own_schedule_says_the_time_zone(lake, repository):
    contracts = load_contracts(repository / "contracts")
    flights = contracts.datasets["flights"].model_copy(update={"format": "parquet"})
    assert flights.schedule is not None
    changed = replace(contracts, datasets=contracts.datasets | {"flights": flights})
    settings = lake.settings
    assert parquet_tables_of(settings, changed) == {
        "flights": ParquetTable("processed", flights.schedule.time_zone),
        TABLE: ParquetTable("processed", settings.compaction.time_zone),
    }


def test_the_machine_runs_the_job_of_the_tables_zone_for_it(prod):
    played = Player(prod.definition("compact"), {"CompactProcessed": {}}).play(GIVEN)
    assert played.failure is None
    assert played.calls["CompactProcessed"] == [
        {
            "JobName": played.definition["States"]["CompactProcessed"]["Arguments"]["JobName"],
            "Arguments": {"--dataset": TABLE, "--run_id": "execution-1-0"},
        }
    ]


def test_a_job_that_fails_fails_the_execution_in_its_own_words(prod):
    answers = {"CompactProcessed": TaskFailedError("States.TaskFailed", "AuditFailed: 3 rows")}
    played = Player(prod.definition("compact"), answers).play(GIVEN)
    assert played.failure == {"Error": "States.TaskFailed", "Cause": "AuditFailed: 3 rows"}


def test_a_zone_without_parquet_tables_is_refused(prod):
    played = Player(prod.definition("compact"), {}).play({"dataset": "x", "zone": "curated"})
    assert played.failure == {
        "Error": "UnknownZone",
        "Cause": "zone: must be processed, which have Parquet tables: got curated",
    }


def test_a_busy_glue_is_waited_for_and_a_failed_attempt_is_tried_under_another_name(prod):
    state = prod.definition("compact")["States"]["CompactProcessed"]
    attempts = {error: one["MaxAttempts"] for one in state["Retry"] for error in one["ErrorEquals"]}
    assert attempts["Glue.ConcurrentRunsExceededException"] > 10
    assert attempts["States.TaskFailed"] == attempts["States.Timeout"] == 1
    assert "$states.context.State.RetryCount" in state["Arguments"]["Arguments"]["--run_id"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"target_mb": 0}, "target_mb: must be at least 1: got 0"),
        ({"small_files": 0}, "small_files: must be at least 1: got 0"),
        ({"orphan_days": 0}, "orphan_days: must be at least 1: got 0"),
        ({"small_share": 0}, "small_share: must be above 0 and at most 1: got 0"),
        ({"small_share": 1.1}, "small_share: must be above 0 and at most 1: got 1.1"),
        ({"window_minutes": 1441}, "window_minutes: must be at most 1440: got 1441"),
    ],
)
def test_settings_out_of_their_bounds_are_refused_by_name(settings, words):
    with pytest.raises(ValueError, match=words):
        CompactionSettings(**settings)


def test_tables_of_another_zone_are_refused_by_name(build):
    with pytest.raises(ValueError, match="x: zone: must be processed or curated: got 'raw'"):
        build({"x": ParquetTable("raw")})
