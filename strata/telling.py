"""Telling people and machines what a command has done, as the lake's functions do."""

import json
from collections.abc import Sequence

from strata.lakes import Lake

_SUBJECT = 100
"""SNS takes ASCII of at most so many characters."""


def send_notice(
    lake: Lake,
    *,
    kind: str,
    severity: str,
    dataset: str,
    headline: str,
    run_id: str,
    outcome: str,
    reasons: Sequence[str],
    next_step: str,
) -> None:
    """Send a notice to the lake's topic."""
    environment = _environment(lake)
    message = {
        "notice": kind,
        "severity": severity,
        "environment": environment,
        "dataset": dataset,
        "run_id": run_id,
        "outcome": outcome,
        "counts": {},
        "reasons": list(reasons),
        "next_step": next_step,
    }
    subject = f"[{environment}] {severity}: {dataset}: {headline}"
    printable = "".join(char if " " <= char <= "~" else "?" for char in subject)
    lake.client("sns").publish(
        TopicArn=lake["AlertTopicArn"],
        Subject=printable[:_SUBJECT],
        Message=json.dumps(message, sort_keys=True, ensure_ascii=False),
    )


def send_published(
    lake: Lake, *, dataset: str, kind: str, run_id: str, snapshot_id: str | None
) -> None:
    """Send the event that readers of a dataset or product see other rows now.

    Raises `RuntimeError` if the bus did not take it.
    """
    detail = {
        "environment": _environment(lake),
        "owner": lake.prefix,
        "dataset": dataset,
        "run_id": run_id,
        "snapshot_id": snapshot_id,
        "kind": kind,
    }
    entry = {"Source": "strata.lake", "DetailType": "DatasetPublished"}
    answer = lake.client("events").put_events(Entries=[entry | {"Detail": json.dumps(detail)}])
    if answer.get("FailedEntryCount"):
        raise RuntimeError(f"the event of {dataset} was not taken: {answer['Entries'][0]}")


def _environment(lake: Lake) -> str:
    return lake.prefix.rpartition("-")[2]
