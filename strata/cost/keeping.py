"""What is billed for bytes that are kept, copied to the second region, and read."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from strata.cost.amounts import DAYS, Amount, View
from strata.cost.usage import Asked, DatasetUsage

_GB_PER_TB: Final = 1e3
_KB_PER_GB: Final = 1e6
_MB_PER_GB: Final = 1e3
_CLASSES: Final = {
    "STANDARD_IA": ("s3_infrequent_gb", "s3_to_infrequent"),
    "GLACIER": ("s3_archive_gb", "s3_to_archive"),
}
COLD_AFTER_DAYS: Final = 30
ARCHIVED_AFTER_DAYS: Final = 90
"""When Intelligent-Tiering moves what nobody reads:
https://aws.amazon.com/s3/storage-classes/intelligent-tiering/"""


def keeping(view: View) -> Iterator[Amount]:
    """Give what storage, replication and queries are billed in a month."""
    for name, used in view.usage.datasets.items():
        yield from _raw(view, name, used)
        yield from _ledger(view, name, used)
        yield from _table(view, name, "processed", _size(view, used), view.month(used.gb_per_day))
        yield from _queries(view, name, used)
    for name, product in view.usage.products.items():
        size = product.table_gb * view.usage.volume(view.case)
        yield from _table(view, name, "curated", size, 0)
        yield from _queries(view, name, product)


def _raw(view: View, owner: str, used: DatasetUsage) -> Iterator[Amount]:
    bucket, days = view.lake.bucket("raw"), view.usage.months * DAYS
    gb_per_day = view.month(used.gb_per_day) / DAYS
    files = view.month(used.files_per_day)
    copies = _copies(view, bucket)
    for price, kept, move in classes(bucket, days):
        gigabytes = gb_per_day * kept
        yield from view.amounts(owner, {price: (gigabytes * copies, "raw files")})
        if move:
            yield from view.amounts(owner, {move: (files * copies, "raw files")})
    yield from _replicated(view, owner, bucket, view.month(used.gb_per_day), files)


def classes(bucket: Mapping[str, Any], days: float) -> Iterator[tuple[str, float, str]]:
    """Give how many days' worth of files is kept in each storage class after so many days.

    A file is in one class until the next transition, or until it expires. Given are the price, the
    days, and the price of the transition into the class where there was one.
    """
    rules = bucket.get("LifecycleConfiguration", {}).get("Rules", [])
    rule: Mapping[str, Any] = rules[0] if rules else {}
    ends = min(days, rule.get("ExpirationInDays", days))
    start, price, move = 0.0, "s3_standard_gb", ""
    moves = sorted(rule.get("Transitions", []), key=lambda one: int(one["TransitionInDays"]))
    for one in moves:
        if one["StorageClass"] not in _CLASSES:
            continue
        until = min(one["TransitionInDays"], ends)
        if until > start:
            yield price, until - start, move
        if until >= ends:
            return
        start, (price, move) = until, _CLASSES[one["StorageClass"]]
    yield price, ends - start, move


def _ledger(view: View, owner: str, used: DatasetUsage) -> Iterator[Amount]:
    files = view.month(used.files_per_day) * view.usage.months
    gigabytes = files * view.per("ledger_kb_per_file") / _KB_PER_GB
    yield from view.amounts(
        owner,
        {
            "dynamodb_gb": (gigabytes, "the ledger"),
            "dynamodb_recovery_gb": (gigabytes, "the ledger"),
        },
    )


def _size(view: View, used: DatasetUsage) -> float:
    """Give the size of a dataset's table in GB: as stated, or all that came, compressed."""
    if used.table_gb is not None:
        return used.table_gb * view.usage.volume(view.case)
    return view.month(used.gb_per_day) * view.usage.months * view.per("table_share_of_raw")


def _table(view: View, owner: str, zone: str, size: float, raw_gb: float) -> Iterator[Amount]:
    bucket = view.lake.bucket(zone)
    copies = _copies(view, bucket)
    cold = 0.0
    if is_tiered(bucket):
        objects = size * _MB_PER_GB / view.per("mb_per_object")
        cold = size * view.per("cold_share") * _older(view, COLD_AFTER_DAYS)
        frozen = cold * _older(view, ARCHIVED_AFTER_DAYS)
        yield from view.amounts(
            owner,
            {
                "s3_tiering_object": (objects * copies, f"the {zone} table"),
                "s3_infrequent_gb": ((cold - frozen) * copies, f"the {zone} table"),
                "s3_archive_instant_gb": (frozen * copies, f"the {zone} table"),
            },
        )
    yield from view.amounts(
        owner, {"s3_standard_gb": ((size - cold) * copies, f"the {zone} table")}
    )
    written = raw_gb * view.per("table_share_of_raw")
    objects = written * _MB_PER_GB / view.per("mb_per_object")
    yield from _replicated(view, owner, bucket, written, objects)


def _older(view: View, days: int) -> float:
    """Give the share of what came since the lake began that is older than so many days."""
    age = view.usage.months * DAYS
    return max(0.0, age - days) / age


def is_tiered(bucket: Mapping[str, Any]) -> bool:
    """Tell whether Intelligent-Tiering keeps a zone."""
    rules = bucket.get("LifecycleConfiguration", {}).get("Rules", [])
    return any(
        move["StorageClass"] == "INTELLIGENT_TIERING"
        for rule in rules
        for move in rule.get("Transitions", [])
    )


def _copies(view: View, bucket: Mapping[str, Any]) -> int:
    """Give in how many regions a zone is kept; the replica has the same lifecycle and prices."""
    return 2 if "ReplicationConfiguration" in bucket else 1


def _replicated(
    view: View, owner: str, bucket: Mapping[str, Any], gigabytes: float, objects: float
) -> Iterator[Amount]:
    if "ReplicationConfiguration" not in bucket:
        return
    what = "copies in the second region"
    numbers = {"s3_other_region_gb": (gigabytes, what), "s3_write": (objects, what)}
    rules = bucket["ReplicationConfiguration"]["Rules"]
    if any(
        one["Destination"].get("ReplicationTime", {}).get("Status") == "Enabled" for one in rules
    ):
        numbers["s3_replication_time_gb"] = (gigabytes, what)
    yield from view.amounts(owner, numbers)


def _queries(view: View, owner: str, used: Asked) -> Iterator[Amount]:
    scanned = view.month(used.queries_per_day) * used.gb_per_query / _GB_PER_TB
    yield from view.amounts(owner, {"athena_tb": (scanned, "queries")})
