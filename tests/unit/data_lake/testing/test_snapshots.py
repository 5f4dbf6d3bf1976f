"""A difference from a snapshot names the resource, the property and both values."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from data_lake.testing import SnapshotMismatchError, assert_snapshot, differences
from data_lake.testing.snapshots import UPDATE

LAKE: dict[str, Any] = {
    "Resources": {
        "Raw": {
            "Type": "AWS::S3::Bucket",
            "DeletionPolicy": "Retain",
            "Properties": {"Rules": [{"Id": "old", "Days": 30}, {"Id": "uploads", "Days": 7}]},
        },
        "Audit": {"Type": "AWS::DynamoDB::GlobalTable"},
    },
    "Outputs": {"RawName": {"Value": "raw"}},
}


@pytest.fixture(autouse=True)
def _nobody_asks_for_an_update(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(UPDATE, raising=False)


def changed(*path: str | int, value: object) -> dict[str, Any]:
    """Give the template with one value changed, or taken out by `...`."""
    template = copy.deepcopy(LAKE)
    place: Any = template
    for step in path[:-1]:
        place = place[step]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return template


RULES = ("Resources", "Raw", "Properties", "Rules")


@pytest.mark.parametrize(
    ("template", "said"),
    [
        (
            changed("Resources", "Raw", "DeletionPolicy", value="Delete"),
            'Resources.Raw (AWS::S3::Bucket) DeletionPolicy: was "Retain", is "Delete"',
        ),
        (
            changed(*RULES, 0, "Days", value=3),
            "Resources.Raw (AWS::S3::Bucket) Properties.Rules[0].Days: was 30, is 3",
        ),
        (
            changed(*RULES, 0, value=...),
            "Resources.Raw (AWS::S3::Bucket) Properties.Rules: lost the item "
            '{"Id": "old", "Days": 30}',
        ),
        (
            changed(*RULES, value=[*LAKE["Resources"]["Raw"]["Properties"]["Rules"], {"Id": "x"}]),
            'Resources.Raw (AWS::S3::Bucket) Properties.Rules[2]: was added: {"Id": "x"}',
        ),
        (
            changed("Resources", "Raw", "Properties", "Name", value="raw"),
            'Resources.Raw (AWS::S3::Bucket) Properties.Name: was added: "raw"',
        ),
        (
            changed("Resources", "Raw", "Properties", value=...),
            "Resources.Raw (AWS::S3::Bucket) Properties: was removed: "
            '{"Rules": [{"Id": "old", "Days": 30}, {"Id": "uploads", "Days": 7}]}',
        ),
        (
            changed("Resources", "Audit", value=...),
            "Resources.Audit (AWS::DynamoDB::GlobalTable): was removed",
        ),
        (
            changed("Resources", "Topic", value={"Type": "AWS::SNS::Topic"}),
            "Resources.Topic (AWS::SNS::Topic): was added",
        ),
        (changed("Outputs", value=...), "Outputs.RawName: was removed"),
        (changed("Description", value="A lake"), 'Description: was added: "A lake"'),
    ],
)
def test_each_difference_is_one_line(template: dict[str, Any], said: str) -> None:
    assert differences(LAKE, template) == [said]


def test_equal_templates_have_no_difference() -> None:
    assert differences(LAKE, copy.deepcopy(LAKE)) == []


def test_a_template_passes_against_the_snapshot_that_was_written_of_it(tmp_path: Path) -> None:
    file = tmp_path / "dev" / "Storage.json"
    assert_snapshot(LAKE, file, update=True)
    assert_snapshot(LAKE, file)
    assert json.loads(file.read_text())["Outputs"] == LAKE["Outputs"]


def test_a_changed_template_fails_with_what_differs_and_how_to_accept_it(tmp_path: Path) -> None:
    file = tmp_path / "Storage.json"
    assert_snapshot(LAKE, file, update=True)
    with pytest.raises(SnapshotMismatchError) as raised:
        assert_snapshot(changed("Resources", "Raw", "DeletionPolicy", value="Delete"), file)
    assert 'DeletionPolicy: was "Retain", is "Delete"' in str(raised.value)
    assert f"{UPDATE}=1" in str(raised.value)


def test_a_missing_snapshot_fails_and_is_not_written(tmp_path: Path) -> None:
    file = tmp_path / "Storage.json"
    with pytest.raises(SnapshotMismatchError, match="there is no such snapshot"):
        assert_snapshot(LAKE, file)
    assert not file.exists()


def test_many_differences_are_cut_and_counted(tmp_path: Path) -> None:
    file = tmp_path / "Storage.json"
    assert_snapshot({"Resources": {}}, file, update=True)
    topics = {f"Topic{number}": {"Type": "AWS::SNS::Topic"} for number in range(100)}
    with pytest.raises(SnapshotMismatchError, match=r"100 differences(.|\n)*and 60 more"):
        assert_snapshot({"Resources": topics}, file)


@pytest.mark.parametrize(("value", "written"), [("1", True), ("0", False), ("", False)])
def test_the_environment_asks_for_an_update(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str, written: bool
) -> None:
    monkeypatch.setenv(UPDATE, value)
    file = tmp_path / "Storage.json"
    if written:
        assert_snapshot(LAKE, file)
    else:
        with pytest.raises(SnapshotMismatchError):
            assert_snapshot(LAKE, file)
    assert file.exists() is written
