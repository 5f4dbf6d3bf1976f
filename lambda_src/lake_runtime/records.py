"""The records that the steps of a run hand to each other as JSON."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictBool

from lake_runtime.identity import utc_text


class Record(BaseModel):
    """A record that the functions write and read themselves."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Report(BaseModel):
    """A record that a Spark job writes: fields that only people read may be added there."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", coerce_numbers_to_str=True, hide_input_in_errors=True
    )


class Claim(Record):
    """One object version that waits or is claimed; times are ISO 8601 in UTC, size in bytes.

    `reprocessing` names what a person loads again, in a run of its own.
    """

    arrival_id: str
    bucket: str
    key: str
    version_id: str
    etag: str
    size: int
    registered_at: str
    event_time: str
    sequencer: str
    reprocessing: str | None = None

    @classmethod
    def of_item(cls, item: Mapping[str, Any]) -> Self:
        """Give the claim that an item of the ledger holds, whatever else it says."""
        return cls.model_validate({name: item[name] for name in cls.model_fields if name in item})

    @property
    def arrived_at(self) -> str:
        """When S3 stored the version, as its event says, but never after it was registered."""
        try:
            stored = utc_text(datetime.fromisoformat(self.event_time))
        except ValueError:
            return self.registered_at
        return min(stored, self.registered_at) if self.registered_at else stored

    @property
    def age_order(self) -> tuple[str, str, str]:
        """Sort oldest first: by arrival, then by S3's sequencer, then by id."""
        return (self.arrived_at, self.sequencer.zfill(64), self.arrival_id)


class Listed(Record):
    """One file as a manifest lists it; SHA-256 in lower-case hex, rows without the header."""

    key: str
    sha256: str | None = None
    rows: int | None = None


class Batch(Record):
    """A manifest and the files it lists: a run takes all of them or none."""

    manifest: Claim
    files: tuple[Listed, ...]

    def listed(self, key: str) -> Listed | None:
        """Give what the manifest says of a file, or None if it does not list it."""
        return self._by_key.get(key)

    @cached_property
    def _by_key(self) -> dict[str, Listed]:
        return {listed.key: listed for listed in self.files}


class Verdict(StrEnum):
    """What the inspection of a file decided."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    MISSING = "missing"
    SKIPPED = "skipped"
    UNINSPECTED = "uninspected"
    """Nobody could look at it, for a reason that is not in the file; it waits for the next run."""


class Inspection(Record):
    """The result of inspecting one claimed file."""

    arrival_id: str
    key: str
    version_id: str
    verdict: Verdict
    rule: str | None = None
    reason: str | None = None
    read_uri: str | None = None
    checksum: str | None = None
    size: int
    in_place: bool = True
    quarantine_uri: str | None = None
    duplicate_of: str | None = None
    """The arrival with the same bytes, of this run or published before."""
    columns: tuple[tuple[str, str], ...] | None = None
    """Names and Spark SQL types of a Parquet file's columns."""
    warnings: tuple[str, ...] = ()
    """What a person should know of a file that is read all the same."""


def is_batch_broken(inspections: Iterable[Inspection]) -> bool:
    """Tell whether a file is missing from a batch, so that none of it is loaded."""
    kept = (Verdict.ACCEPTED, Verdict.DUPLICATE)
    return any(inspection.verdict not in kept for inspection in inspections)


class RuleState(StrEnum):
    """What became of a rule; it is not evaluated where there was nothing to judge it by."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_EVALUATED = "not_evaluated"


class RuleHistory(Report):
    """How far a measure may be from the mean of the last runs."""

    within_percent: Decimal
    runs: int = Field(ge=1)


class RuleCount(Report):
    """What a run came to by one rule.

    `rows` are those that broke it; `decides` tells whether it has a say about the run as a whole.
    """

    rule: str
    severity: str
    rows: int = Field(ge=0)
    kind: str = ""
    scope: str = "row"
    dimension: str = "conformity"
    state: RuleState | None = None
    measure: StrictBool | str | None = None
    """A number as text; strictly a boolean, which 1.0 would become otherwise."""
    expected: str = ""
    decides: bool | None = None
    reason: str | None = None
    history: RuleHistory | None = None
    awaits_history: bool = False

    @property
    def is_broken(self) -> bool:
        """Whether the rule was judged and does not hold."""
        return self.rows > 0 if self.state is None else self.state is RuleState.FAILED

    @property
    def has_a_say(self) -> bool:
        """Whether the rule can decide about the run as a whole."""
        return self.severity == "fail" if self.decides is None else self.decides


class FileCount(Report):
    """How many rows Spark read from one file, good and bad."""

    key: str
    rows_in: int = Field(ge=0)


class StageReport(Report):
    """What Spark staged and what it put aside (`stage.json`)."""

    run_id: str
    dataset: str
    rows_in: int = Field(ge=0)
    rows_good: int = Field(ge=0)
    rows_quarantined: int = Field(ge=0)
    rows_deduplicated: int = Field(ge=0)
    score: Decimal = Field(ge=0, le=1)
    dimensions: dict[str, int] = {}
    """The rows that broke a rule of rows, by dimension."""
    rules: list[RuleCount] = []
    files: list[FileCount] = []
    snapshot_id: str | None = None
    quarantine_uri: str | None = None
    unchanged: str | None = None
    """Why nothing was built, if nothing new was in the inputs of a product."""
    emptied: bool = False
    """Whether the partitions that were built of a product have no rows any more."""
    build: str | None = None
    """How much of a product was built, and why."""


class PublishReport(Report):
    """What Spark published (`publish.json`)."""

    run_id: str
    table: str
    snapshot_id: str | None = None
    published_at: AwareDatetime


class TaskError(Report):
    """An error as Step Functions catches it."""

    Error: str = ""
    Cause: str = ""
