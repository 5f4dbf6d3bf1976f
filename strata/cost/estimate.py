"""A month's estimate: what is billed for what, low, expected and high."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from strata.cost.amounts import Amount, View
from strata.cost.cases import Case
from strata.cost.keeping import keeping
from strata.cost.lake import Lake
from strata.cost.loading import loading
from strata.cost.prices import REMEMBERED, Prices
from strata.cost.standing import standing, unpriced
from strata.cost.usage import Usage
from strata.cost.work import Work


@dataclass(frozen=True)
class Money:
    """US dollars a month in each case."""

    low: float = 0.0
    expected: float = 0.0
    high: float = 0.0

    def __add__(self, other: "Money") -> "Money":
        """Add case by case."""
        return Money(self.low + other.low, self.expected + other.expected, self.high + other.high)

    def __sub__(self, other: "Money") -> "Money":
        """Subtract case by case."""
        return Money(self.low - other.low, self.expected - other.expected, self.high - other.high)


@dataclass(frozen=True)
class Line:
    """What one dataset, or the lake, is billed for one thing.

    Attributes:
        service: as it stands on the bill.
        owner: the dataset or product; empty for what is there for all.
        what: what is counted.
        price: the key of the price.
        region: whose price it is.
        number: units a month, as expected.
        usd: dollars a month.
    """

    service: str
    owner: str
    what: str
    price: str
    region: str
    number: float
    usd: Money


@dataclass(frozen=True)
class Inputs:
    """Everything that an estimate follows from."""

    lake: Lake
    usage: Usage
    prices: Prices
    work: Work


@dataclass(frozen=True)
class Estimate:
    """A month of one environment.

    Attributes:
        environment: its name.
        lines: what is billed, the dearest first.
        unpriced: the number of resources of each type that nobody has priced.
        warnings: what a reader must know before trusting the sums.
    """

    environment: str
    lines: tuple[Line, ...]
    unpriced: dict[str, int]
    warnings: tuple[str, ...]

    @property
    def total(self) -> Money:
        """The whole month."""
        return sum((one.usd for one in self.lines), Money())

    def by(self, field: str) -> dict[str, Money]:
        """Give the sums by `service` or `owner`, the dearest first."""
        sums: dict[str, Money] = defaultdict(Money)
        for one in self.lines:
            sums[getattr(one, field)] += one.usd
        return dict(sorted(sums.items(), key=lambda entry: (-entry[1].expected, entry[0])))


def estimate(inputs: Inputs, today: date | None = None) -> Estimate:
    """Estimate a month; `today` tells the age of the prices, and is by default today."""
    cases: list[dict[tuple[str, str, str, str], float]] = []
    for case in Case:
        view = View(inputs.lake, inputs.usage, inputs.work, case)
        counted: dict[tuple[str, str, str, str], float] = defaultdict(float)
        for one in _amounts(view):
            counted[one.price, one.region, one.owner, one.what] += one.number
        cases.append(counted)
    keys = sorted({key for counted in cases for key in counted})
    lines = []
    for key in keys:
        price, region, owner, what = key
        unit = inputs.prices.usd(price, region)
        numbers = [counted.get(key, 0.0) for counted in cases]
        service = inputs.prices.prices[price].service
        usd = Money(*(number * unit for number in numbers))
        lines.append(Line(service, owner, what, price, region, numbers[1], usd))
    lines.sort(key=lambda one: (-one.usd.expected, one.service, one.owner, one.what))
    return Estimate(
        inputs.lake.environment,
        tuple(lines),
        unpriced(inputs.lake, inputs.prices),
        tuple(_warnings(inputs, lines, today or date.today())),
    )


def _amounts(view: View) -> Iterator[Amount]:
    yield from standing(view)
    yield from loading(view)
    yield from keeping(view)


def _warnings(inputs: Inputs, lines: list[Line], today: date) -> Iterator[str]:
    prices, contracts = inputs.prices, inputs.lake.contracts
    age = prices.age(today)
    if age >= prices.warn_after_days:
        yield f"the prices are of {prices.as_of}, {age} days ago; read the pages in `source` again"
    remembered = sum(prices.prices[one].taken == REMEMBERED for one in prices.prices)
    if remembered:
        yield (
            f"{remembered} of {len(prices.prices)} prices are the public list prices as "
            "remembered, not read on their pages"
        )
    for region in sorted(inputs.lake.regions):
        lacking = {one.price for one in lines if region not in prices.prices[one.price].usd}
        if lacking:
            yield (
                f"{region}: {len(lacking)} prices are those of {prices.base_region}: "
                f"{', '.join(sorted(lacking))}"
            )
    used = {**inputs.usage.datasets, **inputs.usage.products}
    silent = sorted(set(contracts.all()) - set(used))
    if used and silent:
        yield f"the profile says nothing of {', '.join(silent)}: only what stands idle is counted"
