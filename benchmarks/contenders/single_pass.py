"""Spark by hand: one read, one bit mask for all checks, one job that writes both outputs."""

from pathlib import Path

from benchmarks.spark_session import (
    CORRUPT,
    newest_first,
    raw_record,
    read_text_columns,
    rule_ids,
    session,
    with_types,
)
from benchmarks.work import COLUMNS, KEY, PARTITION, broken, contend


def work(source: Path, target: Path) -> None:
    """Write `table/quarantined=false` and `table/quarantined=true`."""
    bits = [f"if({check}, {1 << bit}L, 0L)" for bit, check in enumerate(broken().values())]
    mask = f"if({CORRUPT} is not null, -1L, {' + '.join(bits)})"
    rows = with_types(read_text_columns(session(), str(source))).selectExpr("*", f"{mask} as mask")
    checked = rows.selectExpr(
        *COLUMNS,
        "block",
        "row",
        "mask <> 0 as quarantined",
        f"if(mask = 0, null, {raw_record()}) as raw_record",
        f"if(mask = 0, null, {rule_ids()}) as rule_ids",
    )
    # A bad row is the only one of its key, and stays.
    keys = ", ".join([*(f"if(quarantined, null, {name})" for name in KEY)])
    keys += ", if(quarantined, row, null)"
    newest = checked.selectExpr("*", f"{newest_first(keys)} as rank").filter("rank = 1")
    written = newest.drop("rank", "block", "row")
    written.write.partitionBy("quarantined", PARTITION).parquet(str(target / "table"))


if __name__ == "__main__":
    contend(work)
