"""The names by which arrivals, runs and executions are known, all derived and so repeatable."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

UNCLAIMED = "_unclaimed"
"""The dataset part of the scope under which objects are kept that no contract claims."""


def arrival_id(bucket: str, key: str, version_id: str) -> str:
    """Give the id of one object version: the same for every delivery of its event."""
    return hashlib.sha256(f"{bucket}\n{key}\n{version_id}".encode()).hexdigest()[:40]


def run_prefix(dataset: str, run_id: str) -> str:
    """Give the key prefix of a run's artifacts, ending in a slash."""
    return f"runs/{dataset}/{run_id}/"


def execution_name(dataset: str, parts: Iterable[str]) -> str:
    """Give an execution name of at most 65 characters that is the same for the same parts."""
    digest = hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()[:24]
    return f"{dataset[:40]}-{digest}"


def utc_now() -> str:
    """Give the time now as `utc_text` writes it."""
    return utc_text(datetime.now(UTC))


def utc_text(time: datetime) -> str:
    """Give a time as ISO 8601 in UTC with microseconds: fixed width, so it sorts as text."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def seconds_between(start: str, end: str) -> float:
    """Give the seconds between two times in ISO 8601."""
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
