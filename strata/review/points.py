"""One thing that a reviewer is told."""

from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """How much a reviewer's attention is asked for, most first."""

    LOSS = "DATA LOSS"
    CARE = "look closely"
    NOTE = "for the record"


class Topic(StrEnum):
    """What a point is about, in the order in which points are told."""

    REMOVED = "removed"
    REPLACED = "replaced"
    PROTECTION = "protection of data"
    WIDENED = "permissions widened"
    NARROWED = "permissions narrowed"
    ALARM = "alarms"
    MACHINE = "state machines"
    ADDED = "added"
    CHANGED = "changed"
    SIZE = "size"


@dataclass(frozen=True)
class Point:
    """One sentence about one resource.

    Attributes:
        topic: what it is about.
        text: the sentence, without a full stop.
        weight: how much it matters.
    """

    topic: Topic
    text: str
    weight: Weight = Weight.NOTE
