"""Each wrong setting is one line that says where it is, what is wrong and what was meant."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.loading import SettingsError, available_environments, load_settings
from config.settings import Settings

DEV = """\
project: strata
environment: dev
account: "111111111111"
region: us-east-1
recovery_region: null
owner: data@example.com
cost_center: DP-001
storage:
  raw:
    infrequent_access_after_days: 30
    archive_after_days: 90
    expire_after_days: 365
  processed:
    intelligent_tiering: true
  quarantine: {expire_after_days: 365}
  artifacts: {expire_after_days: 365}
  access_logs: {expire_after_days: 365}
functions:
  log_retention_days: 30
spark:
  worker_type: G.1X
  workers: 2
  timeout_minutes: 60
pipeline:
  timeout_minutes: 180
  lease_minutes: 195
alerts:
  subscribers:
    - protocol: email
      endpoint: data@example.com
"""
DEV_FILE = "config/environments/dev.yaml"
Written = Callable[[str | bytes], Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write dev's file below a root of its own, beside empty files of other environments."""

    def write(content: str | bytes) -> Path:
        folder = tmp_path / "config" / "environments"
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("staging", "prod"):
            (folder / f"{name}.yaml").touch()
        raw = content.encode() if isinstance(content, str) else content
        (folder / "dev.yaml").write_bytes(raw)
        return tmp_path

    return write


def complaint(root: Path, environment: str | None = "dev") -> str:
    """Give the text of the error that loading raises."""
    with pytest.raises(SettingsError) as raised:
        load_settings(environment, root)
    return str(raised.value)


def test_a_valid_file_becomes_frozen_settings_with_defaults_for_what_it_leaves_out(
    written: Written,
) -> None:
    settings = load_settings("dev", written(DEV))

    assert isinstance(settings, Settings)
    assert (settings.environment, settings.prefix) == ("dev", "strata-dev")
    assert settings.storage.raw.expire_after_days == 365
    assert settings.retain_data is True, "data is kept unless the file says otherwise"
    assert settings.alerts.subscribers[0].endpoint == "data@example.com"
    with pytest.raises(ValueError, match="frozen"):
        settings.region = "eu-west-1"


def test_environments_are_the_files_that_exist(written: Written) -> None:
    assert available_environments(written(DEV)) == ("dev", "prod", "staging")


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        (
            "prd",
            "config/environments/prd.yaml:1: environment: must be one of dev, prod, staging: "
            "got 'prd'; did you mean 'prod'?",
        ),
        (
            "../environments/dev",
            "config/environments/../environments/dev.yaml:1: environment: must be one of dev, "
            "prod, staging: got '../environments/dev'",
        ),
        (
            None,
            "config/environments/<environment>.yaml:1: environment: must be one of dev, prod, "
            "staging; choose with --context env=<name>: got nothing",
        ),
    ],
)
def test_an_unknown_or_missing_environment_lists_those_there_are(
    written: Written, environment: str | None, message: str
) -> None:
    assert complaint(written(DEV), environment) == message


ONE_PROBLEM = [
    # A key that is unknown, misspelt, missing or given twice.
    (
        "expire_after_days: 365\n  processed",
        "expire_days: 365\n  processed",
        "12: storage.raw.expire_days: is not a known field: got 365; "
        "did you mean 'expire_after_days'?",
    ),
    (
        "cost_center:",
        "cost_centre:",
        "7: cost_centre: is not a known field: got 'DP-001'; did you mean 'cost_center'?",
    ),
    (
        "  workers: 2",
        "  xyz: 2",
        "22: spark.xyz: is not a known field; known are worker_type, workers, timeout_minutes, "
        "max_concurrent_runs: got 2",
    ),
    ("cost_center: DP-001\n", "", "1: cost_center: is required; add it"),
    (
        "    - protocol: email\n      endpoint: data@example.com",
        "    - protocol: email",
        "29: alerts.subscribers[0].endpoint: is required; add it",
    ),
    (
        "  workers: 2",
        "  workers: 2\n  workers: 3",
        "23: spark.workers: is given twice, first on line 22; keep one: got '3'",
    ),
    ("  workers: 2", "  3: 2", "22: spark: keys must be text; quote it: got 3"),
    # A value of the wrong type or outside what AWS accepts.
    (
        '"111111111111"',
        "012345678901",
        "3: account: must be text of 12 digits; quote the account id: got 012345678901",
    ),
    (
        '"111111111111"',
        '"1111"',
        "3: account: must match pattern '^[0-9]{12}$': got '1111'",
    ),
    ("  workers: 2", '  workers: "2"', "22: spark.workers: must be a valid integer: got '2'"),
    ("  workers: 2", "  workers:", "22: spark.workers: must be a valid integer: got nothing"),
    (
        "  workers: 2",
        "  workers: 1",
        "22: spark.workers: must be greater than or equal to 2: got 1",
    ),
    (
        "G.1X",
        "G1.X",
        "21: spark.worker_type: must be 'G.1X', 'G.2X', 'G.4X', 'G.8X', 'G.12X', 'G.16X', 'R.1X', "
        "'R.2X', 'R.4X' or 'R.8X': got 'G1.X'; did you mean 'G.1X'?",
    ),
    (
        "log_retention_days: 30",
        "log_retention_days: 100",
        "19: functions.log_retention_days: must be 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, "
        "400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653: got 100; did you mean '90'?",
    ),
    (
        "region: us-east-1\nrec",
        "region: us-esat-1\nrec",
        "4: region: must be an AWS region: got 'us-esat-1'; did you mean 'us-east-1'?",
    ),
    (
        "recovery_region: null",
        "recovery_region: us-east-1",
        "5: recovery_region: must differ from region; use null for no second region: "
        "got 'us-east-1'",
    ),
    (
        "protocol: email",
        "protocol: e-mail",
        "29: alerts.subscribers[0].protocol: must be 'email', 'https' or 'sqs': got 'e-mail'; "
        "did you mean 'email'?",
    ),
    (
        "endpoint: data@example.com",
        "endpoint: nobody",
        "30: alerts.subscribers[0].endpoint: must be an e-mail address for protocol email: "
        "got 'nobody'",
    ),
    # Values that do not fit each other.
    (
        "environment: dev",
        "environment: prod",
        "2: environment: must equal the file's name: got 'prod'; did you mean 'dev'?",
    ),
    (
        "  lease_minutes: 195",
        "  lease_minutes: 180",
        "26: pipeline.lease_minutes: must be more than timeout_minutes 180, because a second run "
        "takes over when the lease ends and would write beside the first: got 180",
    ),
    (
        "  timeout_minutes: 60",
        "  timeout_minutes: 180",
        "25: pipeline.timeout_minutes: must be more than spark.timeout_minutes 180, because a run "
        "waits for its Glue job: got 180",
    ),
    # A file that cannot be read as YAML at all.
    (
        "  workers: 2",
        "  workers: [2",
        "23: yaml: is not valid YAML, expected ',' or ']', but got ':' while parsing a flow "
        "sequence from line 22: got 'timeout_minutes: 60'",
    ),
    (
        "  workers: 2",
        "\tworkers: 2",
        r"22: yaml: is not valid YAML, found character '\t' that cannot start any token while "
        "scanning for the next token: got 'workers: 2'",
    ),
]


@pytest.mark.parametrize(("old", "new", "message"), ONE_PROBLEM)
def test_a_mistake_is_exactly_one_line_with_its_place_and_the_nearest_name(
    written: Written, old: str, new: str, message: str
) -> None:
    assert DEV.count(old) == 1

    assert complaint(written(DEV.replace(old, new))) == f"{DEV_FILE}:{message}"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "1: file: must hold a mapping: got an empty file"),
        (b"# only a comment\n", "1: file: must hold a mapping: got an empty file"),
        (b"- a list\n", "1: document: must be a mapping: got a list"),
        (b"project: x\nowner: Jos\xe9\n", "2: file: must be UTF-8 text; save it as UTF-8: "
         "got byte 0xe9"),
        (b"project: x\nowner: \x01\n", "2: yaml: must hold printable text only: got character 1"),
        (b"a: 1\n---\nb: 2\n", "2: yaml: is not valid YAML, but found another document expected a "
         "single document in the stream from line 1: got '---'"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_settings_file_is_one_line(
    written: Written, content: bytes, message: str
) -> None:
    assert complaint(written(content)) == f"{DEV_FILE}:{message}"


def test_several_problems_are_one_line_each_in_the_order_of_the_file(written: Written) -> None:
    content = (
        DEV.replace("workers: 2", "workers: 0")
        .replace('"111111111111"', "111111111111")
        .replace("intelligent_tiering", "inteligent_tiering")
    )

    lines = complaint(written(content)).splitlines()

    assert [line.split(": ")[:2] for line in lines] == [
        [f"{DEV_FILE}:3", "account"],
        [f"{DEV_FILE}:14", "storage.processed.inteligent_tiering"],
        [f"{DEV_FILE}:22", "spark.workers"],
    ]


def test_the_error_carries_its_problems_as_values_for_other_tools(written: Written) -> None:
    with pytest.raises(SettingsError) as raised:
        load_settings("dev", written(DEV.replace("workers: 2", "workerz: 2")))

    (problem,) = raised.value.problems
    assert (problem.file, problem.line, problem.field) == (DEV_FILE, 22, "spark.workerz")
    assert (problem.value, problem.nearest) == ("2", "workers")


def test_a_folder_named_like_an_environment_is_said_to_be_unreadable(written: Written) -> None:
    root = written(DEV)
    (root / DEV_FILE).unlink()
    (root / DEV_FILE).mkdir()

    assert complaint(root) == f"{DEV_FILE}:1: file: cannot be read: got Is a directory"


def test_a_byte_order_mark_is_no_problem(written: Written) -> None:
    assert load_settings("dev", written(b"\xef\xbb\xbf" + DEV.encode())).project == "strata"
