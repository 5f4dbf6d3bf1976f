"""Destroying says first what goes and what stays, as the templates say it."""

import shutil

import pytest

from strata import destruction
from strata.destruction import HOLDS_DATA, destroy, plan_lines, read_plans
from strata.errors import StrataError

ZONES = {"raw", "processed", "curated", "quarantine", "artifacts", "access-logs"}
KEEPS = ("AWS::S3::Bucket", "AWS::KMS::Key", "AWS::DynamoDB::GlobalTable", "AWS::Glue::Database")


@pytest.fixture
def templates(synthesise, monkeypatch, tmp_path):
    """Let `destroy` find the templates that were synthesised for the other tests."""

    def copy(environment, folder):
        shutil.copytree(synthesise(environment).folder, folder)

    monkeypatch.setattr(destruction, "synthesise", copy)
    monkeypatch.setattr(destruction, "state_folder", lambda: tmp_path)


@pytest.fixture
def commands():
    """Give the list that `run` writes commands to."""
    return []


def act(environment, commands, *, answer="", code=0, **options):
    """Destroy with an answer at hand; give what was said."""
    said = []

    def run(command):
        commands.append(command)
        return code

    destroy(environment, tell=said.append, ask=lambda _text: answer, run=run, **options)
    return said


@pytest.mark.parametrize(("environment", "stays"), [("prod", True), ("local", False)])
def test_data_stays_exactly_where_the_environment_retains_it(synthesise, environment, stays):
    items = [item for plan in read_plans(synthesise(environment).folder) for item in plan.items]
    data = [item for item in items if item.kind in KEEPS]
    assert {item.kind for item in data} == set(KEEPS)
    assert {item.stays for item in data} == {stays}


def test_every_zone_of_both_regions_is_told_by_its_bucket_name(prod):
    settings = prod.settings
    lines = plan_lines("prod", read_plans(prod.folder))
    start = f"  stays: bucket {settings.prefix}-"
    told = {line.removeprefix(start) for line in lines if line.startswith(start)}
    regions = (settings.region, settings.recovery_region)
    assert told == {f"{zone}-{settings.account}-{region}" for zone in ZONES for region in regions}


def test_stacks_are_told_in_the_order_in_which_they_go(prod):
    names = [plan.name for plan in read_plans(prod.folder)]
    prefix = prod.settings.prefix
    assert names.index(f"{prefix}-processing") < names.index(f"{prefix}-storage")


def test_every_resource_is_told(lake):
    plans = read_plans(lake.folder)
    templates = sum(len(template["Resources"]) for template in lake.templates.values())
    assert sum(len(plan.items) for plan in plans) >= templates
    lines = "\n".join(plan_lines("any", plans))
    for kind in {item.kind for plan in plans for item in plan.items} - set(HOLDS_DATA):
        assert f" {kind}" in lines


@pytest.mark.usefixtures("templates")
def test_a_plan_asks_and_destroys_nothing(commands):
    said = act("prod", commands, plan_only=True, answer="prod")
    assert any(line.startswith("  stays: bucket") for line in said)
    assert commands == []


@pytest.mark.usefixtures("templates")
@pytest.mark.parametrize("answer", ["", "yes", "y", "prod", "Dev"])
def test_another_answer_than_the_environments_name_destroys_nothing(commands, answer):
    assert act("dev", commands, answer=answer)[-1] == "Nothing was destroyed."
    assert commands == []


@pytest.mark.usefixtures("templates")
@pytest.mark.parametrize("given", [{"answer": "dev"}, {"without_asking": True}])
def test_the_templates_that_were_shown_are_destroyed_after_confirmation(commands, tmp_path, given):
    act("dev", commands, **given)
    (command,) = commands
    assert command[1:4] == ["destroy", "--all", "--force"]
    assert command[-2:] == ["--app", str(tmp_path / "destroy" / "dev")]


@pytest.mark.usefixtures("templates")
@pytest.mark.parametrize(
    ("environment", "options", "said"),
    [
        ("prod", {"without_asking": True}, "prod is production, destroyed by people only"),
        ("prod", {"answer": "prod"}, "termination protection is on, so nothing was destroyed"),
        ("local", {"answer": "local"}, "strata down"),
    ],
)
def test_what_may_not_be_destroyed_is_refused_before_the_cdk_runs(
    commands, environment, options, said
):
    with pytest.raises(StrataError, match=said):
        act(environment, commands, **options)
    assert commands == []


@pytest.mark.usefixtures("templates")
def test_a_destruction_that_fails_is_an_error(commands):
    with pytest.raises(StrataError, match="cdk destroy failed"):
        act("dev", commands, answer="dev", code=1)


@pytest.mark.usefixtures("templates")
def test_nobody_to_ask_is_an_error_that_names_the_way_for_scripts():
    def nobody(_text):
        raise EOFError

    with pytest.raises(StrataError, match="--yes"):
        destroy("dev", tell=lambda _line: None, ask=nobody, run=lambda _command: 0)
