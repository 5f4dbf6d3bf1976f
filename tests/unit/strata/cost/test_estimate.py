"""Everything in a template has a price, a reason to be free, or is named as unpriced."""

import json
from dataclasses import replace

import pytest

from config.loading import load_settings
from data_lake.contracts import load_contracts
from strata.cost.amounts import DAYS, View
from strata.cost.cases import Case
from strata.cost.estimate import Inputs, estimate
from strata.cost.lake import read_lake
from strata.cost.levers import levers
from strata.cost.runs import runs_per_month
from strata.cost.standing import PRICED
from strata.cost.usage import FOLDER, DatasetUsage, Usage, read_usage
from strata.cost.wording import as_json, notes, usd
from strata.cost.work import read_work
from strata.errors import StrataError
from strata.paths import CONTRACTS
from strata.review.report import SNAPSHOTS
from tests.unit.strata.cost.lakes import TODAY, job, lake, month, prices, resource

ENVIRONMENTS = ("dev", "staging", "prod")


def inputs(environment: str) -> Inputs:
    """Give the sample lake with its profile."""
    contracts = load_contracts(CONTRACTS)
    templates = read_lake(SNAPSHOTS / environment, load_settings(environment), contracts)
    usage = read_usage(FOLDER / f"{environment}.yaml", contracts)
    return Inputs(templates, usage, prices(), read_work())


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_resource_of_an_environment_is_unpriced(environment):
    made = estimate(inputs(environment), TODAY)
    assert made.unpriced == {}
    assert 0 < made.total.low < made.total.expected < made.total.high


def test_a_type_that_nobody_priced_is_named_and_counted():
    made = month(lake(resource("AWS::EC2::NatGateway"), resource("AWS::EC2::NatGateway")))
    assert made.unpriced == {"AWS::EC2::NatGateway": 2}
    assert "UNPRICED: 2 × AWS::EC2::NatGateway" in next(notes(made))
    assert as_json(made, [])["unpriced"] == {"AWS::EC2::NatGateway": 2}


def test_no_type_is_both_priced_and_free():
    assert not PRICED & set(prices().free)


def test_services_and_datasets_add_up_to_the_same_total():
    made = estimate(inputs("prod"), TODAY)
    for field in ("service", "owner"):
        sums = made.by(field).values()
        assert sum(one.expected for one in sums) == pytest.approx(made.total.expected)
    assert {"flights", "fleet_age", ""} <= set(made.by("owner"))


def test_an_alarm_of_a_dataset_is_billed_to_it():
    made = estimate(inputs("prod"), TODAY)
    alarms = {one.owner for one in made.lines if one.price == "alarm_metric"}
    assert {"", "flights", "daily_punctuality"} <= alarms


def test_what_stands_in_the_second_region_has_its_prices():
    made = estimate(inputs("prod"), TODAY)
    assert {one.region for one in made.lines if one.price == "kms_key"} == {
        "us-east-1",
        "us-west-2",
    }


def test_a_dataset_of_which_the_profile_is_silent_is_named():
    full = inputs("dev")
    some = full.usage.model_copy(update={"datasets": {"flights": full.usage.datasets["flights"]}})
    warnings = estimate(Inputs(full.lake, some, full.prices, full.work), TODAY).warnings
    assert "the profile says nothing of airlines, airports, planes, weather" in warnings[-1]


def test_a_template_without_the_job_that_a_run_needs_is_refused():
    used = Usage(
        months=1,
        datasets={"flights": DatasetUsage(files_per_day=1, rows_per_day=1, gb_per_day=0)},
    )
    known = load_contracts(CONTRACTS)
    with pytest.raises(StrataError, match="must have one Glue job IngestStage: got 2"):
        twice = job("IngestStage", "G.1X", 2)
        month(lake(twice, twice, known=known), used)


def test_a_folder_without_templates_and_one_that_is_no_json_are_refused(tmp_path):
    settings, contracts = load_settings("dev"), load_contracts(CONTRACTS)
    with pytest.raises(StrataError, match="holds no templates; synthesise first"):
        read_lake(tmp_path, settings, contracts)
    (tmp_path / "Storage.template.json").write_text("{")
    with pytest.raises(StrataError, match=r"Storage\.template\.json: must be a template in JSON"):
        read_lake(tmp_path, settings, contracts)


@pytest.mark.parametrize(
    ("minutes", "times", "runs"), [(15, 48, 48), (15, 288, 96), (60, 288, 24), (60, 2, 2)]
)
def test_a_micro_batch_runs_as_often_as_it_looks_and_finds_something(minutes, times, runs):
    full = inputs("dev")
    flights = full.lake.contracts.datasets["flights"]
    trigger = flights.trigger.model_copy(
        update={"mode": "micro_batch", "every_minutes": minutes, "cron": None}
    )
    full.lake.contracts.datasets["flights"] = flights.model_copy(update={"trigger": trigger})
    used = DatasetUsage(files_per_day=times, rows_per_day=1, gb_per_day=0)
    view = View(full.lake, Usage(months=1, datasets={"flights": used}), full.work, Case.EXPECTED)
    assert runs_per_month(view, "flights", used) == pytest.approx(runs * DAYS)


def test_levers_are_the_estimate_again_and_the_dearest_comes_first():
    full = inputs("prod")
    found = levers(full)
    assert len(found) == 5
    savings = [one.saves.expected for one in found]
    assert savings == sorted(savings, reverse=True)
    assert 0 < savings[0] < estimate(full, TODAY).total.expected
    names = {one.name for one in levers(full, most=99)}
    assert {"micro_batch_60", "flex", "small_publish", "no_second_region"} <= names
    # Dev has tables without tiers, and no second region.
    dev = {one.name for one in levers(inputs("dev"), most=99)}
    assert "no_second_region" not in dev


def test_what_comes_every_five_minutes_saves_by_a_look_each_quarter_of_an_hour():
    full = inputs("prod")
    busy = DatasetUsage(files_per_day=288, rows_per_day=1_000, gb_per_day=0.001)
    usage = Usage(months=1, datasets={"flights": busy})
    found = {one.name: one for one in levers(replace(full, usage=usage), most=99)}
    # A third of the runs and builds is left; what each look costs is less than a dollar a month.
    runs = estimate(replace(full, usage=usage), TODAY).by("service")["Step Functions"].expected
    assert runs > 0
    saved = found["micro_batch_15"].saves.expected
    assert saved == pytest.approx(
        estimate(replace(full, usage=usage), TODAY).by("service")["Glue"].expected * 2 / 3,
        rel=0.05,
    )


def test_a_lever_saves_nothing_once_it_is_pulled():
    full = inputs("prod")
    small = tuple(
        replace(one, properties={**one.properties, "WorkerType": "G.1X", "NumberOfWorkers": 2})
        if one.kind == "AWS::Glue::Job"
        else one
        for one in full.lake.resources
    )
    pulled = replace(full, lake=replace(full.lake, resources=small))
    assert "small_publish" in {one.name for one in levers(full, most=99)}
    assert "small_publish" not in {one.name for one in levers(pulled, most=99)}


def test_json_has_every_line():
    made = estimate(inputs("staging"), TODAY)
    told = json.loads(json.dumps(as_json(made, [])))
    assert sum(one["usd"]["expected"] for one in told["lines"]) == pytest.approx(
        told["total_usd"]["expected"]
    )


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0.00"), (0.004, "<0.01"), (-0.004, ">-0.01"), (1234.5, "1,234.50"), (-2, "-2.00")],
)
def test_dollars(number, text):
    assert usd(number) == text
