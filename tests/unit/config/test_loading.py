"""An environment is loaded from its file, and a file that cannot be used says why."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.loading import SettingsError, available_environments, load_settings
from config.settings import Settings

DEV_FILE = "config/environments/dev.yaml"
Written = Callable[[str | bytes], Path]
Complaint = Callable[..., str]


def test_a_valid_file_becomes_frozen_settings_with_defaults_for_what_it_leaves_out(
    dev: str, written: Written
) -> None:
    settings = load_settings("dev", written(dev))

    assert isinstance(settings, Settings)
    assert (settings.environment, settings.prefix) == ("dev", "strata-dev")
    assert settings.storage.raw.expire_after_days == 365
    assert settings.retain_data is True, "data is kept unless the file says otherwise"
    assert settings.alerts.subscribers[0].endpoint == "data@example.com"
    with pytest.raises(ValueError, match="frozen"):
        settings.region = "eu-west-1"


def test_environments_are_the_files_that_exist(dev: str, written: Written) -> None:
    assert available_environments(written(dev)) == ("dev", "prod", "staging")


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
    dev: str, complaint: Complaint, environment: str | None, message: str
) -> None:
    assert complaint(dev, environment) == message


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
    complaint: Complaint, content: bytes, message: str
) -> None:
    assert complaint(content) == f"{DEV_FILE}:{message}"


def test_several_problems_are_one_line_each_in_the_order_of_the_file(
    dev: str, complaint: Complaint
) -> None:
    content = (
        dev.replace("workers: 2", "workers: 0")
        .replace('"111111111111"', "111111111111")
        .replace("intelligent_tiering", "inteligent_tiering")
    )

    lines = complaint(content).splitlines()

    assert [line.split(": ")[:2] for line in lines] == [
        [f"{DEV_FILE}:3", "account"],
        [f"{DEV_FILE}:14", "storage.processed.inteligent_tiering"],
        [f"{DEV_FILE}:22", "spark.workers"],
    ]


def test_the_error_carries_its_problems_as_values_for_other_tools(
    dev: str, written: Written
) -> None:
    with pytest.raises(SettingsError) as raised:
        load_settings("dev", written(dev.replace("workers: 2", "workerz: 2")))

    (problem,) = raised.value.problems
    assert (problem.file, problem.line, problem.field) == (DEV_FILE, 22, "spark.workerz")
    assert (problem.value, problem.nearest) == ("2", "workers")


def test_a_folder_named_like_an_environment_is_said_to_be_unreadable(
    dev: str, written: Written
) -> None:
    root = written(dev)
    (root / DEV_FILE).unlink()
    (root / DEV_FILE).mkdir()

    with pytest.raises(SettingsError) as raised:
        load_settings("dev", root)
    assert str(raised.value) == f"{DEV_FILE}:1: file: cannot be read: got Is a directory"


def test_a_byte_order_mark_is_no_problem(dev: str, written: Written) -> None:
    assert load_settings("dev", written(b"\xef\xbb\xbf" + dev.encode())).project == "strata"
