"""Personal data and quarantine in the deployed local lake: nothing leaks, and rows come back."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data_lake.contracts import DatasetContract, load_contracts
from lake_spark.protection import Keys
from strata.activity import wait_until_quiet
from strata.arrivals import put_object
from strata.lakes import deployed_lake
from strata.local.lake import LocalLake
from strata.notices import notices
from strata.page import write_page
from strata.quarantine.change import Change
from strata.quarantine.exporting import export
from strata.quarantine.listing import listing
from strata.quarantine.replaying import replay
from strata.quarantine.selection import Selection
from strata.quarantine.zone import Quarantine
from strata.query import query
from strata.runs import runs

NAME = "customers"
HEADER = "email,full_name,phone,born,points"
GOOD = 80
SECRETS = ("plantedname", "planted.example", "+47999", "1815-12-1", "18151210")
"""What stands in the raw files, and may stand nowhere else."""


def person(name: str, born: str = "1815-12-10", points: str = "10") -> str:
    """Give a record with something of everything that must not be seen."""
    return f"{name}@planted.example,{name} Plantedname,+47999{name},{born},{points}"


@pytest.fixture(scope="module")
def customers(lake: LocalLake, tmp_path_factory: pytest.TempPathFactory) -> LocalLake:
    """Give the lake after good, bad and unreadable customers went through it."""
    folder = tmp_path_factory.mktemp("customers")
    bad = [
        person("bob", born="never"),
        person("grace", points="many"),
        "eve.planted.example,Eve Plantedname",
    ]
    lines = [HEADER, *(person(f"good{number}") for number in range(GOOD)), *bad]
    (folder / "first.csv").write_text("\n".join(lines) + "\n")
    other = HEADER.replace("phone", "telephone")
    (folder / "wrong.csv").write_text(f"{other}\n{person('mallory')}\n")
    for name in ("first.csv", "wrong.csv"):
        put_object(lake, f"{NAME}/{name}", folder / name)
        wait_until_quiet(lake, seconds=600)
    return lake


@pytest.fixture(scope="module")
def contract(contracts_folder: Path) -> DatasetContract:
    """Give the contract of customers."""
    return load_contracts(contracts_folder).datasets[NAME]


def of_customers(lake: LocalLake) -> list[dict[str, Any]]:
    """Give the runs of customers, oldest first."""
    return [run for run in runs(lake) if run["dataset"] == NAME]


def warnings_of(run: dict[str, Any]) -> set[str]:
    """Give what a run warned of."""
    reason = str(run.get("reason") or "")
    return set(reason.split("; ")) if reason else set()


def hashed(lake: LocalLake, text: str) -> str:
    """Give what the lake's own secret makes of a text."""
    listed = lake.client("secretsmanager").get_secret_value(SecretId=f"{lake.prefix}-protection")
    keys = Keys.derive(json.loads(listed["SecretString"])["key"].encode())
    return hmac.new(keys.hashing, text.encode(), hashlib.sha256).hexdigest()


def objects(lake: LocalLake, bucket: str) -> Iterator[tuple[str, bytes]]:
    """Give every object of a bucket."""
    s3 = lake.client("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=lake[bucket]):
        for entry in page.get("Contents", []):
            yield entry["Key"], s3.get_object(Bucket=lake[bucket], Key=entry["Key"])["Body"].read()


def is_leaking(content: bytes) -> bool:
    """Tell whether anything of a planted person is in some bytes."""
    lowered = content.lower()
    return any(secret.encode() in lowered for secret in SECRETS)


def replayed(lake: LocalLake, change: Change | None) -> dict[str, Any]:
    """Wait for a replay and give the record of its run."""
    assert change is not None
    wait_until_quiet(lake, seconds=600)
    (record,) = [
        run for run in of_customers(lake) if (run.get("replay_of") or {}).get("change") == change.id
    ]
    return record


def test_good_rows_are_in_the_table_and_no_clear_value_with_them(customers: LocalLake) -> None:
    rows = query(customers, "SELECT * FROM processed.customers").to_pylist()
    assert set(rows[0]) - {"_arrived_at"} == {"email", "full_name", "born", "points"}
    assert hashed(customers, "good7@planted.example") in {row["email"] for row in rows}
    assert {str(row["born"]) for row in rows} == {"1815-01-01"}
    assert not is_leaking(json.dumps(rows, default=str).encode())


@pytest.mark.fault(50, by="run")
def test_nothing_that_the_lake_writes_or_says_holds_a_clear_value(
    customers: LocalLake, tmp_path: Path
) -> None:
    written = dict(objects(customers, "QuarantineBucketName"))
    assert any(key.startswith("rows/customers/") for key in written)
    assert any(key.startswith("rejections/customers/") for key in written)
    reports = dict(objects(customers, "ArtifactsBucketName"))
    assert any(key.endswith("/stage.json") and "/customers/" in key for key in reports)
    written |= {key: body for key, body in reports.items() if "/input/" not in key}
    rows = query(customers, "SELECT * FROM quarantine.customers").to_pylist()
    assert len(rows) == 3
    said = {
        "rows": json.dumps(rows, default=str),
        "notices": json.dumps(notices(customers)),
        "books": json.dumps(
            [
                customers.client("dynamodb").scan(TableName=customers[table])["Items"]
                for table in ("LedgerTableName", "AuditTableName")
            ]
        ),
        "page": write_page(customers, tmp_path / "page.html").read_text(),
        "logs": "".join(
            file.read_text(errors="replace") for file in Path(customers.folder).glob("*.log")
        ),
    }
    assert "customers" in said["page"]
    assert all(said.values())
    written |= {name: text.encode() for name, text in said.items()}
    assert [name for name, content in written.items() if is_leaking(content)] == []


def test_a_listing_counts_rows_by_rule_and_names_files(customers: LocalLake) -> None:
    lines = listing(Quarantine(customers, NAME))
    rules = {line["rule"]: line["count"] for line in lines if line["what"] == "rows"}
    assert rules == {"type:born": 1, "type:points": 1, "malformed": 1}
    (file,) = [line for line in lines if line["what"].startswith("file ")]
    assert (file["what"], file["rule"]) == ("file customers/wrong.csv", "header")


def test_a_corrected_row_of_an_export_comes_into_the_table_with_its_hidden_values(
    customers: LocalLake, contract: DatasetContract, tmp_path: Path
) -> None:
    exported = tmp_path / "bad.csv"
    chosen = Selection(rule="type:born")
    assert export(chosen.rows(Quarantine(customers, NAME)), exported) == 1
    edited = tmp_path / "edited.csv"
    text = exported.read_text()
    assert not is_leaking(text.encode())
    hidden = '""born"": ""***""'
    assert text.count(hidden) + text.count(hidden.replace(": ", ":")) == 1
    for written in (hidden, hidden.replace(": ", ":")):
        text = text.replace(written, '""born"": ""1906-12-09""')
    edited.write_text(text)
    run = replayed(customers, replay(customers, contract, Selection(), corrected=edited))
    assert run["outcome"].startswith("published")
    # What was replayed is no drift; the rejected file is, as long as it lies there.
    new = warnings_of(run) - warnings_of(of_customers(customers)[0])
    assert [warning for warning in new if "telephone" not in warning] == []
    assert (run["rows_good"], run["rows_quarantined"]) == (1, 0)
    wanted = hashed(customers, "bob@planted.example")
    (row,) = query(
        customers, f"SELECT * FROM processed.customers WHERE email = '{wanted}'"
    ).to_pylist()
    assert str(row["born"]) == "1906-01-01"
    left = query(customers, "SELECT rule_ids FROM quarantine.customers").to_pylist()
    assert sorted(one["rule_ids"][0] for one in left) == ["malformed", "type:points"]


def test_a_row_that_fails_again_is_in_quarantine_once_with_its_first_origin(
    customers: LocalLake, contract: DatasetContract
) -> None:
    first = of_customers(customers)[0]["run_id"]
    chosen = Selection(rule="type:points")
    once = replayed(customers, replay(customers, contract, chosen))
    assert (once["rows_in"], once["rows_quarantined"]) == (1, 1)
    assert once["replay_of"]["runs"] == {first: 1}
    twice = replayed(customers, replay(customers, contract, chosen))
    (row,) = [
        row
        for row in query(customers, "SELECT * FROM quarantine.customers").to_pylist()
        if row["rule_ids"] == ["type:points"]
    ]
    assert row["run_id"] == twice["run_id"]
    assert (row["origin_key"], row["origin_line"]) == ("customers/first.csv", GOOD + 3)
    assert row["origin_run_id"] == first
    assert row["source_key"] != row["origin_key"]


def test_a_rejected_file_that_is_replayed_is_told_as_replayed_and_inspected_anew(
    customers: LocalLake, contract: DatasetContract
) -> None:
    run = replayed(customers, replay(customers, contract, Selection(file="wrong.csv")))
    (file,) = run["replay_of"]["files"]
    assert file["key"] == "customers/wrong.csv"
    assert run["files_rejected"] == 1
    (state,) = query(
        customers, "SELECT status FROM lake.arrivals WHERE key = 'customers/wrong.csv'"
    ).to_pylist()
    assert state == {"status": "replayed"}


def test_the_lake_is_found_by_its_stacks_as_in_an_account(
    customers: LocalLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "AWS_ENDPOINT_URL": customers.endpoint,
        "AWS_ACCESS_KEY_ID": customers.account,
        "AWS_SECRET_ACCESS_KEY": "emulated",
    }.items():
        monkeypatch.setenv(name, value)
    found = deployed_lake("local")
    assert found["QuarantineBucketName"] == customers["QuarantineBucketName"]
    assert listing(Quarantine(found, NAME)) == listing(Quarantine(customers, NAME))
