"""Small lakes whose month can be worked out by hand."""

from datetime import date
from typing import Any

from data_lake.contracts import ContractSet, load_contracts
from strata.cost.cases import Assumed
from strata.cost.estimate import Estimate, Inputs, estimate
from strata.cost.lake import Lake, Resource
from strata.cost.prices import Prices, read_prices
from strata.cost.usage import EMPTY, Usage
from strata.cost.work import Work, read_work
from strata.paths import CONTRACTS

TODAY = date(2025, 3, 1)
REGION = "us-east-1"


def resource(kind: str, name: str = "One", region: str = REGION, **properties: Any) -> Resource:
    """Give a resource of some stack."""
    return Resource("Stack", region, name, kind, properties)


def job(step: str, worker_type: str, workers: int) -> Resource:
    """Give a Glue job as the templates have it."""
    return resource(
        "AWS::Glue::Job", f"Processing{step}Job", WorkerType=worker_type, NumberOfWorkers=workers
    )


def contracts(*names: str) -> ContractSet:
    """Give some contracts of the sample lake."""
    every = load_contracts(CONTRACTS)
    return ContractSet(
        {name: one for name, one in every.datasets.items() if name in names},
        {name: one for name, one in every.products.items() if name in names},
    )


def lake(*resources: Resource, known: ContractSet | None = None) -> Lake:
    """Give a lake of these resources, by default without datasets."""
    return Lake("test", REGION, resources, known or ContractSet({}, {}))


def idle_work(**numbers: float) -> Work:
    """Give work that asks nothing but these, the same in every case."""
    asked = {
        name: Assumed(low=number, expected=number, high=number, source="assumed")
        for name in Work.model_fields
        for number in (numbers.get(name, 1.0 if name == "mb_per_object" else 0.0),)
    }
    return Work(**asked)


def prices() -> Prices:
    """Give the prices of the checkout."""
    return read_prices(today=TODAY)


def month(
    of: Lake, usage: Usage = EMPTY, work: Work | None = None, known: Prices | None = None
) -> Estimate:
    """Estimate a month."""
    return estimate(Inputs(of, usage, known or prices(), work or read_work()), TODAY)
