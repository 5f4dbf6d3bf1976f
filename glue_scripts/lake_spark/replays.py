"""Where the records of a replayed file were quarantined before."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from lake_spark.inputs import InputFile
from lake_spark.storage import read_json

REPLAY = re.compile(
    r"(?:^|/)replay/(?P<change>[0-9]{8}T[0-9]{6}-[0-9a-f]{8})-(?P<number>[0-9]{4})[^/]*$"
)
"""The end of the key of a file that `strata quarantine replay` put into the raw zone."""
FILE_ORIGIN = "__file int, file_key string, file_version string, file_run string"
RECORD_ORIGIN = (
    "__file int, source_line bigint, record_key string, record_version string, record_line bigint, "
    "record_run string"
)


def read_origins(
    bucket: str, dataset: str, files: Sequence[InputFile]
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Give the origins of a run's replayed files, whole ones and single records.

    The columns are those of `FILE_ORIGIN` and `RECORD_ORIGIN`; both are empty for other runs.
    """
    whole: list[tuple[Any, ...]] = []
    records: list[tuple[Any, ...]] = []
    for position, document in _documents(bucket, dataset, files):
        file = document.get("file")
        if file is not None:
            whole.append((position, file["key"], file["version_id"], file["run_id"]))
        records += [
            (position, one["at"], one["key"], one["version_id"], one["line"], one["run_id"])
            for one in document.get("records", [])
        ]
    return whole, records


def _documents(
    bucket: str, dataset: str, files: Sequence[InputFile]
) -> Iterator[tuple[int, dict[str, Any]]]:
    for position, file in enumerate(files):
        found = REPLAY.search(file.key)
        if found is not None:
            folder = f"s3://{bucket}/changes/{dataset}/{found['change']}/"
            yield position, read_json(f"{folder}origins-{found['number']}.json")
