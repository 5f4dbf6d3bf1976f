"""Putting files into the raw zone, as a producer would."""

import difflib
from pathlib import Path

from data_lake.contracts import ContractSet
from strata.errors import StrataError
from strata.local.lake import LocalLake


def put(lake: LocalLake, contracts: ContractSet, dataset: str, file: Path) -> str:
    """Put a file under the prefix that the dataset's contract claims; give the object's URI.

    The file's own name becomes the end of the key, whatever characters it has. Raises
    `StrataError` for an unknown dataset (naming the nearest one) or a missing file.
    """
    if dataset not in contracts.datasets:
        nearest = difflib.get_close_matches(dataset, contracts.datasets, n=1)
        hint = f"did you mean {nearest[0]}? " if nearest else ""
        known = ", ".join(sorted(contracts.datasets))
        raise StrataError(f"no contract is named {dataset}; {hint}There are: {known}")
    if not file.is_file():
        raise StrataError(f"{file} is not a file")
    return put_object(lake, f"{contracts.datasets[dataset].raw.prefix}{file.name}", file)


def put_object(lake: LocalLake, key: str, file: Path) -> str:
    """Put a file into the raw zone under any key, claimed or not; give the object's URI."""
    bucket = lake["RawBucketName"]
    lake.client("s3").upload_file(str(file), bucket, key)
    return f"s3://{bucket}/{key}"
