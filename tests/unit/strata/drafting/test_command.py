"""A contract drafted from a sample is valid at once, and says what the sample says."""

import gzip
import json
import re
import sys
from pathlib import Path

import duckdb
import pytest

from data_lake.contracts import DatasetContract, load_contracts
from strata.cli import main
from strata.drafting.command import legal_name, new_contract
from strata.errors import StrataError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ORDERS = "order_id,status,amount,ordered_on,note\n" + "".join(
    f"{number},{'open' if number % 3 else 'paid'},{number}.5,2025-03-{number % 28 + 1:02},"
    f"{'late' if number == 7 else ''}\n"
    for number in range(1, 31)
)


def drafted(tmp_path: Path, content: str | bytes, name: str = "sample.csv") -> DatasetContract:
    """Draft the contract `orders` from a file and read it back."""
    sample = tmp_path / name
    sample.write_bytes(content if isinstance(content, bytes) else content.encode())
    folder = tmp_path / "contracts"
    folder.mkdir()
    new_contract("orders", sample, folder)
    return load_contracts(folder).datasets["orders"]


def types(contract: DatasetContract) -> dict[str, str]:
    return {column.name: column.type for column in contract.columns}


def test_types_required_columns_and_key_come_from_the_values(tmp_path: Path) -> None:
    contract = drafted(tmp_path, ORDERS)
    assert types(contract) == {
        "order_id": "int",
        "status": "string",
        "amount": "decimal(8,2)",
        "ordered_on": "date",
        "note": "string",
    }
    assert [column.name for column in contract.columns if not column.required] == ["note"]
    assert contract.primary_key == ("order_id",)
    assert contract.write_mode == "merge"


def test_null_rates_and_suggested_rules_are_comments(tmp_path: Path) -> None:
    contract = drafted(tmp_path, ORDERS)
    text = (tmp_path / "contracts" / "orders.odcs.yaml").read_text()
    assert "- name: note  # 29 of 30 rows (96.7%) are null" in text
    assert '#     arguments: {validValues: ["open", "paid"]}' in text
    assert contract.rules == ()


def test_a_suggested_rule_is_valid_once_its_marks_are_removed(tmp_path: Path) -> None:
    drafted(tmp_path, ORDERS + "31,open,31.5,2025-03-01,\n31,open,31.5,2025-03-01,\n")
    file = tmp_path / "contracts" / "orders.odcs.yaml"
    file.write_text(re.sub(r"(?m)^        # (?!Suggested)", "        ", file.read_text()))
    rules = {rule.id: rule for rule in load_contracts(file.parent).datasets["orders"].rules}
    assert rules["status_known"].values == ("open", "paid")
    assert (rules["amount_known"].min, rules["amount_known"].max) == (1.5, 31.5)
    assert (rules["order_id_known"].min, rules["order_id_known"].max) == (1, 31)
    assert rules["ordered_on_since"].min == "2025-03-01"
    assert {rule.severity for rule in rules.values()} == {"quarantine"}


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        (
            [f"N{number}" for number in range(7, 40)],
            {"kind": "pattern", "pattern": "^[A-Z][0-9]{1,2}$"},
        ),
        (
            [f"AB-{number:04}.{number % 9}x" for number in range(40)],
            {"kind": "pattern", "pattern": "^[A-Z]{2}\\-[0-9]{4}\\.[0-9][a-z]$"},
        ),
        (
            ["word" * (number % 7 + 1) for number in range(40)] + [f"x {n}é" for n in range(20)],
            {"kind": "length", "min": 4, "max": 28},
        ),
        (
            [f"{number}" if number % 10 else "" for number in range(10, 50)],
            {"kind": "completeness", "threshold": 0.9},
        ),
        ([f"{number}" for number in range(40)], {"kind": "unique"}),
    ],
    ids=["shape", "longer shape", "length", "completeness", "unique"],
)
def test_what_values_have_in_common_is_suggested_and_the_sample_keeps_it(
    tmp_path: Path, values: list[str], rule: dict[str, object]
) -> None:
    lines = "".join(f"{number},{value}\n" for number, value in enumerate(values))
    drafted(tmp_path, f"id,value\n{lines}")
    file = tmp_path / "contracts" / "orders.odcs.yaml"
    file.write_text(re.sub(r"(?m)^        # (?!Suggested)", "        ", file.read_text()))
    rules = load_contracts(file.parent).datasets["orders"].rules
    found = [each.model_dump(include=set(rule)) for each in rules if each.columns == ("value",)]
    assert rule in found
    for each in rules:
        if each.pattern:
            assert all(re.search(each.pattern, value) for value in values)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", "-2"], "int"),
        (["1", "3000000000"], "bigint"),
        (["007", "123"], "string"),
        (["1.25", "-3"], "decimal(7,2)"),
        (["1e-3", "2"], "double"),
        (["1.23456", "2"], "double"),
        (["true", "false"], "boolean"),
        (["2025-03-01", "2025-12-31"], "date"),
        (["2025-03-01T10:00:00Z", "2025-03-01 11:30:00"], "timestamp"),
        (["10:00", "11:00"], "string"),
        (["1,5", "2,5"], "string"),
        (["2025-03-01", "soon"], "string"),
    ],
)
def test_a_column_is_typed_only_where_every_value_is_of_the_type(
    tmp_path: Path, values: list[str], expected: str
) -> None:
    lines = "".join(f'"a text";"{value}"\n' for value in values)
    assert types(drafted(tmp_path, f"name;value\n{lines}"))["value"] == expected


@pytest.mark.parametrize(
    ("values", "pattern"),
    [
        (["31/12/2025", "01/02/2025"], "dd/MM/yyyy"),
        (["31/12/2025", "1/2/2025"], "d/M/yyyy"),
        (["12/31/2025", "01/02/2025"], "MM/dd/yyyy"),
    ],
)
def test_other_dates_have_the_pattern_with_which_spark_reads_them(
    tmp_path: Path, values: list[str], pattern: str
) -> None:
    contract = drafted(tmp_path, "name,day\n" + "".join(f"x,{value}\n" for value in values))
    (column,) = [column for column in contract.columns if column.name == "day"]
    assert (column.type, column.pattern) == ("date", pattern)


def test_words_for_nothing_are_null_values_where_they_hide_a_type(tmp_path: Path) -> None:
    contract = drafted(tmp_path, "name,size\nx,1\ny,NA\nz,3\n")
    assert contract.raw.null_values == ("", "NA")
    assert types(contract)["size"] == "int"
    assert not contract.columns[1].required


def test_the_way_a_csv_file_is_written_is_part_of_the_contract(tmp_path: Path) -> None:
    content = 'name;note\nJosé;"one\nline"\nAna;two\n'.encode("windows-1252")
    raw = drafted(tmp_path, content).raw
    assert (raw.delimiter, raw.encoding, raw.multiline, raw.header) == (
        ";",
        "windows-1252",
        True,
        True,
    )


def test_a_file_without_a_header_gets_numbered_columns(tmp_path: Path) -> None:
    contract = drafted(tmp_path, "1,2.5,a\n3,4.5,b\n")
    assert list(types(contract)) == ["column0", "column1", "column2"]
    assert contract.raw.header is False


def test_a_byte_order_mark_is_not_part_of_the_first_name(tmp_path: Path) -> None:
    assert list(types(drafted(tmp_path, "\ufeffname,size\nx,1\n"))) == ["name", "size"]


def test_json_lines_are_drafted_too_with_nested_values_as_text(tmp_path: Path) -> None:
    lines = '{"id": 1, "day": "2025-03-01", "tags": ["a"]}\n{"id": 2, "price": 1.5}\n'
    contract = drafted(tmp_path, lines, "sample.jsonl")
    assert contract.raw.format == "jsonl"
    assert types(contract) == {
        "id": "int",
        "day": "date",
        "tags": "string",
        "price": "decimal(7,2)",
    }
    assert [column.name for column in contract.columns if column.required] == ["id"]


def test_names_that_yaml_takes_for_values_stay_names(tmp_path: Path) -> None:
    assert list(types(drafted(tmp_path, "no,yes,null\n1,2,3\n"))) == ["no", "yes", "null"]


def test_without_a_key_rows_are_appended_and_pairs_are_suggested(tmp_path: Path) -> None:
    contract = drafted(tmp_path, "store,day\na,1\na,2\nb,1\nb,2\n")
    text = (tmp_path / "contracts" / "orders.odcs.yaml").read_text()
    assert contract.write_mode == "append"
    assert "# Unique in the 4 rows of the sample: store and day." in text


def test_the_contract_says_what_the_files_call_a_column_that_no_table_can_have(
    tmp_path: Path,
) -> None:
    contract = drafted(tmp_path, "Order ID,Größe,note\n1,2,x\n")
    assert [(column.name, column.source) for column in contract.columns] == [
        ("order_id", "Order ID"),
        ("gr_e", "Größe"),
        ("note", None),
    ]


def test_a_clean_copy_changes_the_header_and_no_other_byte(tmp_path: Path) -> None:
    sample, copy = tmp_path / "sample.csv", tmp_path / "copy.csv"
    sample.write_bytes(b'Order ID;The Note\r\n1;"a ""b"""\r\n2;\xe9\r\n')
    new_contract("orders", sample, tmp_path, clean_copy=copy)
    assert copy.read_bytes() == b'order_id;the_note\r\n1;"a ""b"""\r\n2;\xe9\r\n'
    contract = load_contracts(tmp_path).datasets["orders"]
    assert list(types(contract)) == ["order_id", "the_note"]
    assert [column.source for column in contract.columns] == [None, None]


def test_a_clean_copy_of_a_compressed_file_is_refused(tmp_path: Path) -> None:
    sample = tmp_path / "sample.csv.gz"
    sample.write_bytes(gzip.compress(b"Order ID\n1\n"))
    with pytest.raises(StrataError, match="is for plain files; unpack"):
        new_contract("orders", sample, tmp_path, clean_copy=tmp_path / "copy.csv")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("sample.csv.gz", gzip.compress(ORDERS.encode())),
        ("sample.csv.zst", zstd.compress(ORDERS.encode())),
        # What a file is called does not say how it is compressed.
        ("sample.csv", gzip.compress(ORDERS.encode())),
    ],
)
def test_a_compressed_file_is_drafted_as_what_is_in_it(
    tmp_path: Path, name: str, content: bytes
) -> None:
    contract = drafted(tmp_path, content, name)
    assert types(contract)["amount"] == "decimal(8,2)"
    assert (contract.raw.format, contract.raw.compression) == ("csv", "auto")


@pytest.mark.parametrize(
    ("document", "records"),
    [
        ([{"id": 1}, {"id": 2, "tags": [{"a": 1}]}], None),
        ({"data": {"items": [{"id": 1}, {"id": 2}]}, "next": [1]}, "data.items"),
        ({"id": 1}, None),
    ],
)
def test_a_json_document_is_drafted_from_its_records(
    tmp_path: Path, document: object, records: str | None
) -> None:
    contract = drafted(tmp_path, json.dumps(document), "sample.json")
    assert (contract.raw.format, contract.raw.records) == ("json", records)
    assert types(contract)["id"] == "int"


def parquet(tmp_path: Path, select: str) -> bytes:
    """Give a Parquet file with the rows of a SELECT."""
    file = tmp_path / "made.parquet"
    duckdb.sql(f"COPY ({select}) TO '{file}' (FORMAT parquet)")
    return file.read_bytes()


def test_a_parquet_file_is_drafted_with_the_types_that_it_declares(tmp_path: Path) -> None:
    select = """
        SELECT 1::SMALLINT AS small, 2::BIGINT AS big, 'NA' AS word, 1.5::DECIMAL(9,3) AS price,
        'nan'::DOUBLE AS ratio, 1.5::FLOAT AS half, true AS flag, DATE '2025-03-01' AS day,
        TIMESTAMP '2025-03-01 10:00:00' AS moment, NULL::VARCHAR AS "Left Over"
    """
    contract = drafted(tmp_path, parquet(tmp_path, select), "sample.parquet")
    assert types(contract) == {
        "small": "int",
        "big": "bigint",
        "word": "string",
        "price": "decimal(9,3)",
        "ratio": "double",
        "half": "float",
        "flag": "boolean",
        "day": "date",
        "moment": "timestamp",
        "left_over": "string",
    }
    assert contract.raw.format == "parquet"
    assert [column.name for column in contract.columns if not column.required] == ["left_over"]


def test_a_nested_column_of_a_parquet_file_is_refused_by_name(tmp_path: Path) -> None:
    content = parquet(tmp_path, "SELECT 1 AS id, [1, 2] AS tags")
    with pytest.raises(StrataError, match=r"column 'tags' is INTEGER\[\], and columns hold single"):
        drafted(tmp_path, content, "sample.parquet")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", b"", "is empty"),
        ("header.csv", b"id,name\n", "must have rows"),
        ("table.csv", b"PAR1\x00", "got Parquet"),
        ("wide.csv", "a,b\n1,2\n".encode("utf-16"), "save it as UTF-8"),
        ("list.jsonl", b'[{"a": 1}]', "one JSON object in each line"),
        ("broken.jsonl", b'{"a": 1\n{"a": \n', "could not be read as jsonl"),
        ("sheet.xlsx", b"PK", "must end in .csv, .tsv"),
        ("damaged.csv.gz", gzip.compress(b"a,b\n1,2\n")[:-9], "compressed bytes are damaged"),
        ("damaged.csv.zst", zstd.compress(b"a,b\n1,2\n")[:-3], "compressed bytes are damaged"),
        ("words.json", b"hello", "must be one JSON document in UTF-8"),
        ("numbers.json", b"[1, 2]", "must hold objects, which become rows"),
        ("two.json", b'{"a": [{}], "b": {"c": [{}]}}', "in several places, a, b.c"),
        ("fake.parquet", b"a,b\n", "could not be read as parquet"),
        ("twice.csv", b"Id,id\n1,2\n", "columns must have names of their own: got 'Id', 'id'"),
    ],
)
def test_a_file_that_is_no_sample_is_one_clear_line(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    with pytest.raises(StrataError, match=re.escape(said)) as raised:
        drafted(tmp_path, content, name)
    assert name in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("Web Orders", "web_orders"),
        ("webOrders", "web_orders"),
        ("2025-orders", "dataset_2025_orders"),
        ("---", "dataset"),
    ],
)
def test_a_name_that_no_table_can_have_is_refused_with_the_nearest_one(
    tmp_path: Path, name: str, nearest: str
) -> None:
    assert legal_name(name) == nearest
    with pytest.raises(StrataError, match=f"use {nearest}$"):
        new_contract(name, tmp_path / "any.csv", tmp_path)


def test_a_contract_that_exists_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "orders.odcs.yaml").write_text("mine")
    (tmp_path / "sample.csv").write_text(ORDERS)
    with pytest.raises(StrataError, match="exists already"):
        new_contract("orders", tmp_path / "sample.csv", tmp_path)
    assert (tmp_path / "orders.odcs.yaml").read_text() == "mine"


def test_the_command_says_what_comes_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sample = tmp_path / "my orders.csv"
    sample.write_text(ORDERS)
    main(["contract", "new", "orders", "--from", str(sample), "--output", str(tmp_path)])
    said = capsys.readouterr().out
    assert "strata validate" in said
    assert f"strata put orders '{sample}'" in said
    assert (tmp_path / "orders.odcs.yaml").exists()
