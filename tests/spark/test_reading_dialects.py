"""How CSV files may be written, and that each way gives the same rows."""

from decimal import Decimal

import pytest

from tests.spark.support import Lake

ROWS = [(1, "Ada", Decimal("10.50")), (2, "Bob", Decimal("-3.00"))]


@pytest.mark.parametrize(
    ("raw", "content"),
    [
        ({"comment": "#"}, "# made by hand\nid,customer,amount\n1,Ada,10.5\n#2,\n2,Bob,-3\n"),
        ({"skip_lines": 2}, 'Report, of "today\n\nid,customer,amount\n1,Ada,10.5\n2,Bob,-3\n'),
        ({"decimal_separator": ",", "delimiter": ";"}, "id;customer;amount\n1;Ada;10,5\n2;Bob;-3"),
        ({"decimal_separator": ","}, 'id,customer,amount\n1,Ada,"10,50"\n2,Bob,"-3,0"\n'),
        ({"line_end": "cr"}, "id,customer,amount\r1,Ada,10.5\r2,Bob,-3\r"),
        ({"line_end": "crlf"}, "id,customer,amount\r\n1,Ada,10.5\r\n2,Bob,-3\r\n"),
        ({}, "id,customer,amount\r1,Ada,10.5\r\n2,Bob,-3\n"),
        ({"delimiter": "\t", "quote": ""}, "id\tcustomer\tamount\n1\tAda\t10.5\n2\tBob\t-3\n"),
        ({"header": False, "delimiter": "|"}, "1|Ada|10.5\n2|Bob|-3\n"),
        ({"delimiter": "§", "quote": "'"}, "id§customer§amount\n1§'Ada'§10.5\n2§Bob§-3\n"),
    ],
)
def test_each_dialect_gives_the_same_rows(lake: Lake, raw: dict[str, object], content: str) -> None:
    lake.contract["raw"] |= raw
    assert lake.arrive("a.csv", content.encode()) is None
    report = lake.run()
    assert lake.rows() == ROWS
    assert (report["rows_in"], report["rows_quarantined"]) == (2, 0)


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1", "windows-1252", "UTF-16", "UTF-16BE"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_each_encoding_gives_the_same_text(lake: Lake, encoding: str, mark: str) -> None:
    lake.contract["raw"]["encoding"] = encoding
    mark = mark if encoding.startswith("UTF") else ""
    text = f"{mark}id,customer,amount\r\n1,Renée – ß,1\r\n".replace(
        "–", "–" if encoding != "ISO-8859-1" else "-"
    )
    assert lake.arrive("a.csv", text.encode(encoding)) is None
    assert lake.run()["rows_quarantined"] == 0
    assert lake.rows("customer") == [(text.split(",")[-2],)]


def test_bytes_that_are_not_utf_16_are_a_bad_row_and_no_bad_file(lake: Lake) -> None:
    lake.contract["raw"]["encoding"] = "UTF-16LE"
    text = "id,customer,amount\n1,Ada,1\n2,\ud800,2\n3,Eve,3\n"
    assert lake.arrive("a.csv", text.encode("utf-16-le", "surrogatepass") + b"\n") is None
    report = lake.run()
    assert lake.rows("id") == [(1,), (3,)]
    assert [row["rule_ids"] for row in lake.quarantined()] == [["encoding"], ["encoding"]]
    assert report["rows_in"] == 4


def test_without_a_quote_quotes_are_ordinary_characters(lake: Lake) -> None:
    lake.contract["raw"] |= {"delimiter": "\t", "quote": ""}
    lake.arrive("a.tsv", b'id\tcustomer\tamount\n1\t"Ada" \\ "\t1\n2\t"\t2\n3\tx\n')
    lake.run()
    assert lake.rows("id", "customer") == [(1, '"Ada" \\ "'), (2, '"')]
    assert lake.reasons() == [("3\tx", ["malformed"])]


def test_a_point_is_no_decimal_comma_and_a_comma_no_part_of_an_integer(lake: Lake) -> None:
    lake.contract["raw"] |= {"decimal_separator": ",", "delimiter": ";"}
    lake.arrive("a.csv", b"id;customer;amount\n1;Ada;1.5\n2,0;Bob;2\n3;Eve;1.000,5\n4;Kim;,5\n")
    lake.run()
    assert lake.rows("id", "amount") == [(4, Decimal("0.50"))]
    assert [row["reasons"] for row in lake.quarantined()] == [
        ["column 'amount': value '1.5' is not decimal(10,2)"],
        ["column 'id': value '2,0' is not int"],
        ["column 'amount': value '1.000,5' is not decimal(10,2)"],
    ]


def test_another_line_end_than_the_contracts_is_part_of_the_value(lake: Lake) -> None:
    lake.contract["raw"]["line_end"] = "lf"
    lake.arrive("a.csv", b"id,customer,amount\n1,A\rB,1\n2,C\r\n")
    lake.run()
    assert lake.rows("id", "customer") == [(1, "A\rB")]
    assert lake.reasons() == [("2,C\r", ["malformed"])]


def test_lines_of_the_raw_file_are_counted_with_those_that_were_left_out(lake: Lake) -> None:
    lake.contract["raw"] |= {"skip_lines": 3, "comment": "#"}
    lake.arrive("a.csv", b"one\ntwo\nthree\n#four\nid,customer,amount\n\n#\nbad\n9,Ada,1\nbad\n")
    lake.stage()
    assert sorted(row["source_line"] for row in lake.quarantined()) == [8, 10]


def test_columns_are_found_by_what_the_files_call_them(lake: Lake) -> None:
    lake.contract["columns"][0]["source"] = "Order No."
    lake.contract["columns"][1]["source"] = "the `customer`, `name`"
    lake.arrive("a.csv", b'amount,"the `customer`, `name`",Order No.\n10.5,Ada,1\n-3,Bob,2\nx\n')
    lake.run()
    assert lake.rows() == ROWS
    assert lake.reasons() == [("x", ["malformed"])]


def test_members_of_json_are_found_by_what_the_files_call_them(lake: Lake) -> None:
    lake.contract["raw"]["format"] = "jsonl"
    lake.contract["columns"][0]["source"] = "order.no"
    lake.contract["columns"][2]["source"] = "amount (EUR)"
    lake.arrive(
        "a.jsonl",
        b'{"order.no": 1, "customer": "Ada", "amount (EUR)": 10.5}\n{"id": 7}\n'
        b'{"order.no": "2", "customer": "Bob", "amount (EUR)": "-3"}\n',
    )
    lake.run()
    assert lake.rows() == ROWS
    assert [row["reasons"] for row in lake.quarantined()] == [["unexpected members: id"]]


def test_a_header_by_other_names_is_rejected_with_the_nearest(lake: Lake) -> None:
    lake.contract["columns"][0]["source"] = "Order No."
    assert lake.arrive("a.csv", b"Order No,customer,amount\n1,Ada,1\n") == (
        "header: missing: 'Order No.'; unexpected: 'Order No' (did you mean 'Order No.'?)"
    )


def test_a_large_file_is_read_in_blocks_and_every_line_keeps_its_number(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a file of many blocks with a bad row in the midst of each thousand
    rows = [
        f"{number},Ada,1" if number % 1000 != 500 else f"bad {number}" for number in range(9000)
    ]
    lake.arrive("a.csv", "\n".join(["id,customer,amount", *rows]).encode())
    before = lake.spark.conf.get("spark.sql.files.maxPartitionBytes")
    lake.spark.conf.set("spark.sql.files.maxPartitionBytes", "20000")
    lake.spark.conf.set("spark.sql.files.openCostInBytes", "0")
    try:
        report = lake.stage()
    finally:
        lake.spark.conf.set("spark.sql.files.maxPartitionBytes", str(before))
        lake.spark.conf.unset("spark.sql.files.openCostInBytes")
    # Then no row is lost at a border, and each bad one is found on its line
    assert (report["rows_in"], report["rows_quarantined"]) == (9000, 9)
    found = {row["raw_record"]: row["source_line"] for row in lake.quarantined()}
    assert found == {f"bad {number}": number + 2 for number in range(500, 9000, 1000)}
