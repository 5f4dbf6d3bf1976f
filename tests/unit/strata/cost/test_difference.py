"""What a month costs more or less than another."""

import json
import shutil
import subprocess
from dataclasses import replace

import pytest

from strata.cli import main
from strata.cost.difference import Difference
from strata.cost.estimate import estimate
from strata.cost.markdown import difference_as_markdown, estimate_as_markdown
from strata.cost.sides import known_to
from strata.cost.wording import difference_as_json
from strata.paths import ROOT
from tests.unit.strata.cost.lakes import TODAY, contracts, lake, month, resource
from tests.unit.strata.cost.test_estimate import inputs

SNAPSHOTS = ROOT / "tests" / "snapshots"
KEY = resource("AWS::KMS::Key")
ALARM = resource("AWS::CloudWatch::Alarm", MetricName="Errors")


def test_the_greatest_change_comes_first_and_what_stays_is_left_out():
    dashboards = [resource("AWS::CloudWatch::Dashboard")] * 2
    difference = Difference("main", month(lake(KEY, ALARM)), month(lake(KEY, KEY, *dashboards)))
    assert [(one.name, round(one.more.expected, 2)) for one in difference.by("service")] == [
        ("CloudWatch", 5.90),
        ("KMS", 1.00),
    ]
    assert round(difference.total.more.expected, 2) == 6.90


def test_markdown_answers_in_its_first_line():
    told = difference_as_markdown(Difference("main", month(lake(KEY)), month(lake(KEY, ALARM))))
    first, *rest = told.splitlines()
    assert first == (
        "**test**: 1.10 US dollars a month, **0.10 more** than main (1.00); 0.10 more in the low "
        "case, 0.10 more in the high one."
    )
    assert "| CloudWatch | 0.00 | 0.10 | 0.10 more |" in rest
    assert "| the lake itself | 1.00 | 1.10 | 0.10 more |" in rest
    fewer = difference_as_markdown(Difference("main", month(lake(KEY, KEY)), month(lake(KEY))))
    assert "**1.00 less** than main (2.00)" in fewer


def test_markdown_says_that_nothing_changes():
    told = difference_as_markdown(Difference("main", month(lake(KEY)), month(lake(KEY))))
    assert told.startswith("**test**: 1.00 US dollars a month, as main.\n")


def test_what_is_unpriced_on_the_new_side_is_told_with_the_difference():
    new = month(lake(KEY, resource("AWS::EC2::NatGateway")))
    assert "UNPRICED: 1 × AWS::EC2::NatGateway" in difference_as_markdown(
        Difference("main", month(lake(KEY)), new)
    )


def test_usage_of_a_dataset_that_one_side_lacks_is_left_out_there():
    full = inputs("prod")
    old = replace(full.lake, contracts=contracts("flights", "fleet_age"))
    usage = known_to(old, full.usage)
    assert set(usage.datasets) == {"flights"}
    assert set(usage.products) == {"fleet_age"}
    before = estimate(replace(full, lake=old, usage=usage), TODAY)
    difference = Difference("main", before, estimate(full, TODAY))
    assert "weather" in {one.name for one in difference.by("owner")}
    told = difference_as_json(difference)
    assert told["total_usd"]["change"]["expected"] > 0
    assert told["by_dataset"]["weather"]["before"]["expected"] == 0


def test_an_estimate_as_markdown_adds_up_to_its_last_row():
    made = month(lake(KEY, ALARM))
    assert "| **all** | **1.10** | **1.10** | **1.10** |" in estimate_as_markdown(made, [], 1)


def cost(*arguments: str) -> None:
    """Run `strata cost` on the reviewed templates of dev."""
    main(["cost", "--env", "dev", *arguments])


def test_two_folders_of_templates_are_compared(tmp_path, capsys):
    other = tmp_path / "dev"
    shutil.copytree(SNAPSHOTS / "dev", other)
    stack = other / "Governance.json"
    template = json.loads(stack.read_text())
    template["Resources"]["Key"] = {"Type": "AWS::KMS::Key", "Properties": {}}
    stack.write_text(json.dumps(template))
    cost("--assembly", str(SNAPSHOTS / "dev"), "--against", str(other))
    said = capsys.readouterr().out
    assert f"dev beside {other}: US dollars a month, as expected, by service" in said
    assert "1.00 less" in said


def test_a_revision_is_compared_by_its_reviewed_templates_and_contracts(tmp_path, capsys):
    file = tmp_path / "cost.md"
    cost("--against", "HEAD", "--format", "markdown", "--output", str(file))
    changed = subprocess.run(
        ["git", "status", "--porcelain", "tests/snapshots/dev", "contracts"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    told = file.read_text()
    assert told.startswith("**dev**: ")
    assert changed or "US dollars a month, as revision HEAD." in told
    assert "The estimate is written" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--against", "dev"), "--against dev: is the same environment"),
        (("--against", "stagign"), "must be an environment (dev, local, prod, staging), a folder"),
        (("--output", "x.md"), "--output: text is for the terminal"),
        (("--env", "prod", "--assembly", "x"), "--assembly: is of one environment"),
    ],
)
def test_what_cannot_be_compared_is_told(arguments, words, capsys, tmp_path):
    given = arguments if "--assembly" in arguments or "--output" in arguments else (
        *arguments, "--assembly", str(SNAPSHOTS / "dev"),
    )  # fmt: skip
    with pytest.raises(SystemExit):
        cost(*given)
    assert words in capsys.readouterr().err
