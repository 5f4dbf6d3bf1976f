"""What the page tells: everything it shows, gathered before anything is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from strata.page.deployed.model import Alarm, Dashboard, Metric

StateOutcome = Literal["succeeded", "retried", "caught", "failed", "running"]
"""How one state went: at once, after a retry, with an error that was caught, or with one that ended
the execution."""
ChartKind = Literal["bars", "line"]
Cell = str | int | float | bool | None


@dataclass(frozen=True)
class Visit:
    """One stay in a state: when it began (seconds into the execution), how long, and how it went.

    `error` names the last error that was seen in it, `attempts` counts its tries.
    """

    state: str
    start: float
    seconds: float
    outcome: StateOutcome
    attempts: int = 1
    error: str | None = None


@dataclass(frozen=True)
class Execution:
    """One execution of a state machine, with the states it went through in order."""

    pipeline: str
    arn: str
    status: str
    started_at: datetime
    seconds: float
    visits: tuple[Visit, ...]


@dataclass(frozen=True)
class Machine:
    """A deployed state machine: its definition in the States Language, as the lake gives it."""

    pipeline: str
    definition: dict[str, Any]


@dataclass(frozen=True)
class Run:
    """The audit record of a run. Counts are 0 where the run never got so far."""

    dataset: str
    kind: str
    run_id: str
    trigger: str
    outcome: str
    started_at: datetime
    ended_at: datetime | None
    execution_arn: str
    files_claimed: int = 0
    files_accepted: int = 0
    files_rejected: int = 0
    files_duplicate: int = 0
    rows_in: int = 0
    rows_good: int = 0
    rows_quarantined: int = 0
    rows_deduplicated: int = 0
    score: float | None = None
    reason: str | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    """The score in each dimension that a rule of the contract has."""
    rows_stale: int = 0
    """Of the good rows, those of whose key the table had a newer version already."""
    schema_changes: tuple[str, ...] = ()
    """What the run changed of its table so that it follows the contract, in words."""

    @property
    def published(self) -> bool:
        """Whether readers see what this run wrote."""
        return self.outcome in ("published", "published_with_warnings")


@dataclass(frozen=True)
class Example:
    """One quarantined row as it came, with the reason and the place it came from."""

    record: str
    reason: str
    source: str


@dataclass(frozen=True)
class RuleCount:
    """How many rows of a dataset broke a rule, over all runs, with examples where any were kept."""

    dataset: str
    rule: str
    severity: str
    rows: int
    description: str
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True)
class Arrival:
    """One object that arrived in the raw zone, and what became of it."""

    dataset: str
    key: str
    size: int
    status: str
    registered_at: datetime
    run_id: str | None = None
    rule: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Column:
    """One column of a table; a `hidden` one holds values that the contract keeps from view."""

    name: str
    type: str
    description: str = ""
    hidden: bool = False


@dataclass(frozen=True)
class Table:
    """One table as its readers see it, with a few of its rows; snapshots only where Iceberg is."""

    zone: str
    name: str
    description: str
    format: str
    columns: tuple[Column, ...]
    rows: int
    sample: tuple[tuple[Cell, ...], ...]
    snapshot_id: str | None = None
    snapshots: int | None = None


@dataclass(frozen=True)
class Chart:
    """One small picture of a product: values by label, or along a time."""

    kind: ChartKind
    title: str
    note: str
    points: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Product:
    """A data product, what it is built from, and pictures of its rows."""

    name: str
    description: str
    inputs: tuple[str, ...]
    charts: tuple[Chart, ...]


@dataclass(frozen=True)
class Notice:
    """One notice that the lake sent."""

    severity: str
    kind: str
    dataset: str
    outcome: str
    reasons: tuple[str, ...]
    next_step: str


@dataclass(frozen=True)
class Story:
    """Everything that the page shows. Sequences are in the order in which things happened."""

    prefix: str
    region: str
    written_at: datetime
    stacks: tuple[tuple[str, int], ...]
    """Each deployed stack with the number of its resources."""
    machines: tuple[Machine, ...]
    executions: tuple[Execution, ...]
    runs: tuple[Run, ...]
    thresholds: dict[str, float]
    """The quality score that a dataset or product needs to be published."""
    rules: tuple[RuleCount, ...]
    arrivals: tuple[Arrival, ...]
    tables: tuple[Table, ...]
    products: tuple[Product, ...]
    notices: tuple[Notice, ...]
    dashboard: Dashboard
    """The CloudWatch dashboard that was deployed."""
    alarms: tuple[Alarm, ...]
    metrics: tuple[Metric, ...]
    """What was measured, except what the executions themselves tell."""
