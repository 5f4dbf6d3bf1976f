"""When the small files of Parquet tables are brought together, and which."""

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from config.lifecycle import Days, Strict
from data_lake.contracts.cron import check_cron, known_time_zones


class Compaction(Strict):
    """How Parquet tables are kept: each is looked at when ``cron`` says, in its time zone.

    That is the time zone of the contract's own schedule, or else ``time_zone``. A partition is
    compacted that has more than ``small_files`` files below ``small_share`` of ``target_mb``. A
    folder that no reader and no run needs is deleted ``orphan_days`` after that was first seen.
    ``enabled: false`` keeps the schedules and lets them rest.
    """

    enabled: bool = True
    cron: str = "0 3 ? * SUN *"
    time_zone: str = "UTC"
    window_minutes: int = Field(default=120, ge=1, le=1_440)
    target_mb: int = Field(default=256, ge=1, le=5_120)
    small_share: Annotated[float, Field(gt=0, le=1)] = 0.5
    small_files: int = Field(default=8, ge=1, le=100_000)
    orphan_days: Days = 7

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
