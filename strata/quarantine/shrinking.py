"""Taking rows out of a part of the quarantine table, so that readers see it before or after."""

import io

import pyarrow as pa
from pyarrow import parquet

from strata.errors import StrataError
from strata.quarantine.zone import Part, Quarantine


def shrink(
    quarantine: Quarantine, change_id: str, run_id: str, location: str, ordinals: frozenset[int]
) -> None:
    """Leave out rows of a part, given by their places in it; doing it again changes nothing.

    What stays is written into a folder of the change's own, then the catalog points there, then
    the old folder is emptied. Raises `StrataError` if the part was moved by something else.
    """
    target = (
        f"s3://{quarantine.bucket}/rows/{quarantine.dataset}/after-{change_id}/run_id={run_id}/"
    )
    now = next((part.location for part in quarantine.parts(run_id)), None)
    if now == location:
        kept = _kept(quarantine, Part(run_id, location), ordinals)
        if kept is None:
            _forget(quarantine, run_id)
        else:
            _write(quarantine, kept, target)
            _point(quarantine, run_id, target)
    elif now not in (None, target):
        raise StrataError(
            f"{quarantine.dataset}: the rows of run {run_id} were moved to {now} by something else "
            f"than this change, {change_id}"
        )
    for key in quarantine.keys(location):
        quarantine.lake.client("s3").delete_object(Bucket=quarantine.bucket, Key=key)


def _kept(quarantine: Quarantine, part: Part, ordinals: frozenset[int]) -> pa.Table | None:
    tables = list(quarantine.tables(part))
    whole = pa.concat_tables(tables, promote_options="default") if tables else None
    if whole is None:
        return None
    kept = whole.filter(pa.array([place not in ordinals for place in range(whole.num_rows)]))
    return kept if kept.num_rows else None


def _write(quarantine: Quarantine, rows: pa.Table, location: str) -> None:
    content = io.BytesIO()
    # Athena reads instants of this kind, as Spark writes them.
    parquet.write_table(rows, content, use_deprecated_int96_timestamps=True)
    key = f"{location.removeprefix(f's3://{quarantine.bucket}/')}part-00000.parquet"
    quarantine.lake.client("s3").put_object(
        Bucket=quarantine.bucket, Key=key, Body=content.getvalue()
    )


def _point(quarantine: Quarantine, run_id: str, location: str) -> None:
    glue = quarantine.lake.client("glue")
    place = {
        "DatabaseName": quarantine.lake.database("quarantine"),
        "TableName": quarantine.dataset,
    }
    partition = glue.get_partition(**place, PartitionValues=[run_id])["Partition"]
    storage = partition["StorageDescriptor"] | {"Location": location}
    entry = {
        "PartitionValueList": [run_id],
        "PartitionInput": {"Values": [run_id], "StorageDescriptor": storage},
    }
    errors = glue.batch_update_partition(**place, Entries=[entry]).get("Errors", [])
    if errors:
        raise StrataError(f"{quarantine.dataset}: Glue refused the rows of {run_id}: {errors[0]}")


def _forget(quarantine: Quarantine, run_id: str) -> None:
    glue = quarantine.lake.client("glue")
    try:
        glue.delete_partition(
            DatabaseName=quarantine.lake.database("quarantine"),
            TableName=quarantine.dataset,
            PartitionValues=[run_id],
        )
    except glue.exceptions.EntityNotFoundException:
        return
