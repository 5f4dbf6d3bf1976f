"""Where Spark finds the bytes of an accepted file: where they lie, or below the run's own key."""

from contextlib import closing
from dataclasses import dataclass

from inspect_files.content import HEAD_BYTES, Content
from inspect_files.faults import Fault
from inspect_files.rewriting import RewritingError, rewrite
from lake_runtime.contract_parts import RawFormat
from lake_runtime.contracts import Dataset
from lake_runtime.objects import (
    base_name,
    copy_version,
    is_current,
    key_below,
    open_version,
    write_object,
)
from lake_runtime.records import Claim
from lake_runtime.run import Run

REWRITTEN_BYTES = 1024**3
"""Larger files are not written anew: the function would not come to their end in its time."""
UNSPLITTABLE_BYTES = 256 * 1024**2
"""From this size on it is told that one task of Spark reads the whole file alone."""
_HADOOP_ENDINGS = (".gz", ".bz2", ".deflate", ".lz4", ".snappy", ".zst")
"""Names by which Hadoop takes a file to be compressed, whatever its bytes are."""


@dataclass(frozen=True)
class Place:
    """Where a file is read; `in_place` says that it is the raw object itself."""

    uri: str
    in_place: bool


def find_place(run: Run, claim: Claim, content: Content, dataset: Dataset) -> Place | Fault | None:
    """Give the place, after making it; None if the claimed version is gone.

    A file that Spark cannot read as it stands is written anew, which may show a fault; one whose
    name says another compression than its bytes, and one that was replaced, is copied inside S3.
    """
    folder = f"{run.prefix}input/{claim.arrival_id}/"
    name = base_name(claim.key)
    bucket = run.environment.artifacts_bucket
    if needs_rewriting(content, dataset.raw):
        if claim.size > REWRITTEN_BYTES:
            return Fault("too_large", _too_large(claim, content, dataset.raw))
        key = key_below(folder, f"{name}.{'jsonl' if dataset.raw.format == 'json' else 'txt'}")
        return _write_anew(claim, content, dataset.raw, bucket, key)
    ending = telling_ending(name, content, dataset.raw)
    if not ending and is_current(claim.bucket, claim.key, claim.version_id):
        return Place(f"s3://{claim.bucket}/{claim.key}", in_place=True)
    uri = copy_version(claim, bucket, key_below(folder, name + ending))
    return Place(uri, in_place=False) if uri else None


def warnings_of(claim: Claim, content: Content, raw: RawFormat) -> tuple[str, ...]:
    """Say what makes a file slow to read."""
    if claim.size < UNSPLITTABLE_BYTES or raw.format == "parquet":
        return ()
    if raw.multiline:
        why = "line ends inside quotes"
    elif content.compression == "gzip" and not needs_rewriting(content, raw):
        why = "gzip"
    else:
        return ()
    return (
        f"{claim.size} bytes that cannot be split, because of {why}: one task reads the file "
        "alone; send smaller files, or plain ones",
    )


def needs_rewriting(content: Content, raw: RawFormat) -> bool:
    """Tell whether Spark cannot read a file as its bytes are."""
    if raw.format == "parquet":
        return False
    is_odd = raw.is_two_byte or raw.skip_lines > 0 or raw.format == "json"
    return is_odd or content.compression == "zstd"


def telling_ending(name: str, content: Content, raw: RawFormat) -> str:
    """Give what must be added to a name for Hadoop to decompress what is compressed, and only it.

    It goes by the very end of the name, in lower case.
    """
    if raw.format == "parquet":
        return ""
    if content.compression == "gzip":
        return "" if name.endswith(".gz") else ".gz"
    return ".txt" if name.endswith(_HADOOP_ENDINGS) else ""


def _too_large(claim: Claim, content: Content, raw: RawFormat) -> str:
    if raw.format == "json":
        why = "a JSON document"
    elif content.compression == "zstd":
        why = "Zstandard"
    else:
        why = raw.encoding if raw.is_two_byte else "with lines to skip"
    return (
        f"{claim.size} bytes: a file that is {why} must be written anew before Spark reads it, "
        f"which is done up to {REWRITTEN_BYTES} bytes; split it"
    )


def _write_anew(
    claim: Claim, content: Content, raw: RawFormat, bucket: str, key: str
) -> Place | Fault:
    with closing(open_version(claim)) as body:
        try:
            uri = write_object(
                bucket, key, rewrite(body.iter_chunks(HEAD_BYTES), content.compression, raw)
            )
        except RewritingError as error:
            return Fault("format", str(error))
    return Place(uri, in_place=False)
