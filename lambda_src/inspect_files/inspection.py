"""The inspection of one claimed file, and what it leaves in the ledger and in quarantine."""

from collections.abc import Mapping
from contextlib import closing
from typing import Any

from inspect_files.checks import find_fault
from inspect_files.content import HEAD_BYTES, Content, peek, read_content
from inspect_files.faults import Fault
from inspect_files.originals import find_original
from inspect_files.parquet import read_footer
from inspect_files.placing import find_place, warnings_of
from inspect_files.promises import checksum_fault, manifest_fault
from lake_runtime.artifacts import write_json
from lake_runtime.claims import settle_arrivals
from lake_runtime.contracts import Dataset, load_contracts
from lake_runtime.identity import utc_now
from lake_runtime.inspections import read_inspection, write_inspection
from lake_runtime.ledger import Status
from lake_runtime.objects import (
    base_name,
    copy_version,
    key_below,
    open_version,
    read_end,
    stored_checksum,
    version_exists,
)
from lake_runtime.records import Batch, Claim, Inspection, Verdict
from lake_runtime.replays import change_of
from lake_runtime.run import Run

STREAMED_BYTES = 1024**3
"""Larger files are not read to their end, which would take the function longer than it has."""


def inspect_file(run: Run, claim: Claim, dataset: Dataset, batch: Batch | None) -> Inspection:
    """Inspect one file and write down the verdict; a file inspected before is not read again.

    A file of a batch is also held against what its manifest says of it.
    """
    done = read_inspection(run, claim.arrival_id)
    if done is None:
        done = _inspect(run, claim, dataset, batch)
        write_inspection(run, done)
    return done


def _inspect(run: Run, claim: Claim, dataset: Dataset, batch: Batch | None) -> Inspection:
    if not version_exists(claim):
        return _missing(run, claim)
    content = _read(claim)
    if dataset.is_manifest(claim.key):
        return _reject(run, claim, manifest_fault(content, claim, dataset), content)
    fault = checksum_fault(content, claim, batch) or find_fault(content, dataset)
    if fault is not None:
        return _reject(run, claim, fault, content)
    # The same bytes come once more on purpose when they are replayed under another contract.
    is_replay = change_of(claim.key) is not None
    original = None if is_replay else find_original(run, claim, dataset, content.checksum)
    if original is not None:
        return _duplicate(run, claim, content, original, settles=batch is None)
    return _accept(run, claim, content, dataset)


def _read(claim: Claim) -> Content:
    """Read the file once; of a giant, which would outlast the function, only the beginning."""
    with closing(open_version(claim)) as body:
        if claim.size <= STREAMED_BYTES:
            return read_content(body.iter_chunks(HEAD_BYTES))
        start = body.read(HEAD_BYTES)
    return peek(start, claim.size, stored_checksum(claim), read_end(claim, HEAD_BYTES))


def _accept(run: Run, claim: Claim, content: Content, dataset: Dataset) -> Inspection:
    """Accept a file where it lies, or where it was put for Spark to read."""
    place = find_place(run, claim, content, dataset)
    if place is None:
        return _missing(run, claim)
    if isinstance(place, Fault):
        return _reject(run, claim, place, content)
    is_parquet = dataset.raw.format == "parquet"
    return _inspection(
        claim,
        Verdict.ACCEPTED,
        read_uri=place.uri,
        in_place=place.in_place,
        checksum=content.checksum,
        columns=read_footer(content.tail, content.size).columns if is_parquet else None,
        warnings=warnings_of(claim, content, dataset.raw),
    )


def _missing(run: Run, claim: Claim) -> Inspection:
    reason = "this version of the file was deleted before it was read"
    _settle(run, claim, Status.MISSING, {"rule": "missing", "reason": reason})
    return _inspection(claim, Verdict.MISSING, rule="missing", reason=reason)


def _reject(run: Run, claim: Claim, fault: Fault, content: Content) -> Inspection:
    """Keep the file and the reason in quarantine; readers of quarantine need both.

    A file with classified columns stays in the raw zone alone, where its version is named.
    """
    bucket = run.environment.quarantine_bucket
    folder = f"files/{run.dataset}/{claim.arrival_id}/"
    dataset = load_contracts(run.environment.contracts_uri).dataset(run.dataset)
    uri: str | None = None
    if not dataset.hidden:
        uri = copy_version(claim, bucket, key_below(folder, base_name(claim.key)))
    write_json(
        f"s3://{bucket}/rejections/{run.dataset}/{claim.arrival_id}.json",
        {
            "dataset": run.dataset,
            "arrival_id": claim.arrival_id,
            "bucket": claim.bucket,
            "key": claim.key,
            "version_id": claim.version_id,
            "rule": fault.rule,
            "reason": fault.reason,
            "run_id": run.run_id,
            "rejected_at": utc_now(),
            "quarantine_uri": uri,
            "size": claim.size,
        },
    )
    details = {
        "rule": fault.rule,
        "reason": fault.reason,
        "checksum": content.checksum,
        "quarantine_uri": uri,
    }
    _settle(run, claim, Status.REJECTED, details)
    return _inspection(claim, Verdict.REJECTED, **details)


def _duplicate(
    run: Run, claim: Claim, content: Content, original: dict[str, Any], *, settles: bool
) -> Inspection:
    details = {
        "rule": "duplicate_content",
        "reason": f"the same bytes as arrival {original['arrival_id']} ({original['key']})",
        "checksum": content.checksum,
    }
    if settles and original["status"] == Status.PUBLISHED:
        _settle(run, claim, Status.DUPLICATE, details)
    # Beside a file of this run, or in a batch, it stays claimed: if the run fails, all wait again.
    return _inspection(claim, Verdict.DUPLICATE, duplicate_of=original["arrival_id"], **details)


def _settle(run: Run, claim: Claim, status: Status, details: Mapping[str, Any]) -> None:
    settle_arrivals(run.ledger, run.run_id, [(claim, status, details)])


def _inspection(claim: Claim, verdict: Verdict, **details: Any) -> Inspection:
    return Inspection(
        arrival_id=claim.arrival_id,
        key=claim.key,
        version_id=claim.version_id,
        size=claim.size,
        verdict=verdict,
        **details,
    )
