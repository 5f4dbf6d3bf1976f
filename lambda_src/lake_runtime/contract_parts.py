"""What a compiled contract consists of, as far as the functions look at it."""

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """Something of a contract that never changes once it is read."""

    # The bundle is validated where it is compiled; fields that only Spark reads are not repeated.
    model_config = ConfigDict(frozen=True, extra="ignore")


class Protection(Part):
    """What becomes of a column's values on their way to the table."""

    method: str


class Column(Part):
    """One column of a table."""

    name: str
    type: str
    required: bool = False
    source: str | None = None
    classification: str = "internal"
    protection: Protection | None = None

    @property
    def raw_name(self) -> str:
        """What raw files call the column."""
        return self.source or self.name

    @property
    def is_classified(self) -> bool:
        """Whether its values must not be seen where they are not needed."""
        return self.classification in ("confidential", "restricted") or self.protection is not None


class RawFormat(Part):
    """Where a dataset's files arrive and how they are written; the library explains each field."""

    prefix: str
    format: Literal["csv", "jsonl", "json", "parquet"]
    compression: Literal["auto", "none", "gzip", "zstd"] = "auto"
    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'
    header: bool = True
    encoding: str = "UTF-8"
    null_values: list[str] = []
    multiline: bool = False
    comment: str | None = None
    skip_lines: int = 0
    line_end: Literal["any", "lf", "crlf", "cr"] = "any"
    records: str | None = None

    @property
    def is_two_byte(self) -> bool:
        """Tell whether characters have two bytes or more, which no reader of lines knows."""
        return self.encoding.startswith("UTF-16")

    @property
    def is_crawlable(self) -> bool:
        """Tell whether a Glue crawler finds the columns, and calls them by their names.

        Its classifiers know no Zstandard, no lines to skip, no documents, and name the columns of
        a file without a header themselves.
        """
        is_named = self.format != "csv" or self.header
        is_plain = not (self.is_two_byte or self.skip_lines or self.compression == "zstd")
        return is_named and is_plain and self.format != "json"


class Quality(Part):
    """When a run is good enough to publish."""

    threshold: Decimal


class Quarantine(Part):
    """Whether quarantine keeps the clear values of classified columns."""

    clear_values: bool = False


class Trigger(Part):
    """What starts a dataset's runs; names that end in `suffix` are manifests, in mode manifest."""

    mode: str
    suffix: str | None = None
    deadline_minutes: int = 60
    every_minutes: int | None = None


class Schedule(Part):
    """When runs start: the six fields of Scheduler's cron, in a time zone.

    `catch_up`: a run follows a time that the clock has skipped.
    """

    cron: str
    time_zone: str
    catch_up: bool = False


class Retry(Part):
    """After how many failed runs an arrival is parked, and how many inspections may fail."""

    max_attempts: int = 5
    tolerated_failure_percent: float = 0


class Circuit(Part):
    """After how many failed runs no more are started, and for how long."""

    failures: int = 3
    cool_down_minutes: int = 60


class EngineWish(Part):
    """What a contract asks of its Spark job; what it does not say, the environment decides."""

    worker_type: str | None = None
    workers: int | Literal["auto"] | None = None
    max_workers: int | None = None
    bytes_per_worker: int = 2**30
    flex: bool = False
    timeout_minutes: int | None = None
