"""Whether a deployed lake works: a run that finds nothing, and a canary file where that is safe."""

import hashlib
import random
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from strata.books import Books
from strata.by_hand import TRIGGER
from strata.dead_letters.queues import dead_letter_queues
from strata.errors import StrataError
from strata.lakes import Lake
from strata.locking import LOCK
from strata.promotion.deployed_contracts import DeployedDataset
from strata.starting import start_execution

Tell = Callable[[str], None]
POLL_SECONDS: Final = 1.0
GOOD_STACKS: Final = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")
GOOD_OUTCOMES: Final = ("published", "published_with_warnings")
MARK: Final = "smoke-"
"""How the name of every canary file begins, in the raw zone and in each record about it."""


def check_stacks(lake: Lake) -> list[str]:
    """Give the names of the lake's stacks; raises `StrataError` for one that is not in order."""
    pages = lake.client("cloudformation").get_paginator("describe_stacks").paginate()
    found = {
        stack["StackName"]: stack["StackStatus"]
        for page in pages
        for stack in page["Stacks"]
        if stack["StackName"].startswith(f"{lake.prefix}-")
    }
    wrong = [f"{name} is {status}" for name, status in found.items() if status not in GOOD_STACKS]
    if wrong or not found:
        raise StrataError("; ".join(wrong) or f"there is no stack {lake.prefix}-*; deploy it first")
    return sorted(found)


def check_dead_letters(lake: Lake) -> list[str]:
    """Give the names of the dead-letter queues; raises `StrataError` for one that is not empty."""
    counts = {queue.name: queue.count() for queue in dead_letter_queues(lake)}
    full = [f"{count} in {name}" for name, count in counts.items() if count]
    if full:
        raise StrataError(
            f"messages lie in dead-letter queues: {', '.join(full)}; look at them: strata dlq show"
        )
    if not counts:
        raise StrataError(f"no stack {lake.prefix}-* tells of a dead-letter queue; deploy it first")
    return list(counts)


def run_that_finds_nothing(lake: Lake, datasets: Iterable[str], *, seconds: float) -> str:
    """Start the ingest machine for a dataset for which nothing waits, and give the dataset's name.

    It goes through the alias, the machine, its role, the function, the ledger and their keys, and
    writes no data.

    Raises:
        StrataError: files wait for every dataset, or the execution does not end well in time.
    """
    idle = next((name for name in sorted(datasets) if _is_idle(lake, name)), None)
    if idle is None:
        raise StrataError("every dataset is being loaded or has files waiting; try again later")
    name = f"{MARK}{idle[:40]}-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    content = {"dataset": idle, "trigger": TRIGGER}
    arn = start_execution(lake, lake["IngestStateMachineArn"], name, content)
    if arn is None:
        raise StrataError(f"{name} was started a moment ago; try again")
    states, deadline = lake.client("stepfunctions"), time.monotonic() + seconds
    while (told := states.describe_execution(executionArn=arn))["status"] == "RUNNING":
        if time.monotonic() > deadline:
            raise StrataError(f"{arn} was still running after {seconds:.0f} s")
        time.sleep(POLL_SECONDS)
    if told["status"] != "SUCCEEDED":
        cause = told.get("cause") or told.get("error") or "no cause given"
        raise StrataError(f"{arn} ended as {told['status']}: {cause}")
    return idle


def _is_idle(lake: Lake, dataset: str) -> bool:
    books = Books(lake, dataset)
    return books.item(LOCK) is None and next(books.items("WAITING#"), None) is None


def check_canary(dataset: DeployedDataset) -> None:
    """Raise `StrataError` for a dataset in which a file that comes twice leaves its rows twice."""
    if dataset.write_mode == "append":
        raise StrataError(
            f"{dataset.name}: a canary needs a dataset whose rows are replaced or merged: sending "
            "it twice must not leave its rows twice"
        )


def canary(
    lake: Lake,
    dataset: DeployedDataset,
    file: Path,
    seed: str,
    *,
    seconds: float,
    tell: Tell = print,
) -> dict[str, Any]:
    """Put a file into the raw zone as a producer would, and give the record of its run.

    Its rows stand in an order that `seed` decides: the table comes out the same, and the lake
    does not set the file aside as one that it knows. With the same seed the bytes are the same,
    and that they were recognised is a good outcome as well.

    Raises:
        StrataError: the dataset is only ever appended to, the file is not claimed in time, or its
            run ends otherwise than published.
    """
    check_canary(dataset)
    content = shuffled(file.read_text(encoding="utf-8"), seed).encode()
    digest = hashlib.sha256(content).hexdigest()[:12]
    key = f"{dataset.prefix}{MARK}{digest}{file.suffix}"
    answer = lake.client("s3").put_object(Bucket=lake["RawBucketName"], Key=key, Body=content)
    tell(f"stored s3://{lake['RawBucketName']}/{key}")
    return _outcome(Books(lake, dataset.name), key, answer["VersionId"], seconds)


def shuffled(text: str, seed: str) -> str:
    """Give a file with a header with its rows in an order that a seed decides."""
    header, *rows = text.splitlines(keepends=True)
    ended = [row if row.endswith("\n") else f"{row}\n" for row in rows]
    random.Random(seed).shuffle(ended)  # noqa: S311 - an order, not a secret
    return "".join([header, *ended])


def _outcome(books: Books, key: str, version: str, seconds: float) -> dict[str, Any]:
    deadline, last = time.monotonic() + seconds, "no event of it came"
    while time.monotonic() < deadline:
        arrival = next(
            (
                one
                for one in books.items("ARRIVAL#")
                if one.get("key") == key and one.get("version_id") == version
            ),
            None,
        )
        if arrival is not None:
            last = f"it is {arrival['status']}"
            record = books.record(arrival["run_id"]) if arrival.get("run_id") else None
            if record is not None and record.get("ended_at"):
                return _judged(key, arrival, record)
        time.sleep(POLL_SECONDS)
    raise StrataError(f"{key}: nothing came of it within {seconds:.0f} s: {last}")


def _judged(key: str, arrival: dict[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    known = arrival.get("rule") == "duplicate_content"
    if record.get("outcome") in GOOD_OUTCOMES or known:
        return record | {"recognised": known}
    reason = record.get("reason") or arrival.get("reason") or "no reason recorded"
    raise StrataError(f"{key}: run {record['run_id']} ended as {record.get('outcome')}: {reason}")
