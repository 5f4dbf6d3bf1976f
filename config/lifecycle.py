"""How long each zone keeps what, held to S3's own minimums before S3 gets to refuse them.

Minimums: https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
"""

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

INFREQUENT_ACCESS_MINIMUM_DAYS = 30
ARCHIVE_MINIMUM_DAYS = 90

Days = Annotated[int, Field(ge=1, le=36_500)]


class Strict(BaseModel):
    """Base of every settings model: frozen, no unknown fields, no silent conversion of types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_default=True)


class FileZone(Strict):
    """Lifecycle of a zone of plain objects (raw, quarantine, artifacts, access logs).

    All values are days. ``None`` means never. Objects go to Standard-IA, then to the archive
    class, then expire.
    """

    infrequent_access_after_days: int | None = Field(
        default=None, ge=INFREQUENT_ACCESS_MINIMUM_DAYS
    )
    archive_after_days: Days | None = None
    expire_after_days: Days | None = None
    noncurrent_expire_after_days: Days = 30
    abort_uploads_after_days: Days = 7

    @field_validator("archive_after_days")
    @classmethod
    def _archive_after_infrequent_access(cls, days: int | None, info: ValidationInfo) -> int | None:
        infrequent = info.data.get("infrequent_access_after_days")
        if days is None or infrequent is None:
            return days
        earliest = infrequent + INFREQUENT_ACCESS_MINIMUM_DAYS
        if days < earliest:
            raise ValueError(
                f"must be at least {earliest}, because S3 keeps an object in Standard-IA for "
                f"{INFREQUENT_ACCESS_MINIMUM_DAYS} days (infrequent_access_after_days {infrequent})"
            )
        return days

    @field_validator("expire_after_days")
    @classmethod
    def _expire_after_transitions(cls, days: int | None, info: ValidationInfo) -> int | None:
        if days is None:
            return days
        for field, minimum in (
            ("archive_after_days", ARCHIVE_MINIMUM_DAYS),
            ("infrequent_access_after_days", INFREQUENT_ACCESS_MINIMUM_DAYS),
        ):
            moved = info.data.get(field)
            if moved is not None and days < moved + minimum:
                raise ValueError(
                    f"must be at least {moved + minimum}, because S3 bills {minimum} days of "
                    f"storage after the transition ({field} {moved})"
                )
        return days


_BREAKS_SNAPSHOTS = (
    "is not accepted in a zone of Iceberg tables, because a data file that {done} by age breaks "
    "every snapshot that names it; remove it"
)


class TableZone(Strict):
    """Lifecycle of a zone of tables (processed, curated); days.

    Current objects never expire and are never archived: only non-current versions expire, and
    Intelligent-Tiering goes without its archive tiers.
    """

    refused_fields: ClassVar[dict[str, str]] = {
        "expire_after_days": _BREAKS_SNAPSHOTS.format(done="expires"),
        "archive_after_days": _BREAKS_SNAPSHOTS.format(done="is archived"),
        "infrequent_access_after_days": (
            "is not accepted in a zone of tables, because compaction rewrites data files before "
            "Standard-IA's minimum of 30 days; use intelligent_tiering"
        ),
    }

    intelligent_tiering: bool = True
    noncurrent_expire_after_days: Days = 14
    abort_uploads_after_days: Days = 7


class Optimizers(Strict):
    """How Glue's optimizers keep Iceberg tables.

    A snapshot expires when it is older than ``snapshot_days`` and not among the newest
    ``snapshots_kept``; a file that no snapshot names is deleted ``orphan_days`` after it was
    written. ``enabled: false`` keeps the optimizers and lets them rest.
    """

    enabled: bool = True
    snapshot_days: Days = 30
    snapshots_kept: int = Field(default=20, ge=1, le=10_000)
    orphan_days: Days = 7


class Storage(Strict):
    """The lifecycle of each zone."""

    raw: FileZone
    processed: TableZone = TableZone()
    curated: TableZone = TableZone()
    quarantine: FileZone
    artifacts: FileZone
    access_logs: FileZone
