"""Parquet tables keep few files and no folder that nobody needs: a job on a schedule."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Duration
from constructs import Construct

from data_lake.compact_states import CompactMachine
from data_lake.pipeline import PipelineParts
from data_lake.spark_job import SparkJob
from data_lake.state_machine import LakeStateMachine

_MB = 1024 * 1024
_LEAST = {"target_mb": 1, "small_files": 1, "orphan_days": 1, "window_minutes": 1}
_LONGEST_WINDOW = 24 * 60


@dataclass(frozen=True)
class CompactionSettings:
    """Which partitions of Parquet tables are compacted, when, and what is deleted.

    Attributes:
        enabled: false keeps the schedules but starts nothing. Default: true.
        cron: when tables are looked at, as the six fields of EventBridge Scheduler's cron.
            Default: Sundays at three.
        window_minutes: the tables' starts are spread over so many; at most 1,440. Default: 120.
        target_mb: the size of the files that are written. Default: 256.
        small_share: a file below this share of ``target_mb`` is small; above 0, at most 1.
            Default: 0.5.
        small_files: a partition is compacted that has more small files. Default: 8.
        orphan_days: how long a folder must not have been needed before it is deleted. It must be
            longer than a run takes. Default: 7.

    Raises:
        ValueError: a number is out of its bounds.
    """

    enabled: bool = True
    cron: str = "0 3 ? * SUN *"
    window_minutes: int = 120
    target_mb: int = 256
    small_share: float = 0.5
    small_files: int = 8
    orphan_days: int = 7

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            if getattr(self, name) < least:
                raise self._refusal(name, f"at least {least}")
        if not 0 < self.small_share <= 1:
            raise self._refusal("small_share", "above 0 and at most 1")
        if self.window_minutes > _LONGEST_WINDOW:
            raise self._refusal("window_minutes", f"at most {_LONGEST_WINDOW}")

    def _refusal(self, name: str, rule: str) -> ValueError:
        return ValueError(f"CompactionSettings: {name}: must be {rule}: got {getattr(self, name)}")

    @property
    def arguments(self) -> dict[str, str]:
        """The limits as default arguments of a compact job."""
        return {
            "--target_bytes": str(self.target_mb * _MB),
            "--small_share": str(self.small_share),
            "--small_files": str(self.small_files),
            "--orphan_days": str(self.orphan_days),
        }


@dataclass(frozen=True)
class ParquetTable:
    """A table that is compacted.

    Attributes:
        zone: where it is, ``processed`` or ``curated``.
        time_zone: IANA name, in which the settings' cron is meant. Default: UTC.
    """

    zone: str
    time_zone: str = "UTC"


class TableCompaction(Construct):
    """One state machine that compacts Parquet tables, and a job for each zone that has any.

    The machine waits where all of the job's concurrent runs are taken, tries a run that failed
    once more under another name, and fails where that does not help. Iceberg tables are compacted
    by ``TableOptimizers``.

    Args:
        parts: what pipelines are made of.
        tables: by dataset or product; at least one.
        settings: which partitions are compacted, when, and what is deleted. Default: see
            ``CompactionSettings``.

    Attributes:
        tables: by dataset or product.
        settings: as given.
        jobs: by zone; a zone without Parquet tables has none.
        machine: the state machine; its input is the names of a table and of its zone, as
            ``dataset`` and ``zone``.

    Raises:
        ValueError: there is no table, or one of another zone.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        parts: PipelineParts,
        tables: Mapping[str, ParquetTable],
        settings: CompactionSettings | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.tables, self.settings = dict(tables), settings or CompactionSettings()
        self._check()
        self.jobs = {zone: self._job(parts, zone) for zone in sorted(self._zones())}
        definition = CompactMachine(self.jobs).definition()
        self.machine = LakeStateMachine(
            self,
            "Machine",
            name=f"{parts.prefix}-compact",
            definition=lambda _start_arn: definition,
            timeout_minutes=parts.timeout_minutes,
            log_retention_days=parts.log_retention_days,
            key=parts.key,
        )
        parts.allow_jobs(self.machine, list(self.jobs.values()))

    @property
    def window(self) -> Duration:
        """The time over which the tables' starts are spread."""
        return Duration.minutes(self.settings.window_minutes)

    def _job(self, parts: PipelineParts, zone: str) -> SparkJob:
        names = sorted(name for name, table in self.tables.items() if table.zone == zone)
        scope = Construct(self, zone.capitalize())
        return parts.jobs.compact(scope, zone, tables=names, limits=self.settings.arguments)

    def _zones(self) -> set[str]:
        return {table.zone for table in self.tables.values()}

    def _check(self) -> None:
        if not self.tables:
            raise ValueError(
                f"{self.node.path}: tables: must name at least one Parquet table: got none; "
                "make no TableCompaction for a lake of Iceberg tables"
            )
        for name, table in self.tables.items():
            if table.zone not in ("processed", "curated"):
                raise ValueError(
                    f"{self.node.path}: tables: {name}: zone: must be processed or curated: "
                    f"got {table.zone!r}"
                )
