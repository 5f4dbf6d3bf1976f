"""The estimate reads what synthesis writes."""

import pytest

from config.loading import load_settings
from data_lake.contracts import load_contracts
from strata.cost.estimate import Inputs, estimate
from strata.cost.lake import read_lake
from strata.cost.prices import read_prices
from strata.cost.usage import FOLDER, read_usage
from strata.cost.work import read_work
from strata.paths import CONTRACTS
from strata.review.report import SNAPSHOTS


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_an_assembly_costs_what_its_reviewed_templates_cost(synthesise, environment):
    contracts, settings = load_contracts(CONTRACTS), load_settings(environment)
    usage = read_usage(FOLDER / f"{environment}.yaml", contracts)
    prices, work = read_prices(), read_work()
    made = [
        estimate(Inputs(read_lake(folder, settings, contracts), usage, prices, work))
        for folder in (synthesise(environment).folder, SNAPSHOTS / environment)
    ]
    assert made[0].lines == made[1].lines
    assert made[0].total.expected > 0
    assert made[0].unpriced == made[1].unpriced == {}
