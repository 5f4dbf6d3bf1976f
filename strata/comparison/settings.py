"""What changed in what a contract says about its table and its runs as a whole."""

from collections.abc import Callable
from typing import Any

from strata.comparison.change import (
    Change,
    backfill,
    breaking,
    from_to,
    refused,
    safe,
    shown,
    words,
)

Judge = Callable[[str, Any, Any], Change]


def _format(subject: str, old: str, new: str) -> Change:
    return refused(
        subject, f"changes {from_to(old, new)}", "A table keeps the format that it was made in."
    )


def _key(subject: str, old: Any, new: Any) -> Change:
    return refused(
        subject,
        f"changes {from_to(old, new)}",
        "The rows that are there were kept or replaced by the old key; under the new one some "
        "may be missing and some be there twice.",
    )


def _partitioning(subject: str, old: Any, new: Any) -> Change:
    return refused(
        subject,
        f"changes {from_to(old, new)}",
        "A run refuses a table that is partitioned in another way.",
    )


WRITE_MODES = {
    ("append", "merge"): "New rows replace older ones of the same key; those that are there "
    "twice already stay.",
    ("append", "replace"): "Each run puts its rows in the place of all that are there.",
    ("merge", "append"): "A key that is delivered again is there twice from now on.",
    ("merge", "replace"): "Each run puts its rows in the place of all that are there.",
    (
        "replace",
        "append",
    ): "Rows that a run does not bring stay; repeated ones are there twice.",
    ("replace", "merge"): "Rows that a run does not bring stay instead of going.",
}


def _write_mode(subject: str, old: str, new: str) -> Change:
    text, reason = f"changes {from_to(old, new)}", WRITE_MODES[old, new]
    if (old, new) == ("append", "merge"):
        advice = "Remove what is there twice, or replay the past into a new dataset."
        return backfill(subject, text, reason, advice)
    return breaking(subject, text, reason)


def _quality(subject: str, old: dict[str, Any], new: dict[str, Any]) -> Change:
    before, after = old["threshold"], new["threshold"]
    text = f"changes {from_to(before, after)}"
    if after > before:
        return safe(
            subject,
            text,
            "Runs that scored less were published and will not be any more.",
            "Look at the scores of the last runs, so that the data does not stop coming.",
        )
    return breaking(subject, text, "Runs are published that readers were promised not to see.")


def _freshness(subject: str, old: float | None, new: float | None) -> Change:
    if old is None or (new is not None and new < old):
        return safe(
            subject,
            f"changes {from_to(_hours(old), _hours(new))}",
            "Readers are promised more.",
            "Look at the last runs, so that the alarm does not go off at once.",
        )
    return breaking(
        subject,
        f"changes {from_to(_hours(old), _hours(new))}",
        "Readers who count on it see older data, and no alarm tells anybody.",
    )


def _hours(hours: float | None) -> str | None:
    return None if hours is None else f"{hours:g} h"


def _trigger(subject: str, old: dict[str, Any], new: dict[str, Any]) -> Change:
    text = f"changes {from_to(_said(old), _said(new))}"
    if new["mode"] == "manifest" and (old["mode"], old["suffix"]) != ("manifest", new["suffix"]):
        return breaking(
            subject,
            text,
            "Files wait until a manifest of that name lists them; without one none is loaded.",
            "Agree with the producers on the day, and raise the major version.",
        )
    if old["mode"] == "manifest" and new["mode"] != "manifest":
        return breaking(
            subject,
            text,
            "Files are loaded one by one, so readers may see half a delivery, and the manifests "
            "that still come are taken for data.",
            "Agree with the producers on the day, and raise the major version.",
        )
    return safe(
        subject,
        text,
        "The same files are loaded at other times.",
        "Check that the freshness which is promised can still be kept.",
    )


def _said(trigger: dict[str, Any]) -> str:
    parts = [f"{name} {shown(value)}" for name, value in trigger.items() if value is not None]
    return ", ".join(parts).removeprefix("mode ").replace("_", " ")


def _schedule(subject: str, old: Any, new: Any) -> Change:
    return safe(
        subject,
        f"changes {from_to(old, new)}",
        "The same files are loaded at other times.",
        "Check that the freshness which is promised can still be kept.",
    )


def _version_column(subject: str, old: Any, new: Any) -> Change:
    return refused(
        subject,
        f"changes {from_to(old, new)}",
        "Which of two rows of a key is the newer is decided in another way than for the rows "
        "that are there.",
    )


def _evolution(subject: str, old: Any, new: Any) -> Change:
    order = ("strict", "additive", "permissive")
    text = f"changes {from_to(old, new)}"
    if order.index(new) > order.index(old):
        return safe(subject, text, "Files are taken that were rejected before.")
    return breaking(
        subject,
        text,
        "Files that were taken are rejected.",
        "Agree with the producers on the day, and raise the major version.",
    )


def _quarantine(subject: str, old: dict[str, Any], new: dict[str, Any]) -> Change:
    if old["clear_values"] and not new["clear_values"]:
        return backfill(
            subject,
            "hides the values of classified columns now",
            "Rows that were set aside before still show them.",
            "Replay or drop the rows that are in quarantine.",
        )
    return breaking(
        subject,
        "keeps the clear values of classified columns now",
        "Whoever may read quarantine sees them from now on, and that cannot be taken back.",
        "Have the owner of the data agree, and raise the major version.",
    )


def of_runs(subject: str, old: Any, new: Any) -> Change:
    """Give a change of how runs work, which leaves the rows as they are."""
    text = f"changes {from_to(old, new)}"
    return safe(subject, text, "It changes how runs work, not what is in the table.")


SETTINGS: dict[str, tuple[str, Judge]] = {
    "description": ("purpose", lambda subject, _o, _n: words(subject, "is said in other words")),
    "owner": ("owner", lambda subject, old, new: words(subject, f"changes {from_to(old, new)}")),
    "format": ("table format", _format),
    "write_mode": ("write mode", _write_mode),
    "primary_key": ("primary key", _key),
    "partition_by": ("partitioning", _partitioning),
    "quality": ("quality threshold", _quality),
    "freshness_hours": ("freshness", _freshness),
    "trigger": ("trigger", _trigger),
    "schedule": ("schedule", _schedule),
    "version_column": ("version column", _version_column),
    "evolution": ("evolution", _evolution),
    "quarantine": ("quarantine", _quarantine),
    "incremental": ("incremental building", of_runs),
    "engine": ("engine", of_runs),
    "publishing": ("publishing", of_runs),
    "retry": ("retry", of_runs),
    "circuit": ("circuit", of_runs),
}
"""For each setting its name for people and what a change of it does."""
