"""Amounts that have a price, and what they are counted from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from strata.cost.cases import Case
from strata.cost.lake import DPU, Lake
from strata.cost.usage import Usage
from strata.cost.work import Work

DAYS: Final = 365 / 12
"""Days of a month."""
HOURS: Final = 730.0
"""Hours of a month, as AWS counts them."""
LEAST_SECONDS: Final = 60.0
"""What a Spark job is billed at the least: https://aws.amazon.com/glue/pricing/"""
LAKE: Final = ""
"""The owner of what is there for all datasets."""


@dataclass(frozen=True)
class Amount:
    """So many units of one price.

    Attributes:
        price: its key.
        number: units a month.
        region: whose price it has.
        owner: the dataset or product that it is for, or `LAKE`.
        what: what is counted, in a few words.
    """

    price: str
    number: float
    region: str
    owner: str
    what: str


@dataclass(frozen=True)
class View:
    """A lake in one case.

    Attributes:
        lake: what the templates say.
        usage: what is stated.
        work: what a run and a file ask.
        case: low, expected or high.
    """

    lake: Lake
    usage: Usage
    work: Work
    case: Case

    def per(self, name: str) -> float:
        """Give an amount of `Work` in this case."""
        value: float = getattr(self.work, name).at(self.case)
        return value

    def job_hours(self, step: str, seconds: float) -> float:
        """Give the DPU hours of one run of a job of the template's own size."""
        size = self.lake.job(step)
        return dpu_hours(size.worker_type, size.workers, seconds)

    def month(self, per_day: float) -> float:
        """Give what a stated volume of a day is in a month of this case."""
        return per_day * DAYS * self.usage.volume(self.case)

    def amounts(self, owner: str, numbers: Mapping[str, tuple[float, str]]) -> list[Amount]:
        """Give amounts in the first region, by price: number and what is counted."""
        region = self.lake.region
        return [
            Amount(price, number, region, owner, what)
            for price, (number, what) in numbers.items()
            if number
        ]


def dpu_hours(worker_type: str, workers: float, seconds: float) -> float:
    """Give what one job run is billed."""
    return DPU[worker_type] * workers * max(seconds, LEAST_SECONDS) / 3600
