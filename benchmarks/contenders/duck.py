"""DuckDB: no Spark and no JVM, as the limit of what this machine can do."""

from pathlib import Path

import duckdb

from benchmarks.work import COLUMNS, KEY, PARTITION, broken, contend, typed


def work(source: Path, target: Path) -> None:
    """Write `good/` and `bad/`."""
    target.mkdir(parents=True)
    database = duckdb.connect(str(target / "work.duckdb"))
    database.execute("set threads = 2; set memory_limit = '4GB'")
    texts = ", ".join(f"'raw_{name}': 'varchar'" for name in COLUMNS)
    values = ", ".join(f"{value} as {name}" for name, value in typed().items())
    found = ", ".join(f"case when {check} then '{rule}' end" for rule, check in broken().items())
    database.execute(
        f"""
        create temp table checked as
        with typed as (
            select *, row_number() over () as row, {values}
            from read_csv('{source}', columns = {{{texts}}}, header = true, delim = ',',
                          quote = '"', escape = '"', auto_detect = false,
                          store_rejects = true, rejects_limit = 0)
        )
        select *, list_filter([{found}], lambda rule: rule is not null) as rule_ids from typed
        """
    )
    keys = ", ".join(KEY)
    database.execute(
        f"""
        copy (
            select {", ".join(COLUMNS)} from checked where len(rule_ids) = 0
            qualify row_number() over (partition by {keys} order by row desc) = 1
        ) to '{target}/good' (format parquet, partition_by ({PARTITION}))
        """
    )
    record = " || ',' || ".join(
        f"case when contains(raw_{name}, ',') then '\"' || raw_{name} || '\"'"
        f" else coalesce(raw_{name}, '') end"
        for name in COLUMNS
    )
    database.execute(
        f"""
        copy (
            select {record} as raw_record, rule_ids from checked where len(rule_ids) > 0
            union all
            select csv_line, ['malformed'] from (select distinct line, csv_line from reject_errors)
        ) to '{target}/bad' (format parquet, per_thread_output)
        """
    )


if __name__ == "__main__":
    contend(work)
