"""A lake's quarantine in the emulator, filled as Spark fills it, without a job or a function."""

import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from pyarrow import Table, parquet

from data_lake.contracts import DatasetContract, load_contracts
from strata.local.emulator import Emulator
from strata.paths import ROOT
from strata.quarantine.zone import Quarantine

DATASET = "airlines"
HEADER = "carrier,name"
_numbers = itertools.count(1)


@dataclass
class EmulatedZone:
    """The parts of a lake that work on quarantine touches; `client` as every lake has it."""

    session: boto3.Session
    endpoint: str
    region: str = "us-east-1"
    prefix: str = field(default_factory=lambda: f"quarantine-{next(_numbers)}")

    def __post_init__(self) -> None:
        s3 = self.client("s3")
        for zone in ("Raw", "Quarantine", "Artifacts"):
            s3.create_bucket(Bucket=self[f"{zone}BucketName"])
        s3.put_bucket_versioning(
            Bucket=self["RawBucketName"], VersioningConfiguration={"Status": "Enabled"}
        )
        self.client("dynamodb").create_table(
            TableName=self["LedgerTableName"],
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"} for name in ("scope", "item")
            ],
            KeySchema=[
                {"AttributeName": "scope", "KeyType": "HASH"},
                {"AttributeName": "item", "KeyType": "RANGE"},
            ],
        )
        glue = self.client("glue")
        glue.create_database(DatabaseInput={"Name": self.database("quarantine")})
        glue.create_table(
            DatabaseName=self.database("quarantine"),
            TableInput={
                "Name": DATASET,
                "PartitionKeys": [{"Name": "run_id", "Type": "string"}],
                "StorageDescriptor": {"Columns": [], "Location": "s3://nowhere/"},
            },
        )

    def client(self, service: str) -> Any:
        return self.session.client(service, endpoint_url=self.endpoint)

    def database(self, zone: str) -> str:
        return f"{self.prefix}_{zone}".replace("-", "_")

    def __getitem__(self, output: str) -> str:
        return f"{self.prefix}-{output.lower()}"

    def put_file(self, name: str, content: str | bytes, status: str = "published") -> str:
        """Have a file arrive and end with a status; gives its arrival id."""
        body = content.encode() if isinstance(content, str) else content
        key = f"{DATASET}/{name}"
        version = self.client("s3").put_object(Bucket=self["RawBucketName"], Key=key, Body=body)
        item = {
            "bucket": self["RawBucketName"],
            "key": key,
            "version_id": version["VersionId"],
            "status": status,
            "run_id": "run-1",
            "registered_at": f"2026-01-01T00:00:{next(_numbers) % 60:02}",
        } | ({"rule": "quality", "reason": "too bad"} if status == "rejected" else {})
        self.client("dynamodb").put_item(
            TableName=self["LedgerTableName"],
            Item={
                "scope": {"S": f"{self.region}#{self.prefix}#{DATASET}"},
                "item": {"S": f"ARRIVAL#{name}"},
            }
            | {field: {"S": value} for field, value in item.items()},
        )
        return name

    def quarantine(self, name: str, *lines: int, run_id: str = "run-1", **more: Any) -> None:
        """Put lines of a file into quarantine, in one part."""
        rows = [self._row(name, line) | more for line in lines]
        location = f"s3://{self['QuarantineBucketName']}/rows/{DATASET}/run_id={run_id}/"
        content = io.BytesIO()
        parquet.write_table(Table.from_pylist(rows), content)
        self.client("s3").put_object(
            Bucket=self["QuarantineBucketName"],
            Key=f"rows/{DATASET}/run_id={run_id}/part-0.parquet",
            Body=content.getvalue(),
        )
        self.client("glue").create_partition(
            DatabaseName=self.database("quarantine"),
            TableName=DATASET,
            PartitionInput={
                "Values": [run_id],
                "StorageDescriptor": {"Columns": [], "Location": location},
            },
        )

    def _row(self, name: str, line: int) -> dict[str, Any]:
        arrival = Quarantine(self, DATASET).item(f"ARRIVAL#{name}") or {}
        body = self.client("s3").get_object(
            Bucket=arrival["bucket"], Key=arrival["key"], VersionId=arrival["version_id"]
        )["Body"]
        record = body.read().decode("latin-1").splitlines()[line - 1]
        return {
            "raw_record": record.encode("latin-1").decode(errors="replace"),
            "rule_ids": ["carrier_code"],
            "reasons": [f"column 'carrier': value '{record[:2]}' is wrong"],
            "source_key": arrival["key"],
            "source_line": line,
            "source_lines": 1,
            "source_version": arrival["version_id"],
            "arrival_id": name,
            "quarantined_at": datetime(2026, 1, 1, tzinfo=UTC),
            "origin_key": None,
            "origin_version": None,
            "origin_line": None,
            "origin_run_id": None,
        }

    def arrived(self) -> dict[str, str]:
        """Give what was replayed: the text of each object, by key; every key has one version."""
        s3 = self.client("s3")
        listed = s3.list_object_versions(
            Bucket=self["RawBucketName"], Prefix=f"{DATASET}/replay/"
        ).get("Versions", [])
        keys = [version["Key"] for version in listed]
        assert len(keys) == len(set(keys)), "an object arrived twice"
        return {
            key: s3.get_object(Bucket=self["RawBucketName"], Key=key)["Body"]
            .read()
            .decode("latin-1")
            for key in sorted(keys)
        }

    def left(self) -> list[str]:
        """Give the records that are in quarantine."""
        quarantine = Quarantine(self, DATASET)
        return [row["raw_record"] for row in quarantine.rows(quarantine.parts())]


@pytest.fixture
def zone(emulator: Emulator) -> Iterator[EmulatedZone]:
    """Give an empty quarantine of a lake of its own."""
    session = boto3.Session(
        aws_access_key_id=emulator.account,
        aws_secret_access_key="emulated",
        region_name="us-east-1",
    )
    yield EmulatedZone(session, emulator.endpoint)


@pytest.fixture(scope="session")
def airlines() -> DatasetContract:
    """Give the sample's contract of airlines, whose rows are appended here."""
    contract = load_contracts(ROOT / "contracts").datasets[DATASET]
    return contract.model_copy(update={"write_mode": "append"})


@pytest.fixture(scope="session")
def customers() -> DatasetContract:
    """Give a contract with personal data."""
    return load_contracts(Path(ROOT / "tests/fixtures")).datasets["customers"]
