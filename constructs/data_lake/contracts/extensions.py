"""What Strata adds to the standard, as ``customProperties``: names in camelCase, as it asks."""

import re
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from data_lake.contracts.cron import check_cron, known_time_zones
from data_lake.contracts.endurance import Circuit, Retry
from data_lake.contracts.engine import Engine
from data_lake.contracts.incremental import Incremental
from data_lake.contracts.raw_source import RawSource

TableFormat = Literal["iceberg", "parquet"]
WriteMode = Literal["append", "merge", "replace"]
Evolution = Literal["strict", "additive", "permissive"]
Atomicity = Literal["partition", "table"]


class Extension(BaseModel):
    """Base of what stands in a contract: frozen, no unknown fields, no conversion of types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, alias_generator=to_camel)


class TriggerSource(Extension):
    """What starts a run: ``on_arrival`` of a file, a ``manifest``, or only the ``schedule``.

    Mode micro_batch looks every ``every_minutes`` minutes and starts a run if anything waits.
    Files of mode manifest wait until a manifest lists them and all others of its batch have
    arrived, too. A manifest is a JSON document whose name ends in ``suffix``. A batch should be
    complete ``deadline_minutes`` after the first part of it arrived.
    """

    mode: Literal["on_arrival", "manifest", "micro_batch", "schedule"]
    suffix: str = ".manifest.json"
    deadline_minutes: Annotated[int, Field(ge=1, le=7 * 24 * 60)] = 60
    every_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 15

    @field_validator("every_minutes")
    @classmethod
    def _micro_batch_only(cls, value: int, info: ValidationInfo) -> int:
        if info.data.get("mode") in ("on_arrival", "manifest", "schedule"):
            raise ValueError("is for mode micro_batch; remove it, or use mode micro_batch")
        return value

    @field_validator("suffix", "deadline_minutes")
    @classmethod
    def _manifest_only(cls, value: str | int, info: ValidationInfo) -> str | int:
        if info.data.get("mode") in ("on_arrival", "micro_batch", "schedule"):
            raise ValueError("is for mode manifest; remove it, or use mode manifest")
        return value

    @field_validator("suffix")
    @classmethod
    def _left_out_by_crawlers(cls, suffix: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9._-]*manifest\.json", suffix):
            raise ValueError(
                "must end in manifest.json, which the raw crawler leaves out, after letters, "
                "digits, '.', '-' and '_' only"
            )
        return suffix


class Schedule(Extension):
    """When a run starts whatever the trigger: an EventBridge Scheduler cron in a time zone.

    ``catch_up``: where the clock's jump in spring skips a run, one starts at the first minute after
    the jump. Without, that day has none.
    """

    cron: str
    time_zone: str
    catch_up: bool = False

    @field_validator("cron")
    @classmethod
    def _readable(cls, cron: str) -> str:
        check_cron(cron)
        return cron

    @field_validator("time_zone")
    @classmethod
    def _known(cls, time_zone: str) -> str:
        if time_zone not in known_time_zones():
            raise PydanticCustomError(
                "time_zone",
                "must be a time zone of the IANA database, such as America/New_York",
                {"options": sorted(known_time_zones())},
            )
        return time_zone


class Publishing(Extension):
    """How much of a Parquet table changes at once when a run is published.

    ``partition``: each partition, one after the other. ``table``: the whole table, which then has
    no partitions in the catalog and is copied inside S3 by each publish.
    """

    atomicity: Atomicity


class QuarantineSource(Extension):
    """What quarantine keeps of bad rows.

    ``clear_values``: also the values of confidential, restricted and protected columns.
    """

    clear_values: bool = False


class TableExtensions(Extension):
    """What datasets and products both say.

    ``version_column`` tells which of two rows with the same key is newer. ``evolution`` is how far
    files and the published table may differ from the contract.
    """

    table_format: TableFormat = "iceberg"
    write_mode: WriteMode
    version_column: str | None = None
    evolution: Evolution = "strict"
    publishing: Publishing | None = None
    quality_threshold: float = Field(default=0.95, ge=0, le=1)
    engine: Engine = Engine()
    quarantine: QuarantineSource = QuarantineSource()
    circuit: Circuit = Circuit()


class DatasetExtensions(TableExtensions):
    """The ``customProperties`` of a dataset."""

    refused_fields: ClassVar[dict[str, str]] = {
        "incremental": "is for products; a dataset loads only what arrived anyway; remove it"
    }

    raw: RawSource
    trigger: TriggerSource = TriggerSource(mode="on_arrival")
    schedule: Schedule | None = None
    retry: Retry = Retry()

    @field_validator("retry")
    @classmethod
    def _batches_are_whole(cls, retry: Retry, info: ValidationInfo) -> Retry:
        trigger = info.data.get("trigger")
        if trigger is not None and trigger.mode == "manifest" and retry.tolerated_failure_percent:
            raise PydanticCustomError(
                "tolerated_failure_percent",
                "must be 0 for mode manifest, because a batch is loaded whole or not at all",
                {
                    "field": "toleratedFailurePercent",
                    "value": retry.tolerated_failure_percent,
                },
            )
        return retry


_FOR_DATASETS = "is for datasets; a product is built when its inputs are published; remove it"


class ProductExtensions(TableExtensions):
    """The ``customProperties`` of a data product; it is a product because it has inputs."""

    refused_fields: ClassVar[dict[str, str]] = dict.fromkeys(
        ("raw", "trigger", "schedule", "retry"), _FOR_DATASETS
    )

    inputs: Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
    incremental: Incremental | None = None

    @field_validator("engine")
    @classmethod
    def _sized_by_hand(cls, engine: Engine) -> Engine:
        if engine.workers == "auto":
            raise PydanticCustomError(
                "workers",
                "cannot be auto for a product, which no files wait for; use maxWorkers alone, "
                "and Glue scales",
                {"field": "workers", "value": "auto"},
            )
        return engine

    @field_validator("write_mode")
    @classmethod
    def _built_whole(cls, mode: str) -> str:
        if mode == "append":
            raise ValueError(
                "must be replace or merge, because a product is built from whole inputs and "
                "appending would repeat its rows"
            )
        return mode
