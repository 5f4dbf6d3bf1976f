import json

from data_lake.contracts import load_contracts


def scheduled(repository):
    """Give the schedule of each dataset that has one."""
    datasets = load_contracts(repository / "contracts").datasets
    return {name: data.schedule for name, data in datasets.items() if data.schedule is not None}


def by_dataset(lake):
    """Give the properties of each schedule by its dataset."""
    return {
        json.loads(schedule["Target"]["Input"])["dataset"]: schedule
        for schedule in lake.properties("AWS::Scheduler::Schedule")
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
