"""Random bytes in random dialects: no file ends a run, and every record is in exactly one place.

Many files are one run, so that Spark is started once for all examples of a dialect.
"""

import gzip
import json
import random
from collections import Counter
from typing import Any

import pytest
from backports import zstd
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.spark.support import Lake

FILES = 40
DIALECTS: list[dict[str, Any]] = [
    {},
    {"multiline": True, "line_end": "lf"},
    {"delimiter": ";", "quote": "'", "escape": "\\", "decimal_separator": ",", "comment": "#"},
    {"delimiter": "\t", "quote": "", "line_end": "crlf", "null_values": ["NA"]},
    {"delimiter": "|", "multiline": True, "escape": "\\", "encoding": "windows-1252"},
    {"header": False, "skip_lines": 1, "encoding": "UTF-16"},
]
PIECES = [b"1", b"23", b"Ada", b"3.5", b"\xc3\xa9", b"\xff", b"\0", b"\\", b'"', b"'", b" ", b"#"]
GOOD_ENDS = {"any": b"\n", "lf": b"\n", "crlf": b"\r\n", "cr": b"\r"}


def _dice(number: int) -> random.Random:
    """Give the same throws each time."""
    return random.Random(number)  # noqa: S311 - not for secrets


def _text(dice: random.Random, raw: dict[str, Any]) -> bytes:
    """Give fields, line ends and noise of a dialect, more often than not as they should be."""
    delimiter = raw.get("delimiter", ",").encode()
    end = GOOD_ENDS[raw.get("line_end", "any")]
    parts = (
        [] if raw.get("header") is False else [delimiter.join((b"id", b"customer", b"amount")), end]
    )
    for number in range(dice.randrange(12)):
        if dice.random() < 0.5:
            parts += [delimiter.join((str(number).encode(), b"Ada", b"1")), end]
            continue
        noise = [delimiter, end, b"\n", b"\r", *PIECES]
        parts += [dice.choice(noise) for _ in range(dice.randrange(1, 15))]
    return b"".join(parts)


def _body(dice: random.Random, raw: dict[str, Any]) -> bytes:
    if dice.random() < 0.15:
        return dice.randbytes(dice.randrange(200))
    body = _text(dice, raw)
    if raw.get("encoding") == "UTF-16":
        body = body.decode("latin-1").encode("utf-16") + dice.choice([b"", b"", b"\xd8"])
    body = dice.choice([bytes, bytes, gzip.compress, zstd.compress])(body)
    return body[: dice.randrange(len(body) + 1)] if dice.random() < 0.1 else body


def _arrive(lake: Lake, bodies: list[bytes]) -> Counter[str]:
    """Have all arrive; gives how many files were accepted and rejected by which rule."""
    found: Counter[str] = Counter()
    for number, body in enumerate(bodies):
        name = _dice(number).choice(["a.csv", "a.gz", "a.zst", "a"])
        fault = lake.arrive(f"{number}/{name}", body, registered_at=f"{number:06}")
        found[fault.partition(":")[0] if fault else "accepted"] += 1
    return found


def _check(lake: Lake, report: dict[str, Any]) -> None:
    """Every row that was read is in exactly one place, and its file and line are known."""
    places = ("rows_good", "rows_quarantined", "rows_deduplicated")
    assert report["rows_in"] == sum(report[place] for place in places)
    assert report["rows_in"] == sum(file["rows_in"] for file in report["files"])
    assert len(report["files"]) == len(lake.inputs)
    if report["rows_quarantined"]:
        rows = lake.quarantined()
        assert len(rows) == report["rows_quarantined"]
        assert all(row["source_key"] and row["source_line"] and row["rule_ids"] for row in rows)
        lines = [(row["source_key"], row["source_line"]) for row in rows]
        assert len(set(lines)) == len(lines)


@pytest.mark.parametrize("number", range(len(DIALECTS)))
def test_random_csv_in_any_dialect_loses_no_row(lake: Lake, number: int) -> None:
    raw = DIALECTS[number]
    lake.contract["raw"] |= raw
    dice = _dice(number)
    found = _arrive(lake, [_body(dice, raw) for _ in range(FILES)])
    assert found["accepted"] > FILES / 4, found
    assert found["accepted"] < FILES, found
    _check(lake, lake.stage())


@pytest.mark.parametrize("number", [0, 2, 3])
def test_the_number_of_rows_is_that_of_an_independent_reading(lake: Lake, number: int) -> None:
    """Where no line end can hide in quotes, each line is a record or of a kind that is none."""
    raw = DIALECTS[number]
    lake.contract["raw"] |= raw
    dice = _dice(number)
    expected = {}
    for file in range(FILES):
        body = _text(dice, raw)
        if lake.arrive(f"{file}.csv", body) is None:
            lines = _lines(body, raw)
            header = next(line for line in lines if line)
            others = [line for line in lines if line and line != header]
            comment = raw.get("comment")
            expected[f"{lake.name}/{file}.csv"] = sum(
                not (comment and line.startswith(comment.encode())) for line in others
            )
    report = lake.stage()
    assert {file["key"]: file["rows_in"] for file in report["files"]} == expected
    assert report["rows_good"]
    assert report["rows_quarantined"]


def _lines(body: bytes, raw: dict[str, Any]) -> list[bytes]:
    if raw.get("line_end", "any") != "any":
        return body.split(GOOD_ENDS[raw["line_end"]])
    return body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
_MEMBERS = st.sampled_from(["id", "customer", "amount", "other"])
_RECORDS = st.dictionaries(_MEMBERS, _SCALARS | st.lists(_SCALARS, max_size=2), max_size=4)
_LINES = st.one_of(
    _RECORDS.map(lambda record: json.dumps(record).encode()),
    _RECORDS.map(lambda record: json.dumps(record, ensure_ascii=False).encode("utf-8", "replace")),
    st.binary(max_size=20).map(lambda text: text.replace(b"\n", b"").replace(b"\r", b"")),
    st.text(alphabet='{}[]":,\\u0eE.', max_size=20).map(str.encode),
)


@pytest.mark.parametrize("kind", ["jsonl", "json"])
def test_random_json_loses_no_record(lake: Lake, kind: str) -> None:
    lake.contract["raw"]["format"] = kind
    bodies: list[bytes] = []

    @seed(2013)
    @settings(
        max_examples=FILES, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.lists(_LINES, max_size=6))
    def draw(lines: list[bytes]) -> None:
        if kind == "json":
            bodies.append(b"[" + b", ".join(lines) + b"]")
        else:
            bodies.append(b"\n".join([b'{"id": 1}', *lines]))

    draw()
    found = _arrive(lake, bodies)
    assert found["accepted"] > 1, found
    report = lake.stage()
    _check(lake, report)
    if kind == "jsonl":
        accepted = {int(file["key"].split("/")[1]): file["rows_in"] for file in report["files"]}
        for number, rows in accepted.items():
            assert rows == sum(line != b"" for line in bodies[number].split(b"\n")), bodies[number]
