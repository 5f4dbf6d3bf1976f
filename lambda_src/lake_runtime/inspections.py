"""The inspections of a run: one document per file, and one per batch for those who read all."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from lake_runtime import clients
from lake_runtime.artifacts import delete_keys, read_json
from lake_runtime.errors import explain
from lake_runtime.parallel import in_parallel
from lake_runtime.records import Claim, Inspection
from lake_runtime.run import INDEX, Run

RESULTS = "inspections/results/"
"""Where a distributed Map writes what became of its items; the machine says the same."""


def write_inspection(run: Run, inspection: Inspection) -> None:
    """Write one file's inspection, so that a repeated batch goes on where it was cut off."""
    run.artifacts.write(_name(inspection.arrival_id), inspection.model_dump(mode="json"))


def read_inspection(run: Run, arrival_id: str) -> Inspection | None:
    """Give one file's inspection, or None if it was not inspected yet."""
    content = run.artifacts.read(_name(arrival_id))
    return None if content is None else Inspection.model_validate(content)


def write_batch(run: Run, batch_uri: str, inspections: Iterable[Inspection]) -> None:
    """Write the inspections of a whole batch as one document beside the single ones."""
    name = f"inspections/batch-{batch_uri.rsplit('/', 1)[-1]}"
    run.artifacts.write(name, [found.model_dump(mode="json") for found in inspections])


def forget_inspections(run: Run, claims: Sequence[Claim]) -> None:
    """Delete the inspections of a run's claims, so that its files are inspected anew.

    What a distributed Map told of failures goes, too.
    """
    names = [_name(claim.arrival_id) for claim in claims]
    names += [f"inspections/batch-{number:04}.json" for number in range(len(claims))]
    keys = [f"{run.artifacts.prefix}{name}" for name in names]
    delete_keys(run.artifacts.bucket, [*keys, *_result_keys(run)])


def read_inspections(run: Run, claims: Sequence[Claim]) -> dict[str, Inspection]:
    """Give all inspections by arrival id; a claim that was not inspected is left out.

    Batches are read first: thousands of single documents would take a function minutes.
    """
    found: dict[str, Inspection] = {}
    for batch in _read_batches(run):
        found |= {entry["arrival_id"]: Inspection.model_validate(entry) for entry in batch}
    rest = [claim.arrival_id for claim in claims if claim.arrival_id not in found]
    single = in_parallel(lambda arrival_id: read_inspection(run, arrival_id), rest)
    return found | {entry.arrival_id: entry for entry in single if entry is not None}


def _read_batches(run: Run) -> list[list[dict[str, Any]]]:
    """Give the documents of whole batches; where there is no index of them, up to the first gap."""
    index = run.artifacts.read(INDEX)
    if index is not None:
        names = [f"inspections/batch-{entry['uri'].rsplit('/', 1)[-1]}" for entry in index]
        return [batch for batch in in_parallel(run.artifacts.read, names) if batch is not None]
    batches: list[list[dict[str, Any]]] = []
    while (batch := run.artifacts.read(f"inspections/batch-{len(batches):04}.json")) is not None:
        batches.append(batch)
    return batches


@dataclass(frozen=True)
class FailedBatch:
    """A batch that a distributed Map could not have inspected, with the error of its last try."""

    uri: str
    error: str
    cause: str

    @property
    def reason(self) -> str:
        """What failed, in one line."""
        return explain(self.error, self.cause)

    @property
    def keys(self) -> dict[str, str]:
        """The keys of its files by arrival id."""
        return {entry["arrival_id"]: entry["key"] for entry in read_json(self.uri) or []}

    def describe(self) -> str:
        """Say in one line which files it holds and why it failed."""
        keys = list(self.keys.values())
        shown = ", ".join(repr(key) for key in keys[:3])
        more = f" and {len(keys) - 3} more" if len(keys) > 3 else ""
        return f"inspection of {shown}{more} failed: {self.reason}"


def failed_batches(run: Run) -> list[FailedBatch]:
    """Give the batches that could not be inspected, as the Map's results tell them."""
    bucket = run.artifacts.bucket
    failed = [key for key in _result_keys(run) if re.search(r"/FAILED_\d+\.json$", key)]
    items = [item for key in failed for item in read_json(f"s3://{bucket}/{key}") or []]
    return [
        FailedBatch(
            uri=json.loads(item["Input"])["batch"]["uri"],
            error=str(item.get("Error", "")),
            cause=str(item.get("Cause", "")),
        )
        for item in items
    ]


def _result_keys(run: Run) -> list[str]:
    bucket, prefix = run.artifacts.bucket, f"{run.artifacts.prefix}{RESULTS}"
    pages = clients.s3().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [entry["Key"] for page in pages for entry in page.get("Contents", [])]


def _name(arrival_id: str) -> str:
    return f"inspections/{arrival_id}.json"
