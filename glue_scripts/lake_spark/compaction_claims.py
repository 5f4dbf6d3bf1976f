"""How a compaction and a publish keep out of each other's way, without a lock between them.

A publish writes its intent and then looks for claims; a compaction writes its claim and then looks
for intents. Whichever comes second sees the other: a publish waits the moment that a compaction
takes to switch a partition, a compaction leaves the partition as it is.
"""

import time
from collections.abc import Iterator

from lake_spark.parquet_tables import ParquetTable
from lake_spark.storage import (
    delete_keys,
    list_keys,
    read_json_if_there,
    split_uri,
    write_json,
)

CLAIM_SECONDS = 600
"""How long a claim is respected: longer than any call of AWS is retried."""
BEGIN_SECONDS = 60
"""How soon after its claim a compaction has to begin to switch; later, it does not."""
LOOK_SECONDS = 1.0


def take_claim(table: ParquetTable, run_id: str) -> float:
    """Claim the table for a moment; gives the time, in epoch seconds, until when to switch."""
    now = time.time()
    write_json(_claim_uri(table, run_id), {"run_id": run_id, "until": now + CLAIM_SECONDS})
    return now + BEGIN_SECONDS


def end_claim(table: ParquetTable, run_id: str) -> None:
    """Let publishes go on."""
    bucket, key = split_uri(_claim_uri(table, run_id))
    delete_keys(bucket, [key])


def forget_ended_claims(table: ParquetTable) -> None:
    """Delete the claims that ended by themselves, which nobody respects any more."""
    bucket, _ = split_uri(_folder(table))
    ended = [key for key, until in _claims(table) if until < time.time()]
    delete_keys(bucket, ended)


def wait_for_compactions(table: ParquetTable) -> None:
    """Wait until no compaction is about to switch; call it after the intent is written.

    The claim of a compaction that died ends by itself.
    """
    while any(until > time.time() for _, until in _claims(table)):
        time.sleep(LOOK_SECONDS)


def _claims(table: ParquetTable) -> Iterator[tuple[str, float]]:
    folder = _folder(table)
    bucket, _ = split_uri(folder)
    for key in list_keys(folder):
        claim = read_json_if_there(f"s3://{bucket}/{key}")
        if claim is not None:
            yield key, float(claim["until"])


def _claim_uri(table: ParquetTable, run_id: str) -> str:
    return f"{_folder(table)}{run_id}.json"


def _folder(table: ParquetTable) -> str:
    warehouse, _, name = table.location.rstrip("/").rpartition("/")
    return f"{warehouse}/_compaction/{name}/"
