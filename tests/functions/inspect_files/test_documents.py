import json
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspect_files.documents import DocumentError, records_of


def _records(text, path=(), size=None):
    parts = [text] if size is None else [text[at : at + size] for at in range(0, len(text), size)]
    return list(records_of(parts, path))


@pytest.mark.parametrize("size", [None, 1, 2, 5])
def test_the_elements_of_an_array_are_records_as_they_were_written(size):
    text = (
        ' [ {"id": 1.50, "name": "a\\nb [,]\\""} ,\n{\n  "id": 12345678901234567890123\r\n}, 7 ]\n'
    )
    assert _records(text, size=size) == [
        '{"id": 1.50, "name": "a\\nb [,]\\""}',
        '{   "id": 12345678901234567890123  }',
        "7",
    ]


def test_a_document_of_one_object_is_one_record():
    assert _records('{"id": 1}\n') == ['{"id": 1}']


def test_an_empty_array_has_no_records():
    assert _records("[\n]") == []


@pytest.mark.parametrize("size", [None, 1])
def test_records_below_other_members_are_found_by_their_path(size):
    text = '{"next": null, "data": {"count": 2, "items": [{"id": 1}, {"id": 2}]}, "ok": [true]}'
    assert _records(text, ("data", "items"), size) == ['{"id": 1}', '{"id": 2}']


@pytest.mark.parametrize(
    ("text", "path", "reason"),
    [
        ('[{"id": 1}', (), r"character 11: expected '\]', it ends early"),
        ('[{"id": 1}, {"id"', (), "character 18: Expecting ':' delimiter"),
        ('[{"id": 1}, {"id": "a', (), "Unterminated string"),
        ('[{"id": 1},]', (), "character 12: Expecting value"),
        ('[{"id": 1} {"id": 2}]', (), r"character 12: expected '\]'"),
        ("", (), "it ends early"),
        ("[1] [2]", (), "character 5: more than one document"),
        ('{"id": 1}\n{"id": 2}', (), "is it JSON Lines"),
        ('{"itmes": []}', ("items",), "no member 'items'; did you mean 'itmes'"),
        ('{"data": 7}', ("data", "items"), "data is no object"),
        ('{"a": [1], "a": [2]}', ("a",), "two members 'a'"),
        ('{"a": [1]', ("a",), "expected"),
        ("[" * 100_000, (), "nests too deep"),
        ('{"a": [1], b: 2}', ("a",), "the name of a member"),
    ],
)
def test_what_is_not_one_whole_document_is_an_error_with_its_place(text, path, reason):
    for size in (None, 3 if len(text) < 1000 else None):
        with pytest.raises(DocumentError, match=reason):
            _records(text, path, size)


def test_a_value_without_end_does_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr("inspect_files.documents.RECORD_CHARACTERS", 1000)
    with pytest.raises(DocumentError, match="more than 1000 characters"):
        list(records_of(('"' if not part else "x" * 100 for part in range(10**6)), ()))


def test_a_large_document_is_read_record_by_record():
    record = json.dumps({"id": 1, "text": "x" * 1000})
    count = 50_000
    text = ("[" + record if not part else "," + record for part in range(count))
    ended = (piece for source in (text, ["]"]) for piece in source)
    tracemalloc.start()
    assert sum(1 for _ in records_of(ended, ())) == count
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * 1024 * 1024


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.lists(_JSON, max_size=5), st.integers(1, 50), st.sampled_from([None, 1]))
def test_any_array_comes_out_as_its_elements(values, size, indent):
    found = _records(json.dumps(values, indent=indent), size=size)
    assert [json.loads(record) for record in found] == values
    assert not any("\n" in record for record in found)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.text(alphabet='[]{}",:01eE.-\\untrfals \n', max_size=40), st.integers(1, 9))
def test_any_text_is_either_read_as_json_reads_it_or_refused(text, size):
    try:
        expected = json.loads(text)
    except (ValueError, RecursionError):
        with pytest.raises(DocumentError):
            _records(text, size=size)
        return
    records = [json.loads(record) for record in _records(text, size=size)]
    assert records == (expected if isinstance(expected, list) else [expected])
