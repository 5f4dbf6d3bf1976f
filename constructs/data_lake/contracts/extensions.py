"""What Strata adds to the standard, as ``customProperties``: names in camelCase, as it asks."""

import re
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from data_lake.contracts.cron import check_cron, known_time_zones

TableFormat = Literal["iceberg", "parquet"]
WriteMode = Literal["append", "merge", "replace"]
OneCharacter = Annotated[str, Field(min_length=1, max_length=1)]
# Encodings in which Spark, Java and Python agree on names and on the byte of a line end.
Encoding = Literal["UTF-8", "US-ASCII", "ISO-8859-1", "windows-1252"]


class Extension(BaseModel):
    """Base of what stands in a contract: frozen, no unknown fields, no conversion of types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, alias_generator=to_camel)


class RawSource(Extension):
    """Where a dataset's files arrive and how they are written.

    ``null_values`` are the words that mean null, by default only the empty field.
    """

    prefix: str
    format: Literal["csv", "jsonl"]
    delimiter: OneCharacter = ","
    quote: OneCharacter = '"'
    escape: OneCharacter = '"'
    header: bool = True
    encoding: Encoding = "UTF-8"
    null_values: Annotated[tuple[str, ...], Field(strict=False)] = ("",)
    multiline: bool = False

    @field_validator("prefix")
    @classmethod
    def _folder(cls, prefix: str) -> str:
        if not re.fullmatch(r"([A-Za-z0-9=-][A-Za-z0-9._=-]*/)+", prefix):
            raise ValueError(
                "must be folders of letters, digits, '.', '-', '_' and '=' that end in '/', such "
                "as flights/, without a leading '/', '.' or '_'"
            )
        return prefix

    @field_validator("delimiter", "quote", "escape", "header", "multiline")
    @classmethod
    def _csv_only(cls, value: str | bool, info: ValidationInfo) -> str | bool:
        if info.data.get("format") == "jsonl":
            raise ValueError("is for format csv; remove it, or use format csv")
        return value

    @field_validator("encoding")
    @classmethod
    def _json_is_utf8(cls, encoding: str, info: ValidationInfo) -> str:
        if info.data.get("format") == "jsonl" and encoding != "UTF-8":
            raise ValueError("must be UTF-8 for format jsonl")
        return encoding

    @field_validator("quote")
    @classmethod
    def _not_the_delimiter(cls, quote: str, info: ValidationInfo) -> str:
        if quote == info.data.get("delimiter"):
            raise ValueError("must differ from delimiter")
        return quote


class TriggerSource(Extension):
    """What starts a run: ``on_arrival`` of a file, a ``manifest``, or only the ``schedule``.

    Files of mode manifest wait until a manifest lists them and all others of its batch have
    arrived, too. A manifest is a JSON document whose name ends in ``suffix``. A batch should be
    complete ``deadline_minutes`` after the first part of it arrived.
    """

    mode: Literal["on_arrival", "manifest", "schedule"]
    suffix: str = ".manifest.json"
    deadline_minutes: Annotated[int, Field(ge=1, le=7 * 24 * 60)] = 60

    @field_validator("suffix", "deadline_minutes")
    @classmethod
    def _manifest_only(cls, value: str | int, info: ValidationInfo) -> str | int:
        if info.data.get("mode") in ("on_arrival", "schedule"):
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
    """When a run starts whatever the trigger: an EventBridge Scheduler cron in a time zone."""

    cron: str
    time_zone: str

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


class TableExtensions(Extension):
    """What datasets and products both say."""

    table_format: TableFormat = "iceberg"
    write_mode: WriteMode
    quality_threshold: float = Field(default=0.95, ge=0, le=1)


class DatasetExtensions(TableExtensions):
    """The ``customProperties`` of a dataset."""

    refused_fields: ClassVar[dict[str, str]] = {}

    raw: RawSource
    trigger: TriggerSource = TriggerSource(mode="on_arrival")
    schedule: Schedule | None = None


_FOR_DATASETS = "is for datasets; a product is built when its inputs are published; remove it"


class ProductExtensions(TableExtensions):
    """The ``customProperties`` of a data product; it is a product because it has inputs."""

    refused_fields: ClassVar[dict[str, str]] = dict.fromkeys(
        ("raw", "trigger", "schedule"), _FOR_DATASETS
    )

    inputs: Annotated[tuple[str, ...], Field(strict=False, min_length=1)]

    @field_validator("write_mode")
    @classmethod
    def _built_whole(cls, mode: str) -> str:
        if mode == "append":
            raise ValueError(
                "must be replace or merge, because a product is built from whole inputs and "
                "appending would repeat its rows"
            )
        return mode
