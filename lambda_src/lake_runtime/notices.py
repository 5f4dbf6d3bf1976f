"""Notices: one JSON message for machines, one subject line for people."""

import json
import os
from collections.abc import Mapping, Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

SUBJECT_CHARACTERS = 100
"""SNS: ASCII, no line breaks or control characters, at most 100 of them.
https://docs.aws.amazon.com/sns/latest/api/API_Publish.html"""
_REASONS = 20
RUNBOOKS = "docs/runbooks"
"""Where the runbooks are, unless the environment variable of that name says a URL."""


class Severity(StrEnum):
    """How soon a person should look."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class Notice(BaseModel):
    """What SNS is given; `message` is JSON text. Neither ever holds a record's values."""

    model_config = ConfigDict(frozen=True)

    subject: str
    message: str


def make_notice(
    *,
    kind: str,
    severity: Severity,
    environment: str,
    dataset: str,
    headline: str,
    next_step: str,
    run_id: str | None = None,
    outcome: str | None = None,
    counts: Mapping[str, int] | None = None,
    reasons: Sequence[str] = (),
    runbook: str | None = None,
) -> Notice:
    """Make a notice; of the reasons the first twenty are told, and how many more there are.

    `runbook` is the name of a page in docs/runbooks, of which the notice has the address.
    """
    told = list(reasons[:_REASONS])
    if len(reasons) > _REASONS:
        told.append(f"and {len(reasons) - _REASONS} more")
    message = {
        "notice": kind,
        "severity": severity,
        "environment": environment,
        "dataset": dataset,
        "run_id": run_id,
        "outcome": outcome,
        "counts": dict(counts or {}),
        "reasons": told,
        "next_step": next_step,
        "runbook": None if runbook is None else runbook_page(runbook),
    }
    return Notice(
        subject=subject_line(f"[{environment}] {severity}: {dataset}: {headline}"),
        message=json.dumps(message, sort_keys=True, ensure_ascii=False),
    )


def runbook_page(name: str) -> str:
    """Give the address of a page in docs/runbooks."""
    return f"{os.environ.get('RUNBOOKS', RUNBOOKS)}/{name}.md"


def subject_line(text: str) -> str:
    """Give the text as SNS accepts it for a subject; what it does not accept becomes `?`."""
    line = "".join(char if " " <= char <= "~" else "?" for char in " ".join(text.split()))
    return line if len(line) <= SUBJECT_CHARACTERS else line[: SUBJECT_CHARACTERS - 3] + "..."
