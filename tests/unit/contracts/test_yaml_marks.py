"""Every value knows its line, and YAML means what editors show."""

from pathlib import Path

import pytest

from data_lake.problems import DocumentError, nearest
from data_lake.yaml_marks import MarkedDocument, read_document


def document(tmp_path: Path, text: str) -> MarkedDocument:
    """Read ``text`` as the file a.yaml."""
    (tmp_path / "a.yaml").write_text(text)
    return read_document(tmp_path / "a.yaml", "a.yaml")


def refusal(tmp_path: Path, text: str) -> str:
    """Give the text of the error that reading raises."""
    with pytest.raises(DocumentError) as raised:
        document(tmp_path, text)
    return str(raised.value)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("NO", "NO"),
        ("off", "off"),
        ("2013-01-01", "2013-01-01"),
        ("12:30:45", "12:30:45"),
        ("0x10", "0x10"),
        ("010", 10),
        ("-5", -5),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("true", True),
        ("~", None),
        ("", None),
        ("'5'", "5"),
    ],
)
def test_a_plain_value_means_what_yaml_1_2_says(
    tmp_path: Path, written: str, value: object
) -> None:
    found = document(tmp_path, f"key: {written}\n").data["key"]

    assert (found, type(found)) == (value, type(value))


def test_a_place_has_the_line_of_its_key_and_an_absent_one_that_of_its_parent(
    tmp_path: Path,
) -> None:
    marked = document(tmp_path, "a:\n  b: 1\n  c:\n    - x\n    - d: 2\n")

    assert marked.line(["a", "b"]) == 2
    assert marked.line(["a", "c", 1, "d"]) == 5
    assert marked.line(["a", "missing", "deeper"]) == 1
    assert marked.line(["missing"]) == 1


def test_an_item_of_a_list_is_called_by_its_name_property_or_id(tmp_path: Path) -> None:
    marked = document(tmp_path, "a: [{name: n}, {property: p}, {id: i}, {other: o}, text]\n")

    assert [marked.field(["a", index, "x"]) for index in range(5)] == [
        "a[n].x",
        "a[p].x",
        "a[i].x",
        "a[3].x",
        "a[4].x",
    ]


def test_a_problem_is_one_line_however_long_the_value_is(tmp_path: Path) -> None:
    marked = document(tmp_path, "key: |\n  two\n  lines\nlong: " + "x" * 500 + "\n")

    assert "\n" not in str(marked.problem(["key"], "is wrong"))
    assert len(str(marked.problem(["long"], "is wrong"))) < 120


def test_an_anchor_may_be_merged_and_overridden_without_being_a_duplicate(tmp_path: Path) -> None:
    marked = document(tmp_path, "a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  y: 3\n")

    assert marked.data["b"] == {"x": 1, "y": 3}
    assert marked.line(["b", "y"]) == 4


def test_every_duplicate_key_is_said_with_the_line_of_the_first(tmp_path: Path) -> None:
    assert refusal(tmp_path, "a: 1\nb:\n  - c: 1\n    c: 2\na: 3\n").splitlines() == [
        "a.yaml:4: b[0].c: is given twice, first on line 3; keep one: got '2'",
        "a.yaml:5: a: is given twice, first on line 1; keep one: got '3'",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &a [*a]\n", "a.yaml:1: a[0]: must not contain itself: got an alias loop"),
        ("true: 1\n", "a.yaml:1: document: keys must be text; quote it: got true"),
        ("? [a]\n: 1\n", "a.yaml:1: document: keys must be text; quote it: got a collection"),
        ("a: " + "[" * 30_000, "a.yaml:1: yaml: is nested too deeply"),
    ],
)
def test_yaml_that_no_settings_or_contract_needs_is_refused(
    tmp_path: Path, text: str, message: str
) -> None:
    assert refusal(tmp_path, text) == message


@pytest.mark.parametrize(
    "text", ["a: !!python/object:os.system x\n", "a: !!int x\n", "a: " + "9" * 5000 + "\n"]
)
def test_a_value_that_cannot_be_built_is_a_problem_and_runs_nothing(
    tmp_path: Path, text: str
) -> None:
    assert refusal(tmp_path, text).startswith("a.yaml:1: yaml: ")


@pytest.mark.parametrize(
    ("word", "options", "expected"),
    [
        ("expire_days", ["expire_after_days", "archive_after_days"], "expire_after_days"),
        ("us-esat-1", ["us-west-1", "us-east-1"], "us-east-1"),
        ("WRITEMODE", ["writeMode", "raw"], "writeMode"),
        ("zebra", ["writeMode", "raw"], ""),
        (5, ["raw"], ""),
        ("x", [], ""),
    ],
)
def test_the_nearest_name_is_the_one_meant_or_none(
    word: object, options: list[str], expected: str
) -> None:
    assert nearest(word, options) == expected
