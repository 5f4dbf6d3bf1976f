import json

import pytest
from aws_cdk.assertions import Template

from data_lake import LakeCatalog, LakeProcessing, LakeStorage
from data_lake.contracts import load_contracts
from data_lake.schedules import DatasetSchedule, DatasetSchedules
from strata.local.assembly import synthesise


def scheduled(repository):
    """Give the schedule of each dataset that has one."""
    datasets = load_contracts(repository / "contracts").datasets
    return {name: data.schedule for name, data in datasets.items() if data.schedule is not None}


def by_dataset(lake):
    """Give the properties of each schedule by its dataset."""
    found = [
        (json.loads(schedule["Target"]["Input"]), schedule)
        for schedule in lake.properties("AWS::Scheduler::Schedule")
    ]
    return {
        given["dataset"]: schedule
        for given, schedule in found
        if given.get("trigger") == "schedule"
    }


def test_each_dataset_with_a_schedule_has_one_in_its_own_time_zone(lake, repository):
    wanted = scheduled(repository)
    assert wanted
    assert set(by_dataset(lake)) == set(wanted)
    for name, schedule in by_dataset(lake).items():
        assert schedule["ScheduleExpression"] == f"cron({wanted[name].cron})"
        assert schedule["ScheduleExpressionTimezone"] == wanted[name].time_zone


def test_a_schedule_starts_the_live_ingest_machine_with_the_datasets_name(lake):
    for name, schedule in by_dataset(lake).items():
        target = schedule["Target"]
        assert target["Arn"].endswith(f":stateMachine:{lake.settings.prefix}-ingest:live")
        assert json.loads(target["Input"]) == {"dataset": name, "trigger": "schedule"}


def test_schedules_of_one_minute_are_spread_and_a_lost_start_is_kept(lake):
    for schedule in by_dataset(lake).values():
        assert schedule["FlexibleTimeWindow"] == {
            "Mode": "FLEXIBLE",
            "MaximumWindowInMinutes": 5,
        }
        assert schedule["Target"]["RetryPolicy"]["MaximumRetryAttempts"] > 0
        assert schedule["Target"]["DeadLetterConfig"]["Arn"]


def test_schedules_run_only_where_the_environment_enables_them(lake):
    wanted = "ENABLED" if lake.settings.schedules.enabled else "DISABLED"
    assert {schedule["State"] for schedule in by_dataset(lake).values()} == {wanted}


def test_the_schedules_role_may_start_the_machine_and_keep_what_was_lost(lake):
    (role,) = {str(schedule["Target"]["RoleArn"]) for schedule in by_dataset(lake).values()}
    any_schedule = next(iter(by_dataset(lake).values()))
    assert role
    actions = {
        action
        for statement in lake.statements(any_schedule["Target"]["RoleArn"])
        for action in (
            statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        )
    }
    assert actions == {
        "states:StartExecution",
        "sqs:SendMessage",
        "kms:Decrypt",
        "kms:GenerateDataKey",
    }


def test_a_micro_batch_looks_before_it_starts_anything(stack, repository):
    # Given a lake with a dataset that is looked at every seven minutes
    storage = LakeStorage(stack, "Storage", prefix="a-b", account=stack.account, region="eu-west-1")
    catalog = LakeCatalog(stack, "Catalog", prefix="a-b", zones=storage.zones, key=storage.key)
    LakeProcessing(
        stack,
        "Processing",
        prefix="a-b",
        environment="b",
        zones=storage.zones,
        catalog=catalog,
        contracts=load_contracts(repository / "examples" / "minimal" / "contracts"),
        micro_batches={"orders": 7},
    )
    template = Template.from_stack(stack)
    # Then its schedule calls the function that looks, and no machine
    found = template.find_resources(
        "AWS::Scheduler::Schedule", {"Properties": {"ScheduleExpression": "rate(7 minutes)"}}
    )
    (schedule,) = (one["Properties"] for one in found.values())
    target = schedule["Target"]
    assert json.loads(target["Input"]) == {"dataset": "orders", "trigger": "micro_batch"}
    function = template.to_json()["Resources"][target["Arn"]["Fn::GetAtt"][0]]["Properties"]
    assert function["Handler"] == "sweep.handler.handle"
    assert target["DeadLetterConfig"]["Arn"]
    assert target["RetryPolicy"]["MaximumRetryAttempts"] > 0


def test_micro_batches_need_what_looks(stack):
    with pytest.raises(ValueError, match="sweep: needed for the micro-batches of orders: got None"):
        DatasetSchedules(
            stack, "Schedules", schedules={}, machine=None, key=None, micro_batches={"orders": 7}
        )


def test_a_schedule_that_catches_up_has_a_look_beside_it_at_the_minutes_at_which_clocks_jump(
    stack, repository
):
    # Given a lake whose nightly dataset is to make up for what spring skips
    storage = LakeStorage(stack, "Storage", prefix="a-b", account=stack.account, region="eu-west-1")
    catalog = LakeCatalog(stack, "Catalog", prefix="a-b", zones=storage.zones, key=storage.key)
    LakeProcessing(
        stack,
        "Processing",
        prefix="a-b",
        environment="b",
        zones=storage.zones,
        catalog=catalog,
        contracts=load_contracts(repository / "examples" / "minimal" / "contracts"),
        schedules={"orders": DatasetSchedule("30 2 * * ? *", "Europe/Berlin", catch_up=True)},
    )
    template = Template.from_stack(stack)
    # Then a second schedule, exact to the minute, asks the function that looks
    found = template.find_resources(
        "AWS::Scheduler::Schedule", {"Properties": {"ScheduleExpression": "cron(0/30 * * * ? *)"}}
    )
    (schedule,) = (one["Properties"] for one in found.values())
    assert schedule["ScheduleExpressionTimezone"] == "Europe/Berlin"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    target = schedule["Target"]
    assert json.loads(target["Input"]) == {"dataset": "orders", "trigger": "gap_check"}
    function = template.to_json()["Resources"][target["Arn"]["Fn::GetAtt"][0]]["Properties"]
    assert function["Handler"] == "sweep.handler.handle"
    assert target["DeadLetterConfig"]["Arn"]
    assert target["RetryPolicy"]["MaximumRetryAttempts"] > 0


def test_a_schedule_that_catches_up_needs_what_looks(stack):
    with pytest.raises(ValueError, match="sweep: needed for the gap checks of orders: got None"):
        DatasetSchedules(
            stack,
            "Schedules",
            schedules={"orders": DatasetSchedule("30 2 * * ? *", "Europe/Berlin", catch_up=True)},
            machine=None,
            key=None,
        )


def test_a_lake_in_which_nothing_is_scheduled_passes_every_policy(
    repository, tmp_path, monkeypatch
):
    monkeypatch.delenv("CDK_VALIDATION", raising=False)
    folder = repository / "examples" / "tpch" / "contracts"
    assembly = synthesise("local", tmp_path, folder)
    assert assembly.stacks
    resources = json.loads((tmp_path / "Processing.template.json").read_text())["Resources"]
    groups = {"AWS::Scheduler::ScheduleGroup", "AWS::Scheduler::Schedule"}
    found = [one["Type"] for one in resources.values() if one["Type"] in groups]
    # The sweep's own schedule is the only one.
    assert sorted(found) == sorted(groups)
