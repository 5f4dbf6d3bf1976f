"""What a raw CSV file may hold, and that nothing of it is lost."""

from decimal import Decimal

import pytest

from lake_spark.errors import HeaderMismatch, UnreadableFile
from tests.spark.support import Lake

HEADER = b"id,customer,amount\n"


def test_good_rows_become_typed_rows_of_the_table(lake: Lake) -> None:
    lake.put("a.csv", HEADER + b"1,Ada,10.50\n2,,3\n")
    report = lake.run()
    assert lake.rows() == [(1, "Ada", Decimal("10.50")), (2, None, Decimal("3.00"))]
    assert (report["rows_in"], report["rows_good"], report["score"]) == (2, 2, 1.0)


def test_each_kind_of_bad_row_goes_to_quarantine_and_the_good_rows_go_on(lake: Lake) -> None:
    bad = {
        b"1,too,1,many": ["malformed"],
        b"2,few": ["malformed"],
        b'3,"never closed,1': ["malformed"],
        b'4,last,"5': ["malformed"],
        b"5,Ren\xe9e,1": ["encoding"],
        b"6,N\0L,1": ["malformed"],
        b"seven,text,1": ["type:id"],
        b"8,not a number,12abc": ["type:amount"],
        b"99999999999,out of range,1": ["type:id"],
        b",no key,x": ["required:id", "type:amount"],
    }
    key = lake.put("bad.csv", HEADER + b"\n".join([*bad, b"10,good,1", b"11,better,2"]))
    report = lake.run()
    assert [row[0] for row in lake.rows("id")] == [10, 11]
    expected = sorted((line.decode(errors="replace"), rules) for line, rules in bad.items())
    assert lake.reasons() == expected
    assert report["rows_in"] == 12
    assert report["rows_quarantined"] == 10
    assert report["score"] == 2 / 12
    assert report["files"] == [{"key": key, "rows_in": 12, "rows_quarantined": 10}]
    assert {entry["rule"]: entry["rows"] for entry in report["rules"]} == {
        "malformed": 5,
        "encoding": 1,
        "type:id": 2,
        "type:amount": 2,
        "required:id": 1,
    }


def test_a_bad_row_has_its_line_and_a_reason_with_column_value_and_expectation(lake: Lake) -> None:
    lake.put("a.csv", HEADER + b"x1,Ada,3\n2,Bob\n3,Eve,1\n")
    lake.stage()
    found = [(row["source_line"], row["reasons"]) for row in lake.quarantined()]
    assert found == [
        (3, ["the record has 2 fields where 3 are expected"]),
        (2, ["column 'id': value 'x1' is not int"]),
    ]


def test_a_replacement_character_that_was_written_is_not_a_bad_byte(lake: Lake) -> None:
    lake.put("a.csv", HEADER + "1,caf\ufffd,1\n".encode())
    assert lake.run()["rows_quarantined"] == 0
    assert lake.rows("customer") == [("caf\ufffd",)]


def test_byte_order_mark_crlf_blank_lines_and_a_repeated_header_are_no_data(lake: Lake) -> None:
    lake.put(
        "a.csv", b"\xef\xbb\xbf\r\nid,customer,amount\r\n1,Ada,1\r\n\r\nid,customer,amount\r\n"
    )
    assert lake.run()["rows_in"] == 1
    assert lake.rows() == [(1, "Ada", Decimal("1.00"))]


def test_a_file_with_a_header_only_has_no_rows_and_nothing_to_publish(lake: Lake) -> None:
    lake.put("a.csv", HEADER)
    report = lake.stage()
    assert (report["rows_in"], report["score"]) == (0, 1.0)
    assert (report["branch"], report["snapshot_id"]) == (None, None)


def test_quotes_inside_fields_are_kept_as_they_were_meant(lake: Lake) -> None:
    lake.put("a.csv", HEADER + b'1,"A, ""the"" B",1\n2,5" pipe,2\n3,"",3\n4,#x,4\n')
    assert lake.run()["rows_quarantined"] == 0
    assert lake.rows("id", "customer") == [(1, 'A, "the" B'), (2, '5" pipe'), (3, None), (4, "#x")]


def test_columns_are_matched_by_each_files_own_header(lake: Lake) -> None:
    lake.put("a.csv", HEADER + b"1,Ada,10\n")
    lake.put("b.csv", b"amount,id,customer\n20,2,Bob\n30,3\n")
    report = lake.run()
    assert lake.rows() == [(1, "Ada", Decimal(10)), (2, "Bob", Decimal(20))]
    assert lake.reasons() == [("30,3", ["malformed"])]
    assert [file["rows_in"] for file in report["files"]] == [1, 2]


def test_keys_with_any_characters_are_read_and_named_as_they_are(lake: Lake) -> None:
    names = [
        "a b+c%20d.csv",
        "Zürich/日本 😀.csv",
        "x=1/[y]{z}*?.csv",
        "it's \"#&;.csv",
        "a//b.csv",
    ]
    keys = [
        lake.put(name, HEADER + f"{number},{number},{number}\nbad\n".encode())
        for number, name in enumerate(names)
    ]
    report = lake.run()
    assert [row[0] for row in lake.rows("id")] == [0, 1, 2, 3, 4]
    assert {file["key"]: file["rows_quarantined"] for file in report["files"]} == dict.fromkeys(
        keys, 1
    )
    assert {row["source_key"] for row in lake.quarantined()} == set(keys)


def test_line_breaks_inside_quotes_belong_to_the_field_where_the_contract_says_so(
    lake: Lake,
) -> None:
    lake.contract["raw"]["multiline"] = True
    lake.put("a.csv", HEADER + b'1,"Ada\r\n\nLovelace",1\r\n2,"x ""y""\nz",2\n3,5" pipe,3\n4,bad\n')
    lake.put("b.csv", HEADER + b'5,Eve,5\n6,"open,6\n7,lost,7\n')
    report = lake.run()
    assert lake.rows("id", "customer") == [
        (1, "Ada\n\nLovelace"),
        (2, 'x "y"\nz'),
        (3, '5" pipe'),
        (5, "Eve"),
    ]
    assert lake.reasons() == [("4,bad", ["malformed"]), ('6,"open,6\n7,lost,7', ["malformed"])]
    assert report["rows_in"] == 6


def test_line_breaks_inside_quotes_are_bad_rows_where_it_does_not(lake: Lake) -> None:
    lake.put("a.csv", HEADER + b'1,"Ada\nLovelace",1\n2,Bob,2\n')
    assert lake.run()["rows_good"] == 1
    assert lake.reasons() == [('1,"Ada', ["malformed"]), ('Lovelace",1', ["malformed"])]


def test_delimiter_quote_escape_null_values_and_encoding_are_the_contracts(lake: Lake) -> None:
    lake.contract["raw"] |= {
        "delimiter": "|",
        "quote": "'",
        "escape": "\\",
        "null_values": ["NA", "-"],
        "encoding": "ISO-8859-1",
    }
    lake.put("a.csv", b"id|customer|amount\n1|'Ren\xe9e \\'R\\' | Co'|-\n2||NA\n3|NA| 4 \n")
    assert lake.run()["rows_quarantined"] == 0
    assert lake.rows() == [(1, "Renée 'R' | Co", None), (2, "", None), (3, None, Decimal(4))]


def test_files_without_a_header_have_the_contracts_columns(lake: Lake) -> None:
    lake.contract["raw"]["header"] = False
    lake.put("a.csv", b"1,Ada,1\nid,customer,amount\n")
    lake.run()
    assert lake.rows("id") == [(1,)]
    assert lake.reasons() == [("id,customer,amount", ["type:id", "type:amount"])]


def test_a_file_whose_header_is_not_the_contracts_stops_the_run_by_name(lake: Lake) -> None:
    key = lake.put("a.csv", b"id,client,amount,amount\n1,Ada,1,1\n")
    with pytest.raises(
        HeaderMismatch, match=r"missing \['customer'\], twice \['amount'\], others: 1"
    ) as at:
        lake.stage()
    assert key in str(at.value)
    assert "client" not in str(at.value)


def test_a_file_that_is_gone_stops_the_run_by_name(lake: Lake) -> None:
    lake.contract["raw"]["header"] = False
    lake.put("a.csv", b"1,Ada,1\n")
    lake.inputs[0]["read_uri"] += ".gone"
    with pytest.raises(UnreadableFile, match=r"a\.csv\.gone"):
        lake.stage()


@pytest.mark.parametrize(
    ("escape", "whole", "broken"),
    [
        (
            '"',
            {
                '"pipe, 5"': "pipe, 5",
                '5"': '5"',
                '"a""b"': 'a"b',
                '"a"b': '"a"b',
                "": None,
                '""': None,
                "\\": "\\",
            },
            ['"open', '"open""', '"open ""twice"" and', "one more,", "one more,\0", "N\0L"],
        ),
        ("\\", {'"a\\"b"': 'a"b', "a\\": "a\\"}, ['"open\\"', '"open\\\\\\"']),
    ],
)
def test_a_record_is_whole_if_its_last_field_ends_where_the_record_does(
    lake: Lake, escape: str, whole: dict[str, str | None], broken: list[str]
) -> None:
    lake.contract["raw"]["escape"] = escape
    records = [f"{number},1,{field}" for number, field in enumerate([*whole, *broken])]
    lake.put("a.csv", "\n".join(["id,amount,customer", *records]).encode())
    lake.run()
    assert lake.rows("id", "customer") == list(enumerate(whole.values()))
    assert lake.reasons() == sorted((record, ["malformed"]) for record in records[len(whole) :])
