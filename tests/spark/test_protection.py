"""Personal data reaches tables protected, and its key reaches nothing that is written down."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from lake_spark.errors import ProtectionKeyMissing
from lake_spark.protection import Keys, key_view, keyed_hash
from tests.spark.support import SECRET, Lake, column

KEY = "k3yOfTheTests0123456789abcdefghijklmnopqrstuvwxyz"
HEADER = "id,email,name,born,amount\n"
ROW = "7,ada@example.org,Ada Lovelace,1815-12-10,1\n"


@pytest.fixture
def people(lake: Lake) -> Iterator[Lake]:
    """Give a dataset with an e-mail address, a name and a date of birth, and a secret."""
    lake.contract |= {
        "columns": [
            column("id", "int"),
            column("email", "string", classification="restricted", protection={"method": "hash"}),
            column("name", "string", classification="confidential"),
            column("born", "date"),
            column("amount", "decimal(10,2)"),
        ],
    }
    secrets = boto3.client("secretsmanager")
    secrets.create_secret(Name=SECRET, SecretString=json.dumps({"key": KEY}))
    yield lake
    secrets.delete_secret(SecretId=SECRET, ForceDeleteWithoutRecovery=True)


def protected(lake: Lake, name: str, **protection: Any) -> None:
    """Protect a column in the contract."""
    (found,) = [entry for entry in lake.contract["columns"] if entry["name"] == name]
    found["protection"] = protection


def expected_hash(text: str) -> str:
    """Give what Python's hmac gives for a text."""
    return hmac.new(Keys.derive(KEY.encode()).hashing, text.encode(), hashlib.sha256).hexdigest()


def test_a_hashed_column_holds_hmac_sha256_of_its_text(people: Lake) -> None:
    people.put("a.csv", HEADER + ROW + "8,,Nobody,,2\n")
    people.run()
    assert people.rows("id", "email") == [(7, expected_hash("ada@example.org")), (8, None)]


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1), st.binary())
def test_spark_hashes_every_text_with_every_key_as_python_does(
    spark: SparkSession, texts: list[str], secret: bytes
) -> None:
    keys = Keys.derive(secret)
    rows = spark.createDataFrame([(text,) for text in texts], "text string")
    with key_view(spark, keys):
        hashed = rows.selectExpr(keyed_hash("encode(text, 'UTF-8')", "hashing") + " AS hash")
    assert [row["hash"] for row in hashed.collect()] == [
        hmac.new(keys.hashing, text.encode(), hashlib.sha256).hexdigest() for text in texts
    ]


def test_equal_values_have_equal_tokens_that_the_key_can_reverse(people: Lake) -> None:
    protected(people, "name", method="tokenize")
    people.put("a.csv", HEADER + ROW + "8,b@example.org,Ada Lovelace,,1\n9,,Bob,,1\n")
    people.run()
    (_, ada), (_, also_ada), (_, bob) = people.rows("id", "name")
    assert ada == also_ada != bob
    assert "Ada" not in ada
    frame = people.spark.createDataFrame(
        [(ada, bytearray(Keys.derive(KEY.encode()).cipher))], "token string, cipher_key binary"
    )
    sealed = "unbase64(translate(token, '-_', '+/'))"
    (row,) = frame.selectExpr(
        f"CAST(aes_decrypt({sealed}, cipher_key, 'GCM') AS string) AS text"
    ).collect()
    assert row["text"] == "Ada Lovelace"


def test_a_long_text_becomes_a_token_on_one_line(people: Lake) -> None:
    protected(people, "name", method="tokenize")
    people.put("a.csv", HEADER + f"7,a@b.c,{'x' * 300},1815-12-10,1\n")
    people.run()
    ((token,),) = people.rows("name")
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize(
    ("name", "protection", "seen"),
    [
        ("name", {"method": "truncate", "keep": 3}, "Ada"),
        ("born", {"method": "truncate", "to": "month"}, "1815-12-01"),
        ("born", {"method": "truncate", "to": "year"}, "1815-01-01"),
        ("name", {"method": "none"}, "Ada Lovelace"),
    ],
)
def test_a_value_is_cut_to_what_the_contract_keeps(
    people: Lake, name: str, protection: dict[str, Any], seen: str
) -> None:
    protected(people, name, **protection)
    people.put("a.csv", HEADER + ROW)
    people.run()
    ((found,),) = people.rows(name)
    assert str(found) == seen


@pytest.mark.parametrize("table_format", ["iceberg", "parquet"])
def test_a_dropped_column_is_not_in_the_table(people: Lake, table_format: str) -> None:
    people.contract["format"] = table_format
    protected(people, "name", method="drop")
    people.put("a.csv", HEADER + ROW)
    people.run()
    table = boto3.client("glue").get_table(DatabaseName="processed", Name=people.name)["Table"]
    types = {found["Name"]: found["Type"] for found in table["StorageDescriptor"]["Columns"]}
    assert list(types) == ["id", "email", "born", "amount"]
    assert types["email"] == "string"


def test_rows_are_checked_in_clear_and_merged_by_their_protected_key(people: Lake) -> None:
    people.contract |= {
        "write_mode": "merge",
        "primary_key": ["email"],
        "rules": [
            {"id": "an_address", "kind": "pattern", "columns": ["email"], "pattern": "@"}
            | {"severity": "quarantine"}
        ],
    }
    people.put("a.csv", HEADER + ROW + "8,ada@example.org,Ada,,2\n9,nobody,Bob,,3\n")
    assert people.run("run-1")["rows_deduplicated"] == 1
    people.put("b.csv", HEADER + "10,ada@example.org,Countess,,4\n")
    people.run("run-2")
    assert people.rows("email", "id") == [(expected_hash("ada@example.org"), 10)]
    assert people.reasons("run-1")[0][1] == ["an_address"]


def test_quarantine_and_report_hide_classified_values(people: Lake) -> None:
    people.contract["rules"] = [
        {"id": "short", "kind": "length", "columns": ["email"], "max": 5, "severity": "quarantine"},
        {"id": "told", "kind": "expression", "columns": ["name", "id"], "severity": "quarantine",
         "expression": "name = 'nobody'"},
    ]  # fmt: skip
    people.put("a.csv", HEADER + "7,ada@example.org,Ada Lovelace,never,1\nada@example.org;Ada\n")
    report = people.stage()
    whole, broken = sorted(people.quarantined(), key=lambda row: len(row["raw_record"]))[::-1]
    assert json.loads(whole["raw_record"]) == {
        "id": "7",
        "email": "***",
        "name": "***",
        "born": "never",
        "amount": "1",
    }
    assert whole["rule_ids"] == ["type:born", "short", "told"]
    assert "'***' has a length" in whole["reasons"][1]
    assert "column 'id': value '7'" in whole["reasons"][2]
    assert (broken["raw_record"], broken["rule_ids"]) == ("***", ["malformed"])
    assert (whole["source_line"], broken["source_line"]) == (2, 3)
    assert "Ada" not in json.dumps(report) + str(people.quarantined())
    assert "ada@" not in json.dumps(report) + str(people.quarantined())


def test_quarantine_keeps_clear_values_where_the_contract_says_so(people: Lake) -> None:
    people.contract["quarantine"] = {"clear_values": True}
    people.put("a.csv", HEADER + "7,ada@example.org,Ada,never,1\n")
    people.stage()
    assert people.quarantined()[0]["raw_record"] == "7,ada@example.org,Ada,never,1"


def test_a_json_record_without_a_classified_member_is_not_let_through(people: Lake) -> None:
    people.contract["raw"] |= {"format": "jsonl"}
    people.put(
        "a.jsonl",
        '{"id": 1, "name": "Ada", "born": null, "amount": 1}\n'
        '{"id": 2, "email": null, "name": null}\n'
        '{"id": 3, "email": "x", "name": "y", "ada@example.org": 1}\n',
    )
    people.run()
    assert people.rows("id") == [(2,)]
    assert {row["reasons"][0] for row in people.quarantined()} == {
        "classified members are missing",
        "unexpected members",
    }


def test_without_the_secret_nothing_is_staged(people: Lake) -> None:
    boto3.client("secretsmanager").put_secret_value(
        SecretId=SECRET, SecretString='{"key": "short"}'
    )
    people.put("a.csv", HEADER + ROW)
    with pytest.raises(ProtectionKeyMissing, match="at least 32"):
        people.stage()


def test_the_key_is_in_no_plan_no_event_log_and_no_report(
    people: Lake, capfd: pytest.CaptureFixture[str]
) -> None:
    protected(people, "name", method="tokenize")
    people.put("a.csv", HEADER + ROW + "8,b,c,never,1\n")
    report = people.run()
    keys = Keys.derive(KEY.encode())
    needles = [KEY.encode()]
    padded = [bytes(byte ^ 0x36 for byte in keys.hashing.ljust(64, b"\0"))]
    for key in (keys.hashing, keys.nonce, keys.cipher, *padded):
        needles += [key.hex().encode(), key.hex().upper().encode(), base64.b64encode(key)]
    rows = people.spark.createDataFrame([("a",)], "text string")
    with key_view(people.spark, keys):
        rows = rows.selectExpr(keyed_hash("encode(text, 'UTF-8')", "hashing") + " AS hash")
    rows.collect()
    rows.explain("extended")
    context = people.spark.sparkContext
    events = Path(unquote(urlparse(context.getConf().get("spark.eventLog.dir", "")).path))
    written = b"".join(file.read_bytes() for file in events.iterdir())
    assert b"sha2" in written
    out, err = capfd.readouterr()
    assert "sha2" in out
    everything = written + (out + err + json.dumps(report) + repr(keys)).encode()
    assert [needle for needle in needles if needle in everything] == []
