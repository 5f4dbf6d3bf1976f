"""What the register function did about one message."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What was done about a message."""

    REGISTERED = "registered"
    KNOWN = "known"
    SKIPPED = "skipped"
    UNCLAIMED = "unclaimed"


@dataclass(frozen=True)
class Registration:
    """What was done about one object.

    `starts` names the dataset whose run should start, for the arrivals `waiting`.
    """

    kind: Kind
    arrival_id: str
    starts: str | None = None
    waiting: tuple[str, ...] = ()
