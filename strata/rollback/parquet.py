"""States of Parquet tables: where the catalog pointed to before each change.

Each publish, and each rollback, writes down in `undo.json` of its run which partitions it moves,
where they were, and which files lay there. A rollback is a change of the same kind, with an intent
in the staging folder like a publish: what it has done half, the next run takes back.
"""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from strata.errors import StrataError
from strata.lakes import Lake
from strata.rollback.catalog import Catalog, Values
from strata.rollback.lineage import State

UNDO = "undo.json"
RUN_ID = "strata.run-id"
"""The table's parameter that names the run published last."""
_LOOK_SECONDS = 1.0


@dataclass(frozen=True)
class ParquetStates:
    """The table of a dataset or product in its zone."""

    lake: Lake
    zone: str
    dataset: str

    @property
    def bucket(self) -> str:
        """The bucket of the zone."""
        return self.lake[f"{self.zone.capitalize()}BucketName"]

    @property
    def catalog(self) -> Catalog:
        """The table's entries."""
        return Catalog(self.lake, self.lake.database(self.zone), self.dataset)

    def rows(self, _state: State) -> int | None:
        """Give nothing: the catalog does not count the rows of Parquet tables."""
        return None

    def why_not(self, _state: State, later: Sequence[State]) -> str | None:
        """Say why a state cannot be made current, or None if it can."""
        columns = self.catalog.table()["StorageDescriptor"]["Columns"]
        now = {column["Name"]: column["Type"] for column in columns}
        for change in later:
            undo = self._undo(change)
            if undo is None:
                return f"what {change.run_id} changed was not written down, or has expired"
            other = [
                name for name, kind in undo.get("columns", {}).items() if now.get(name) != kind
            ]
            if other:
                return (
                    f"column {other[0]!r} was {undo['columns'][other[0]]} before {change.run_id} "
                    f"and is {now.get(other[0], 'not there')} now: files of before cannot be read"
                )
        for values, part in self._wanted(later).items():
            gone = set(part["files"]) - set(self._files(part["before"])) if part["before"] else ()
            if gone:
                where = "/".join(values) or "the table"
                return f"its data has expired: {len(gone)} files of {where} are gone"
        return None

    def move(self, _state: State, later: Sequence[State], by: str) -> dict[str, Any]:
        """Make a state current, partition by partition; doing it again changes nothing."""
        catalog = self.catalog
        entry = catalog.table()
        if entry["Parameters"].get(RUN_ID) == by:
            return {}
        staging = f"_staging/{self.dataset}/{by}/"
        intent = self._read(self.bucket, f"{staging}intent.json")
        if intent is None:
            intent = self._plan(entry, later, by)
            self._write(self.bucket, f"{staging}intent.json", intent)
        self._wait_for_compactions()
        undo = {"run_id": by, "partitions": list(self._with_files(intent))}
        key = self._undo_key(by)
        if self._read(self.lake["ArtifactsBucketName"], key) is None:
            self._write(self.lake["ArtifactsBucketName"], key, undo)
        for source, target in intent["copies"]:
            self._copy(source, target)
        catalog.switch(
            {tuple(one["values"]): one["location"] for one in intent["partitions"]},
            {RUN_ID: by},
        )
        self._s3.delete_object(Bucket=self.bucket, Key=f"{staging}intent.json")
        return {}

    def _plan(self, entry: dict[str, Any], later: Sequence[State], by: str) -> dict[str, Any]:
        now = self.catalog.locations()
        partitions, copies = [], []
        for values, part in self._wanted(later).items():
            location = part["before"]
            if location and set(self._files(location)) != set(part["files"]):
                # Runs have put further files there, which readers must not see any more.
                folder, home = _folder(location), _folder(location).rstrip("/").rpartition("/")[0]
                location = f"{home}/run-{by}/"
                copies += [(f"{folder}{name}", f"{location}{name}") for name in part["files"]]
            partitions.append({"values": values, "location": location, "before": now.get(values)})
        return {
            "run_id": by,
            "partitions": partitions,
            "others": [],
            "copies": copies,
            "table_before": self.catalog.as_given(entry),
        }

    def _wanted(self, later: Sequence[State]) -> dict[Values, dict[str, Any]]:
        """Give what each partition was before the first change that touched it."""
        found: dict[Values, dict[str, Any]] = {}
        for change in later:
            for part in (self._undo(change) or {"partitions": []})["partitions"]:
                found.setdefault(tuple(part["values"]), part)
        return found

    def _with_files(self, intent: dict[str, Any]) -> Iterator[dict[str, Any]]:
        for part in intent["partitions"]:
            files = sorted(self._files(part["before"])) if part["before"] else []
            yield {**part, "files": files}

    def _undo(self, change: State) -> dict[str, Any] | None:
        return self._read(self.lake["ArtifactsBucketName"], self._undo_key(change.run_id))

    def _undo_key(self, run_id: str) -> str:
        return f"runs/{self.dataset}/{run_id}/{UNDO}"

    def _files(self, location: str) -> Iterator[str]:
        """Give the names of the Parquet files in a folder."""
        _, prefix = _split(_folder(location))
        for key in self._keys(prefix):
            if key.endswith(".parquet"):
                yield key.removeprefix(prefix)

    def _keys(self, prefix: str) -> Iterator[str]:
        pages = self._s3.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.bucket, Prefix=prefix):
            yield from (entry["Key"] for entry in page.get("Contents", []))

    def _wait_for_compactions(self) -> None:
        """Wait until no compaction is about to switch a partition, as publishing does."""
        while any(until > time.time() for until in self._claims()):
            time.sleep(_LOOK_SECONDS)

    def _claims(self) -> Iterator[float]:
        for key in self._keys(f"_compaction/{self.dataset}/"):
            claim = self._read(self.bucket, key)
            if claim is not None:
                yield float(claim["until"])

    @property
    def _s3(self) -> Any:
        return self.lake.client("s3")

    def _copy(self, source: str, target: str) -> None:
        (from_bucket, from_key), (bucket, key) = _split(source), _split(target)
        self._s3.copy({"Bucket": from_bucket, "Key": from_key}, bucket, key)

    def _read(self, bucket: str, key: str) -> dict[str, Any] | None:
        try:
            answer = self._s3.get_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                return None
            raise
        content: dict[str, Any] = json.loads(answer["Body"].read())
        return content

    def _write(self, bucket: str, key: str, document: dict[str, Any]) -> None:
        body = json.dumps(document, ensure_ascii=False).encode()
        self._s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType="application/json")


def _folder(location: str) -> str:
    return f"{location.rstrip('/')}/"


def _split(uri: str) -> tuple[str, str]:
    bucket, slash, key = uri.removeprefix("s3://").partition("/")
    if not slash:
        raise StrataError(f"not the URI of an object: {uri!r}")
    return bucket, key
