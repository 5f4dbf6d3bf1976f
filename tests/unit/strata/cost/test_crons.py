"""How often schedules call."""

import pytest

from strata.cost.amounts import DAYS
from strata.cost.crons import calls_per_day
from strata.errors import StrataError


@pytest.mark.parametrize(
    ("expression", "calls"),
    [
        ("rate(15 minutes)", 96),
        ("rate(1 hour)", 24),
        ("rate(2 days)", 0.5),
        ("cron(30 6 * * ? *)", 1),
        ("cron(0/20 * * * ? *)", 72),
        ("cron(0 8-17/3 ? * MON-FRI *)", 4 * 5 / 7),
        ("cron(0 3 ? * SUN *)", 1 / 7),
        ("cron(0 3 1,15 * ? *)", 2 / DAYS),
        ("cron(0 3 L * ? *)", 1 / DAYS),
        ("cron(0 3 ? * MON#2 *)", 1 / DAYS),
        ("0 0 1 JAN ? *", 1 / DAYS / 12),
    ],
)
def test_calls_of_an_average_day(expression, calls):
    assert calls_per_day(expression) == pytest.approx(calls)


def test_what_is_no_schedule_is_refused():
    with pytest.raises(StrataError, match="of six fields: got 'often'"):
        calls_per_day("often")
