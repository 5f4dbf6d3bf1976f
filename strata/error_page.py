"""docs/errors.md, written from the table that the state machines' retriers are made from."""

from pathlib import Path

from data_lake.error_classes import HANDLING
from data_lake.error_table import KNOWN_ERRORS, KnownError
from strata.paths import ROOT

FILE = ROOT / "docs" / "errors.md"

_HEAD = """# Errors and what becomes of them

Every error has a class, and the class decides what is done and who is told. The retriers and \
handlers of the state machines, and this page, are made from one table, \
`constructs/data_lake/error_table.py`; the functions record and tell failures by the same classes. \
What has no name here is `code`: trying the unknown again would hide it.

## The classes
"""
_AFTER_CLASSES = """
A notice that a run failed names its class, the error, and what to do next; the run's audit record \
keeps both. The error that ends an execution is always the one that began the failure, never that \
of a notice.

Every retry waits a random time below a bound that doubles from try to try (full jitter) up to a \
longest wait. Only what tells, starts the next run or publishes is repeated whatever its error, \
because receivers know a repeated message, start or publish by its run id.

Where many files are inspected, a distributed Map sums up what its items failed over as \
`States.ExceedToleratedFailureThreshold`: the run then has the gravest class of those failures, \
and its notice names the files. A contract may let some inspections fail \
(`retry.toleratedFailurePercent`, 0 unless it says otherwise): the run goes on, and the files that \
nobody could look at wait for the next one.

## What has a time limit, and why nothing sends heartbeats

Every task has a timeout a little longer than the work it waits for has itself, and every machine \
has one. A heartbeat tells a machine that a worker is alive which calls back with a task token; no \
task of these machines waits for a token. A function ends by its own timeout after minutes. A Glue \
job is watched by Step Functions itself (`.sync`), which learns of a dead driver from Glue, and \
stops the job when the execution is stopped; a token would give that up. What outlives both, an \
execution that nobody closes, is found by the run's lease and by the sweep within minutes. A test \
holds any task that would wait for a token to a heartbeat.

## The errors

`Seen in` says where the name shows: as an error of a task, inside the cause of a failed Glue job, \
or inside a function, which then fails under the name in the last column. The lake's machines do \
not ask Athena; its errors are those of `strata query` against a deployed lake and of people's own \
functions.

| service | error | class | seen in | arrives in the machine as |
|---|---|---|---|---|
"""


def page() -> str:
    """Give the page."""
    classes = [
        f"\n### {kind}\n\n{handling.means}\n\n- **Done**: {handling.done}\n"
        f"- **Told**: {handling.told}.\n- **Handled by**: {handling.state}.\n"
        for kind, handling in HANDLING.items()
    ]
    rows = [_row(known) for known in sorted(KNOWN_ERRORS, key=_order)]
    return _HEAD + "".join(classes) + _AFTER_CLASSES + "\n".join(rows) + "\n"


def _row(known: KnownError) -> str:
    return (
        f"| {known.service} | `{known.name}` | {known.kind} | {known.seen} | `{known.arrives_as}` |"
    )


def _order(known: KnownError) -> tuple[str, int, str]:
    return (known.service, list(HANDLING).index(known.kind), known.name)


def write(file: Path = FILE) -> None:
    """Write the page."""
    file.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write()
