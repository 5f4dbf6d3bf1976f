"""The figures of a burst: proof that nothing was lost or doubled, counts, costs, table and JSON."""

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from benchmarks.load.lake import LoadedLake
from benchmarks.load.prices import AS_OF, PRICES, costs, dpu_hours
from benchmarks.load.stand_ins import CRAWL_SECONDS, PUBLISH_SECONDS, STAGE_SECONDS
from strata.errors import StrataError

NAIVE_STATES: Final = 2
"""The states of the naive execution: run the job, tell how it ended."""
SMALLEST_JOB: Final = ("G.1X", 2)
"""The smallest Spark job that Glue runs."""
_QUEUE_BATCH: Final = 10
"""The most messages that one request receives from a queue or deletes in it."""


def check(loaded: LoadedLake) -> None:
    """Raise `StrataError` unless each good content was published once and nothing is left."""
    burst, lake = loaded.burst, loaded.lake
    doubled = [content for content, times in loaded.published.items() if times != 1]
    statuses, open_items = Counter[str](), 0
    for dataset in burst.datasets:
        for item in _items(lake.ledger, lake.scope(dataset)):
            if item["item"].startswith("ARRIVAL#"):
                statuses[item["status"]] += 1
            open_items += item["item"] == "LOCK" or item["item"].startswith("WAITING#")
    ends = {
        "published": len(burst.contents),
        "duplicate": burst.duplicates,
        "rejected": burst.bad,
    }
    expected = {status: number for status, number in ends.items() if number}
    problems = {
        "published more than once": len(doubled),
        "good but never published": len(burst.contents - loaded.published.keys()),
        "published but not good": len(loaded.published.keys() - burst.contents),
        "markers and locks left": open_items,
        "executions that failed": len(loaded.failures),
    }
    told = [f"{number} {problem}" for problem, number in problems.items() if number]
    if dict(statuses) != expected:
        told.append(f"the ledger says {dict(statuses)}, but the burst holds {expected}")
    if told:
        raise StrataError(f"the burst was not taken as it should be: {'; '.join(told)}")


def _items(table: Any, scope: str) -> Iterator[dict[str, Any]]:
    start: dict[str, Any] = {}
    while True:
        page = table.query(
            KeyConditionExpression="#scope = :scope",
            ExpressionAttributeNames={"#scope": "scope"},
            ExpressionAttributeValues={":scope": scope},
            **start,
        )
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


@dataclass(frozen=True)
class Figures:
    """What a burst took: counts by name, and what each design would be billed for, by unit."""

    counts: Mapping[str, float]
    amounts: Mapping[str, Mapping[str, float]]

    @property
    def costs(self) -> dict[str, dict[str, float]]:
        """US dollars by design and unit."""
        return {design: costs(amounts) for design, amounts in self.amounts.items()}


def figures_of(loaded: LoadedLake, memory: Mapping[str, float]) -> Figures:
    """Give the figures of a burst that was taken; `memory` is each function's, in GB."""
    files, meter = len(loaded.burst.files), loaded.meter
    # Each repeated start is a transition of its own.
    transitions = loaded.transitions + loaded.jobs.refused
    runs = loaded.executions.total() - loaded.executions["NothingToDo"]
    counts = {
        "files": files,
        "datasets": len(loaded.burst.datasets),
        "events, those delivered twice included": len(loaded.burst.deliveries),
        "batches of events": loaded.batches,
        "executions": loaded.executions.total(),
        "executions that found nothing to do": loaded.executions["NothingToDo"],
        "executions that took files": runs,
        "executions that took files, for each dataset": runs / len(loaded.burst.datasets),
        "Glue job runs": loaded.jobs.runs.total(),
        "Glue job runs, for each dataset": loaded.jobs.runs.total() / len(loaded.burst.datasets),
        "job starts refused and repeated": loaded.jobs.refused,
        "crawls": loaded.crawler.crawls,
        "state transitions": transitions,
        "state transitions, for each file": transitions / files,
        "ledger writes": meter.counts["ledger_writes"],
        "ledger writes, for each file": meter.counts["ledger_writes"] / files,
        "seconds that a file waited, at most": max(loaded.waits),
        "seconds that a file waited, median": median(loaded.waits),
        "files published": len(loaded.waits),
        "files left out as duplicates": loaded.burst.duplicates,
        "files rejected": loaded.burst.bad,
    }
    events = len(loaded.burst.deliveries)
    ours = {
        "dpu_hours": loaded.jobs.hours,
        "crawler_hours": loaded.crawler.hours,
        "transitions": transitions,
        "invocations": meter.invocations.total(),
        "gb_seconds": sum(memory[name] * seconds for name, seconds in meter.seconds.items()),
        **{
            name: meter.counts[name]
            for name in ("write_units", "read_units", "s3_writes", "s3_reads")
        },
        "queue_requests": events + 2 * math.ceil(events / _QUEUE_BATCH),
    }
    naive = {
        f"naive, {workers} {worker_type}": {
            "dpu_hours": files * dpu_hours(worker_type, workers, 0),
            "transitions": files * NAIVE_STATES,
        }
        for worker_type, workers in (loaded.deployment.jobs.publish_workers, SMALLEST_JOB)
    }
    return Figures(counts, {"Strata": ours, **naive})


def print_figures(figures: Figures, console: Console) -> None:
    """Print the counts, and the costs beside those of the naive design."""
    counts = Table(title="A burst of small files: emulated S3 and DynamoDB, stand-in for Spark")
    counts.add_column("count")
    counts.add_column("", justify="right")
    for name, value in figures.counts.items():
        shown = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
        counts.add_row(name, shown)
    console.print(counts)
    found = figures.costs
    bill = Table(title=f"US dollars for the burst: list prices of {AS_OF}, on demand, us-east-1")
    bill.add_column("unit")
    bill.add_column("amount", justify="right")
    for design in found:
        bill.add_column(design, justify="right")
    bill.add_column("price from")
    for name, price in PRICES.items():
        dollars = [f"{found[d][name]:,.4f}" if name in found[d] else "" for d in found]
        amount = f"{figures.amounts['Strata'][name]:,.0f}"
        bill.add_row(price.label, amount, *dollars, price.source)
    bill.add_row("all", "", *(f"{sum(found[design].values()):,.2f}" for design in found), "")
    console.print(bill)


def write_figures(figures: Figures, seed: int, path: Path) -> None:
    """Write all figures, with the assumptions and prices that they rest on."""
    document = {
        "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seed": seed,
        "assumed_seconds": {
            "stage": STAGE_SECONDS,
            "publish": PUBLISH_SECONDS,
            "crawl": CRAWL_SECONDS,
        },
        "prices_as_of": AS_OF,
        "counts": figures.counts,
        "amounts": figures.amounts,
        "usd": figures.costs,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
