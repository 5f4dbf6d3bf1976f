"""Spark with a query for each rule: no Python and no inference, but every check reads again."""

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
from benchmarks.work import COLUMNS, PARTITION, RULES, broken, contend


def work(source: Path, target: Path) -> None:
    """Write `good/` and `bad/`."""
    typed = with_types(read_text_columns(session(), str(source)))
    for condition in RULES.values():
        typed.filter(f"{CORRUPT} is null and not ({condition})").count()
    is_bad = f"{CORRUPT} is not null or " + " or ".join(f"({one})" for one in broken().values())
    good = typed.filter(f"not coalesce({is_bad}, false)")
    newest = good.selectExpr(*COLUMNS, f"{newest_first()} as rank").filter("rank = 1").drop("rank")
    newest.write.partitionBy(PARTITION).parquet(str(target / "good"))
    bad = typed.filter(is_bad).selectExpr(
        f"{raw_record()} as raw_record", f"{rule_ids()} as rule_ids"
    )
    bad.write.parquet(str(target / "bad"))


if __name__ == "__main__":
    contend(work)
