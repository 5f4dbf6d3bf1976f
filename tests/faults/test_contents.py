"""Faults inside files: what is good is loaded, and what is not is kept aside with its reason."""

import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from strata.page import write_page
from strata.quarantine.exporting import export
from strata.quarantine.selection import Selection
from strata.quarantine.zone import Quarantine
from strata.query import query
from tests.faults.feed import HEADER, Feed, Row, csv, line
from tests.faults.support import Ending, assert_survived

GetFeed = Callable[[str], Feed]
PUBLISHED = Ending("published", notice="run_published")


def as_parquet(*records: Row) -> bytes:
    """Give the records as a Parquet file of the contract's columns."""
    rows = [
        {"id": order, "amount": amount, "day": None, "note": f"order {order}"}
        for order, amount in records
    ]
    fields = [("id", pa.int64()), ("amount", pa.int32()), ("day", pa.date32())]
    schema = pa.schema([*fields, ("note", pa.string())])
    target = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(rows, schema=schema), target)
    return target.getvalue()


def statuses(feed: Feed) -> dict[str, str]:
    """Give what became of each file."""
    return {one["key"].rpartition("/")[2]: one["status"] for one in feed.arrivals()}


def reasons(feed: Feed) -> dict[str, list[str]]:
    """Give the rules that each quarantined record broke, by the start of the record."""
    return {row["raw_record"].split(",")[0]: row["rule_ids"] for row in feed.quarantined()}


@pytest.mark.fault(12, by="run")
def test_columns_are_matched_by_name_and_other_ones_are_refused_with_the_difference(
    feed: GetFeed,
) -> None:
    orders = feed("headers")
    orders.put_all(
        only_csv=f"{HEADER}\n".encode(),
        missing_csv=f"{line(1)}\n{line(2)}\n".encode(),
        renamed_csv=csv((3, 3), header="id,amount,day,notes"),
        added_csv=csv(line(4) + ",x", header=f"{HEADER},extra"),
        removed_csv=csv("5,1,2026-01-01", header="id,amount,day"),
        reordered_csv=b"note,day,amount,id\nsix,2026-01-06,6,6\n",
    )
    assert statuses(orders) == {
        "only.csv": "rejected",
        "missing.csv": "rejected",
        "renamed.csv": "rejected",
        "added.csv": "rejected",
        "removed.csv": "rejected",
        "reordered.csv": "published",
    }
    told = json.dumps(orders.notices())
    for said in ("did you mean 'note'?", "unexpected: 'extra'", "missing: 'note'", "header_only"):
        assert said in told
    assert_survived(orders, Ending(status="rejected"), PUBLISHED, rows=[(6, 6)])


@pytest.mark.fault(12, by="run")
@pytest.mark.parametrize("mode", ["additive", "permissive"])
def test_the_contracts_evolution_says_which_columns_may_differ(feed: GetFeed, mode: str) -> None:
    orders = feed(mode)
    orders.put_all(
        fewer_csv=csv("1,1,2026-01-01", header="id,amount,day"),
        more_csv=csv(line(2) + ",x", header=f"{HEADER},extra"),
    )
    takes_more = mode == "permissive"
    assert statuses(orders)["fewer.csv"] == "published"
    assert statuses(orders)["more.csv"] == ("published" if takes_more else "rejected")
    rows = [(1, 1), (2, 1)] if takes_more else [(1, 1)]
    assert_survived(orders, rows=rows)


@pytest.mark.fault(13, by="run")
def test_files_are_what_their_bytes_say_whatever_they_are_called(feed: GetFeed) -> None:
    orders = feed("disguised")
    packed = gzip.compress(csv((1, 1)))
    orders.put_all(
        document_csv=b'[{"id": 2, "amount": 2}]\n',
        packed_csv=packed,
        cut_gz=gzip.compress(csv(*((number, 1) for number in range(100, 400))))[:-200],
        table_csv=as_parquet((3, 3)),
    )
    assert statuses(orders) == {
        "document.csv": "rejected",
        "packed.csv": "published",
        "cut.gz": "rejected",
        "table.csv": "rejected",
    }
    told = Ending(status="rejected", notice="run_published", says="Parquet")
    assert_survived(orders, told, rows=[(1, 1)])


@pytest.mark.fault(13, by="run")
def test_a_parquet_file_that_is_none_or_was_cut_is_rejected(feed: GetFeed) -> None:
    orders = feed("parquet_in")
    whole = as_parquet((1, 1), (2, 2))
    orders.put_all(
        whole_parquet=whole, text_parquet=csv((3, 3)), cut_parquet=as_parquet((4, 4))[:-40]
    )
    assert statuses(orders) == {
        "whole.parquet": "published",
        "text.parquet": "rejected",
        "cut.parquet": "rejected",
    }
    told = Ending(status="rejected", notice="run_published", says="Parquet")
    assert_survived(orders, told, rows=[(1, 1), (2, 2)], make=as_parquet)


@pytest.mark.fault(14, by="run")
def test_damaged_records_are_put_aside_with_their_place_and_the_others_go_on(
    feed: GetFeed,
) -> None:
    orders = feed("damaged")
    records = [
        line(1),
        "2,1,2026-01-02",
        "3,1,2026-01-03,three,surplus",
        '4,1,2026-01-04,"never closed',
        line(5),
    ]
    text = "\r\n".join([HEADER, *records]).encode() + b"\r\n6,1,2026-01-06,caf\xe9\r\n"
    orders.put_all(damaged_csv=b"\xef\xbb\xbf" + text + line(7).encode())
    assert set(reasons(orders)) == {"2", "3", "4", "6"}
    places = {row["raw_record"][0]: row["source_line"] for row in orders.quarantined()}
    assert places == {"2": 3, "3": 4, "4": 5, "6": 7}
    told = Ending("published", notice="run_published", says="rows_quarantined")
    assert_survived(orders, told, rows=[(1, 1), (5, 1), (7, 1)])


@pytest.mark.fault(15, by="run")
def test_values_that_are_none_of_their_type_are_put_aside_by_the_rule(feed: GetFeed) -> None:
    orders = feed("typed")
    records = {
        "1": "1,1,2026-01-01,good,1.5,2026-03-08T02:30:00-05:00",
        "2": "2,many,2026-01-01,text in a number,1,",
        "3": "3,99999999999,2026-01-01,overflow,1,",
        "4": "4,1,2026-02-30,30 February,1,",
        "5": "5,1,2026-01-01,no number,NaN,",
        "6": "6,1,2026-01-01,infinite,Infinity,",
        "7": "7,1,2026-01-01,no time,1,2026-13-01T00:00:00Z",
        "8": "8,1,2026-01-01,without a zone it is UTC,1,2026-03-08T02:30:00",
    }
    orders.put_all(typed_csv=csv(*records.values(), header=f"{HEADER},rate,moment"))
    broken = reasons(orders)
    assert broken["2"] == broken["3"] == ["type:amount"]
    assert broken["4"] == ["type:day"]
    assert broken["7"] == ["type:moment"]
    assert set(broken) == {"2", "3", "4", "5", "6", "7"}
    found = query(orders.lake, "SELECT id, CAST(moment AS VARCHAR) AS moment FROM processed.typed")
    times = {row["id"]: row["moment"][:16] for row in found.to_pylist()}
    assert times == {1: "2026-03-08 07:30", 8: "2026-03-08 02:30"}
    told = Ending("published", notice="run_published")

    def next_file(row: Row) -> bytes:
        return csv(line(*row) + ",1,", header=f"{HEADER},rate,moment")

    assert_survived(orders, told, rows=[(1, 1), (8, 1)], make=next_file)


@pytest.mark.fault(16, by="run")
def test_there_is_one_row_for_a_key_whichever_way_it_comes_again(feed: GetFeed) -> None:
    orders = feed("keys")
    orders.put_all(first_csv=csv((1, 1), (2, 1), (2, 2), ",1,2026-01-01,no key"))
    orders.put_all(second_csv=csv((1, 10), (3, 3)), third_csv=csv((3, 30)))
    assert reasons(orders)[""] == ["required:id"]
    assert_survived(orders, PUBLISHED, rows=[(1, 10), (2, 2), (3, 30)])


@pytest.mark.fault(17, by="run")
def test_a_reference_to_nothing_counts_as_much_as_its_severity(feed: GetFeed) -> None:
    neighbour = feed("neighbour")
    neighbour.put_all(known_csv=csv((1, 1), (9_001, 1)))
    feeds = {severity: feed(f"refer_{severity}") for severity in ("warn", "quarantine", "fail")}
    for orders in feeds.values():
        orders.put("a.csv", csv((1, 1), (2, 1)))
    for orders in feeds.values():
        orders.settle()
    assert feeds["quarantine"].quarantined()[0]["rule_ids"] == ["order_known"]
    assert feeds["fail"].published() == []
    warned = Ending(notice="run_published", says="rows_good")
    assert_survived(feeds["warn"], warned, rows=[(1, 1), (2, 1)])
    assert_survived(feeds["quarantine"], PUBLISHED, rows=[(1, 1)])
    # The next run of the third takes its file again, and by then the neighbour knows the order
    neighbour.put_all(late_csv=csv((2, 1)))
    failed = Ending("failed", notice="run_failed", says="QualityFailed")
    assert_survived(feeds["fail"], failed, rows=[(1, 1), (2, 1)])


@pytest.mark.fault(18, by="run")
def test_a_file_of_bad_rows_alone_publishes_nothing_and_tells_it_as_critical(
    feed: GetFeed,
) -> None:
    orders = feed("hopeless")
    (run,) = orders.put_all(bad_csv=csv("a,1,2026-01-01,x", "b,1,2026-01-01,y"))
    assert (float(run["score"]), run["rows_quarantined"]) == (0.0, 2)
    (notice,) = [one for one in orders.notices() if one["notice"] == "batch_quarantined"]
    assert notice["severity"] == "critical"
    assert len(orders.quarantined()) == 2
    assert_survived(orders, Ending("quarantined", notice="batch_quarantined"), rows=[])


@pytest.mark.fault(19, by="run")
def test_a_score_at_the_threshold_is_enough_and_one_just_under_it_is_not(feed: GetFeed) -> None:
    orders = feed("threshold")

    def with_good(count: int, first: int) -> list[Any]:
        good = [(first + number, 1) for number in range(count)]
        return [*good, *("x,1,2026-01-01,bad" for _ in range(100 - count))]

    (under,) = orders.put_all(under_csv=csv(*with_good(74, first=1)))
    assert (under["outcome"], float(under["score"])) == ("quarantined", 0.74)
    *_, at = orders.put_all(at_csv=csv(*with_good(75, first=201)))
    assert (at["outcome"].split("_")[0], float(at["score"])) == ("published", 0.75)
    quarantined = Ending("quarantined", notice="batch_quarantined", says="0.74")
    assert_survived(orders, quarantined, rows=[(201 + number, 1) for number in range(75)])


@pytest.mark.fault(20, by="run")
def test_formulas_and_scripts_stay_text_wherever_they_are_shown(
    feed: GetFeed, tmp_path: Path
) -> None:
    orders = feed("formulas")
    formula, script = "=HYPERLINK(A1)", "<script>alert(1)</script>"
    orders.put_all(
        a_csv=csv(f"1,1,2026-01-01,{formula}", f"2,1,2026-01-01,{script}", f"=1+1,1,,{script}")
    )
    orders.put("<script>alert(2)</script>.csv", b"other\n1\n")
    orders.settle()
    notes = query(orders.lake, "SELECT note FROM processed.formulas ORDER BY id").to_pylist()
    assert [row["note"] for row in notes] == [formula, script]
    rows = Selection().rows(Quarantine(orders.lake, orders.name))
    export(rows, tmp_path / "bad.csv")
    assert "\"'=1+1" in (tmp_path / "bad.csv").read_text()
    page = write_page(orders.lake, tmp_path / "page.html").read_text()
    assert "<script>alert" not in page
    assert "formulas" in page
    assert_survived(orders, Ending(status="rejected"), PUBLISHED, rows=[(1, 1), (2, 1)])
