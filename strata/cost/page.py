"""The figures of docs/cost.md, from the reviewed templates and the profiles of the checkout."""

from dataclasses import replace
from datetime import date
from typing import Final

from config.loading import available_environments, load_settings
from data_lake.contracts import load_contracts
from data_lake.contracts.models import Trigger
from strata.cost.amounts import DAYS, dpu_hours
from strata.cost.estimate import Inputs, Money, estimate
from strata.cost.lake import read_lake
from strata.cost.levers import levers
from strata.cost.markdown import estimate_as_markdown, table
from strata.cost.prices import FILE as PRICES
from strata.cost.prices import Prices
from strata.cost.reading import read_model
from strata.cost.usage import EMPTY, FOLDER, DatasetUsage, Usage, read_usage
from strata.cost.wording import HEADS, SHARED, cells, usd
from strata.cost.work import read_work
from strata.paths import CONTRACTS, ROOT
from strata.review.report import SNAPSHOTS

FILE: Final = ROOT / "docs" / "cost.md"
SAMPLES: Final = ("dev", "prod")
"""The environments whose estimate is on the page."""
MEASURED: Final = "airlines"
"""The dataset that the comparison is made with: on arrival, and of the template's own size."""
FILES_PER_DAY: Final = 1_000
ROWS_PER_DAY: Final = 1_000_000
WAYS: Final = (
    (10, None, "100 at a time"),
    (100, None, "10 at a time"),
    (FILES_PER_DAY, 60, "one at a time, micro-batch each hour"),
    (FILES_PER_DAY, None, "one at a time, run on arrival"),
)
"""At how many times a day the files come, what the micro-batch is, and how that is called."""
SMALLEST: Final = ("G.1X", 2)
NAIVE_STATES: Final = 2
"""The states of the naive execution: run the job, tell how it ended."""
LARGEST_LINES: Final = 8


def figures() -> str:
    """Give all tables of the page. The age of the prices is not told: it changes daily."""
    return "\n\n".join((_empty(), _designs(), *map(_sample, SAMPLES)))


def inputs_of(environment: str, usage: Usage | None = None) -> Inputs:
    """Give what the estimate of an environment follows from, by default with its own profile."""
    contracts = load_contracts(CONTRACTS)
    lake = read_lake(SNAPSHOTS / environment, load_settings(environment), contracts)
    used = usage or read_usage(FOLDER / f"{environment}.yaml", contracts)
    return Inputs(lake, used, _prices(), read_work())


def _prices() -> Prices:
    return read_model(PRICES, Prices)[0]


def _day(prices: Prices) -> date:
    return date.fromisoformat(prices.as_of)


def _total(inputs: Inputs) -> Money:
    return estimate(inputs, _day(inputs.prices)).total


def _empty() -> str:
    rows = []
    for name in available_environments():
        if name == "local":
            continue
        made = estimate(inputs_of(name, EMPTY), _day(_prices()))
        services = made.by("service")
        dearest = ", ".join(f"{one} {usd(services[one].expected)}" for one in list(services)[:3])
        rows.append((name, *cells(made.total), dearest))
    heads = ("environment", *HEADS, "of which")
    return "\n".join(["### An empty lake, US dollars a month", "", *table(heads, rows)])


def _designs() -> str:
    """Compare what files cost with what one execution and one job run for each would cost."""
    lines = [
        "### A thousand files, and a million rows",
        "",
        f"{FILES_PER_DAY:,} files a day with {ROWS_PER_DAY:,} rows, all to one dataset: US "
        "dollars for a thousand files, which are a million rows.",
        "",
    ]
    rows = []
    for name in SAMPLES:
        sizes = inputs_of(name, EMPTY).lake.job("IngestPublish")
        for times, minutes, words in WAYS:
            rows.append((f"{name}, Strata, {words}", *cells(_thousand(name, times, minutes))))
        for kind, workers in dict.fromkeys(((sizes.worker_type, sizes.workers), SMALLEST)):
            naive = usd(naive_usd(_prices(), kind, workers))
            rows.append((f"{name}, naive, {workers} × {kind} for each file", naive, naive, naive))
    return "\n".join([*lines, *table(("design", *HEADS), rows)])


def _thousand(environment: str, times: int, minutes: int | None) -> Money:
    """Give what a thousand files cost beyond the empty lake, in the month in which they come."""
    trigger = Trigger(mode="micro_batch" if minutes else "on_arrival", every_minutes=minutes)
    used = DatasetUsage(
        files_per_day=FILES_PER_DAY, times_per_day=times, rows_per_day=ROWS_PER_DAY, gb_per_day=0.1
    )
    alone = inputs_of(environment, EMPTY)
    contract = alone.lake.contracts.datasets[MEASURED].model_copy(update={"trigger": trigger})
    datasets = {MEASURED: contract}
    contracts = replace(alone.lake.contracts, datasets=datasets, products={})
    empty = replace(alone, lake=replace(alone.lake, contracts=contracts))
    usage = Usage.model_validate(
        {"months": 1, "spread": {"low": 1.0, "high": 1.0}, "datasets": {MEASURED: used}}
    )
    costs = _total(replace(empty, usage=usage)) - _total(empty)
    thousands = FILES_PER_DAY * DAYS / 1_000
    return Money(costs.low / thousands, costs.expected / thousands, costs.high / thousands)


def naive_usd(prices: Prices, worker_type: str, workers: int) -> float:
    """Give what a thousand files cost with one execution and the shortest job run for each.

    All else about that design is free here.
    """
    region = prices.base_region
    job = dpu_hours(worker_type, workers, 0) * prices.usd("glue_dpu_hour", region)
    return 1_000 * (job + NAIVE_STATES * prices.usd("states_transition", region))


def _sample(environment: str) -> str:
    inputs = inputs_of(environment)
    made = estimate(inputs, _day(inputs.prices))
    rows = []
    for line in made.lines[:LARGEST_LINES]:
        unit = inputs.prices.usd(line.price, line.region)
        name = inputs.prices.prices[line.price].unit
        rows.append(
            (
                f"{line.owner or SHARED}: {line.what}",
                f"{line.number:,.2f} × {name}",
                f"{unit:.10f}".rstrip("0").rstrip("."),
                usd(line.usd.expected),
            )
        )
    told = estimate_as_markdown(made, levers(inputs), inputs.usage.months)
    heads = ("the largest lines, as expected", "units", "price of one", "dollars")
    return "\n".join([told, "", *table(heads, rows)])
