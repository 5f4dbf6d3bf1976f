"""The figures of docs/cost.md are those of the templates; `make snapshots` renews them."""

import os

import pytest

from data_lake.testing.snapshots import UPDATE
from strata.cost.estimate import estimate
from strata.cost.page import FILE, figures, inputs_of, naive_usd
from strata.policies.security_page import with_figures
from tests.unit.strata.cost.lakes import TODAY, prices


def test_the_figures_on_the_page_are_those_of_the_templates():
    page = FILE.read_text()
    renewed = with_figures(page, figures(), FILE)
    if os.environ.get(UPDATE):
        FILE.write_text(renewed)
        return
    assert renewed == page, "renew them: make snapshots"


def test_a_thousand_files_of_the_naive_design_by_hand():
    """1,000 × (20 DPU × 60 ÷ 3,600 × 0.44 + 2 × 0.025 ÷ 1,000), and the same with 2 DPU."""
    assert naive_usd(prices(), "G.2X", 10) == pytest.approx(1_000 * (0.1466667 + 0.00005))
    assert naive_usd(prices(), "G.1X", 2) == pytest.approx(14.7166667)


def test_what_the_page_says_of_its_largest_lines_is_so():
    """daily_punctuality is built after each run of flights and airlines, 20 DPU for a minute.

    runs                  (72 + 0.03) × 365 ÷ 12             = 2,190.9125
    publish jobs          2,190.9125 × 20 × 60 ÷ 3,600       = 730.304167 DPU hours
                          730.304167 × 0.44                  = 321.333833
    build jobs            1,000 rows × 30 s ÷ 1,000,000 ÷ 72 vCPU are nothing beside 60 s
    """
    made = estimate(inputs_of("prod"), TODAY)
    lines = {one.what: one for one in made.lines if one.owner == "daily_punctuality"}
    assert lines["publish jobs"].number == pytest.approx(730.304167)
    assert lines["publish jobs"].usd.expected == pytest.approx(321.333833)
    assert lines["build jobs"].usd.expected == pytest.approx(321.333833, rel=1e-4)
    text = FILE.read_text()
    assert "72.03 × 365 ÷ 12 = 2,190.91 runs a month" in text
    assert "× 0.44 = 321.33 dollars" in text


def test_dev_by_hand():
    """flights in dev: 2 files a day, each loaded by a run of 2 × G.1X.

    runs                  2 × 365 ÷ 12                       = 60.833333
    publish jobs          60.833333 × 2 × 60 ÷ 3,600 × 0.44  = 0.892222
    crawls                60.833333 × 2 × 600 ÷ 3,600 × 0.44 = 8.922222
    """
    made = estimate(inputs_of("dev"), TODAY)
    lines = {one.what: one.usd.expected for one in made.lines if one.owner == "flights"}
    assert lines["publish jobs"] == pytest.approx(0.892222, rel=1e-5)
    assert lines["crawls of the raw zone"] == pytest.approx(8.922222, rel=1e-5)


def test_strata_costs_less_than_the_naive_design_where_files_come_together():
    told = [line.split(" | ") for line in figures().splitlines() if "prod, " in line]
    dollars = {row[0]: float(row[2].replace(",", "")) for row in told}
    naive = dollars["| prod, naive, 10 × G.2X for each file"]
    assert dollars["| prod, Strata, 100 at a time"] < naive / 10
    assert dollars["| prod, Strata, one at a time, micro-batch each hour"] < naive / 10
