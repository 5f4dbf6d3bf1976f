"""Which partitions of a Parquet table are compacted, and how long what nobody needs is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lake_spark.errors import LakeError

DEFAULTS = {
    "target_bytes": str(256 * 1024 * 1024),
    "small_share": "0.5",
    "small_files": "8",
    "orphan_days": "7",
}
"""The arguments that say what is compacted and what is deleted; see `Limits`."""


@dataclass(frozen=True)
class Limits:
    """A partition is compacted that has more than `small_files` files below a size.

    The size is `small_share` of `target_bytes`, the size of the files that are written. A folder
    that nobody has needed for `orphan_days` days is deleted.
    """

    target_bytes: int
    small_share: float
    small_files: int
    orphan_days: int

    @classmethod
    def parse(cls, arguments: Mapping[str, str]) -> "Limits":
        """Read the arguments of a job; raises `LakeError` naming the one that cannot be."""
        limits = cls(
            _number(arguments, "target_bytes", 1),
            _number(arguments, "small_share", 0),
            _number(arguments, "small_files", 1),
            _number(arguments, "orphan_days", 1),
        )
        if limits.small_share > 1:
            raise LakeError(f"--small_share: at most 1: got {limits.small_share}")
        return limits


def _number(arguments: Mapping[str, str], name: str, least: int) -> Any:
    kind = float if name == "small_share" else int
    try:
        number = kind(arguments[name])
    except ValueError:
        raise LakeError(f"--{name}: a number: got {arguments[name]!r}") from None
    if not number >= least:
        raise LakeError(f"--{name}: at least {least}: got {arguments[name]!r}")
    return number
