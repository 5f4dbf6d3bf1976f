"""What a sweep found and did, gathered for one notice and one set of metrics."""

from dataclasses import dataclass, field
from typing import Self

from lake_runtime.environment import Environment


class SweepEnvironment(Environment):
    """The environment of the sweep function."""

    ingest_state_machine_arn: str
    curate_state_machine_arn: str
    arrival_queue_url: str
    grace_minutes: int
    """What is younger is left to its own event, run or end."""
    objects_per_sweep: int
    pass_minutes: int
    """The raw zone is gone through once in so many minutes, unless that takes longer."""


@dataclass
class Findings:
    """One sentence for each thing found; all empty where the lake needed nothing."""

    died: list[str] = field(default_factory=list)
    started: list[str] = field(default_factory=list)
    unheard: list[str] = field(default_factory=list)
    overdue: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """What could not be looked at or mended; the next sweep tries again."""

    @property
    def reasons(self) -> list[str]:
        """All sentences, what needs a person first."""
        return [*self.problems, *self.overdue, *self.died, *self.unheard, *self.started]

    def add(self, other: Self) -> None:
        """Take over what another one found."""
        for name in ("died", "started", "unheard", "overdue", "problems"):
            getattr(self, name).extend(getattr(other, name))
