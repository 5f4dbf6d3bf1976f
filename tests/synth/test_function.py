"""The functions, against what their own code says it needs."""

from importlib.metadata import version

import pytest

from check_drift.handler import CheckDriftEnvironment
from data_lake.function import POWERTOOLS_LAYER, POWERTOOLS_VERSION
from lake_runtime.environment import Environment
from open_run.work import OpenRunEnvironment
from register.registration import RegisterEnvironment
from sweep.findings import SweepEnvironment
from tests.synth.synthesised import flat

OWN_ENVIRONMENTS = {
    "check_drift": CheckDriftEnvironment,
    "open_run": OpenRunEnvironment,
    "register": RegisterEnvironment,
    "sweep": SweepEnvironment,
}
FOLDERS = [
    "check_drift",
    "close_run",
    "inspect_files",
    "judge",
    "open_run",
    "plan_products",
    "plan_read",
    "register",
    "sweep",
]


def test_every_function_folder_is_deployed(lake, repository):
    folders = {handler.parent.name for handler in (repository / "lambda_src").glob("*/handler.py")}
    assert set(lake.functions()) == folders == set(FOLDERS)


def test_every_handler_is_the_one_that_its_folder_has(lake):
    for name, function in lake.functions().items():
        assert function["Handler"] == f"{name}.handler.handle"


def test_all_functions_share_one_asset(lake):
    codes = {flat(function["Code"]["S3Key"]) for function in lake.functions().values()}
    assert len(codes) == 1


def test_every_function_runs_on_graviton_with_the_environments_size(lake):
    wanted = lake.settings.functions
    for name, function in lake.functions().items():
        assert function["Runtime"] == "python3.14"
        assert function["Architectures"] == ["arm64"]
        if name != "inspect_files":
            assert function["MemorySize"] == wanted.memory_mb
            assert function["Timeout"] == wanted.timeout_seconds


def test_the_function_that_reads_whole_files_has_a_whole_cpu_and_time_for_it(lake):
    function = lake.functions()["inspect_files"]
    is_express = lake.settings.pipeline.inspection_executions == "express"
    # An Express execution ends after five minutes, and a batch may need another try.
    seconds = 120 if is_express else 300
    assert (function["MemorySize"], function["Timeout"]) == (1769, seconds)


def test_every_function_is_traced_and_logs_json(lake):
    for function in lake.functions().values():
        assert function["TracingConfig"] == {"Mode": "Active"}
        assert function["LoggingConfig"]["LogFormat"] == "JSON"


def test_the_powertools_layer_is_the_version_that_the_tests_run_on(lake):
    assert version("aws-lambda-powertools") == POWERTOOLS_VERSION
    defaults = [given["Default"] for given in lake.templates["Processing"]["Parameters"].values()]
    assert POWERTOOLS_LAYER in defaults
    assert f"/{POWERTOOLS_VERSION}" in POWERTOOLS_LAYER


@pytest.mark.parametrize("name", FOLDERS)
def test_a_function_gets_every_variable_that_its_code_reads(lake, name):
    given = lake.functions()[name]["Environment"]["Variables"]
    model = OWN_ENVIRONMENTS.get(name, Environment)
    read = {field.upper() for field in model.model_fields} - {"AWS_REGION"}
    assert read <= set(given)
    assert given["POWERTOOLS_SERVICE_NAME"] == name
    assert given["POWERTOOLS_METRICS_NAMESPACE"] == "Strata"


@pytest.mark.parametrize("name", FOLDERS)
def test_the_values_of_the_variables_are_such_that_the_code_accepts_them(lake, name):
    given = lake.functions()[name]["Environment"]["Variables"]
    resolved = {variable: flat(value) for variable, value in given.items()}
    model = OWN_ENVIRONMENTS.get(name, Environment)
    read = model.read(resolved | {"AWS_REGION": lake.settings.region})
    assert read.owner == lake.settings.prefix
    assert read.environment == lake.settings.environment


def test_a_run_takes_on_as_much_as_the_environment_says(lake):
    given = lake.functions()["open_run"]["Environment"]["Variables"]
    wanted = lake.settings.pipeline
    assert given["FILES_PER_RUN"] == str(wanted.files_per_run)
    assert given["FILES_PER_INSPECTION"] == str(wanted.files_per_inspection)
    assert given["INLINE_BATCHES"] == str(wanted.inline_batches)
    assert given["LEASE_MINUTES"] == str(wanted.lease_minutes)


def test_a_lease_outlives_every_execution(lake):
    lease = int(lake.functions()["open_run"]["Environment"]["Variables"]["LEASE_MINUTES"])
    for name in ("ingest", "curate"):
        assert lake.definition(name)["TimeoutSeconds"] < lease * 60


def test_every_functions_environment_is_encrypted_with_a_key_that_it_may_use(lake):
    for function in lake.functions().values():
        used = [
            statement["Resource"]
            for statement in lake.statements(function["Role"])
            if statement.get("Sid") == "ReadEnvironment"
        ]
        assert used == [function["KmsKeyArn"]]


def test_every_function_has_a_role_of_its_own(lake):
    roles = [function["Role"]["Fn::GetAtt"][0] for function in lake.functions().values()]
    assert len(set(roles)) == len(roles)


def test_every_log_group_is_encrypted_and_kept_as_long_as_the_environment_says(lake):
    groups = lake.properties("AWS::Logs::LogGroup")
    # Nine functions, three machines, and two streams for each of five jobs.
    assert len(groups) == 9 + 3 + 10
    for group in groups:
        assert group["RetentionInDays"] == lake.settings.functions.log_retention_days
        assert "KmsKeyId" in group
