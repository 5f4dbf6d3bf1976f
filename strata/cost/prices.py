"""Dated list prices, by region, each with the page that says today's."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, field_validator

from config.lifecycle import Strict
from data_lake.problems import Problem, nearest
from data_lake.yaml_marks import MarkedDocument
from strata.cost.reading import read_model
from strata.errors import StrataError

FILE: Final = Path(__file__).with_name("prices.yaml")
REMEMBERED: Final = "remembered"
KEYS: Final = (
    *("alarm_metric", "athena_tb", "composite_alarm", "custom_metric", "dashboard"),
    *("dynamodb_gb", "dynamodb_read_unit", "dynamodb_recovery_gb", "dynamodb_write_unit"),
    *("endpoint_hour", "events_event", "glue_crawler_dpu_hour", "glue_dpu_hour"),
    *("glue_flex_dpu_hour", "glue_optimizer_dpu_hour", "kms_key", "kms_request"),
    *("lambda_arm_gb_second", "lambda_request", "log_ingest_gb", "log_keep_gb"),
    *("s3_archive_gb", "s3_archive_instant_gb", "s3_infrequent_gb", "s3_other_region_gb"),
    *("s3_read", "s3_replication_time_gb", "s3_standard_gb", "s3_tiering_object"),
    *("s3_to_archive", "s3_to_infrequent", "s3_write", "scheduler_call", "secret", "sns_email"),
    *("sns_https", "sns_publish", "sqs_request", "states_transition", "xray_trace"),
)
"""Every price that an estimate may need."""
Usd = Annotated[float, Field(ge=0, le=1_000)]


def _is_date(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise ValueError("must be a date such as 2026-05-31, in quotes") from None
    return text


class Price(Strict):
    """US dollars for `per` units by region, the page, and the date on which somebody read it."""

    service: str = Field(min_length=1)
    unit: str = Field(min_length=1)
    per: float = Field(gt=0)
    usd: dict[str, Usd]
    source: str = Field(pattern=r"^https://aws\.amazon\.com/\S+$")
    taken: str

    @field_validator("taken")
    @classmethod
    def _taken(cls, text: str) -> str:
        return text if text == REMEMBERED else _is_date(text)


class Prices(Strict):
    """A price file.

    Attributes:
        as_of: the date of the oldest row.
        warn_after_days: from this age on, an estimate carries a warning.
        refuse_after_days: from this age on, there is no estimate.
        base_region: whose prices are taken, with a warning, for a region without its own.
        prices: by key; all of `KEYS`.
        free: why a resource type costs nothing by itself, by type.
    """

    as_of: str
    warn_after_days: int = Field(ge=1)
    refuse_after_days: int = Field(ge=1)
    base_region: str
    prices: dict[str, Price]
    free: dict[str, str]

    @field_validator("as_of")
    @classmethod
    def _as_of(cls, text: str) -> str:
        return _is_date(text)

    def age(self, today: date) -> int:
        """Give the age of the oldest row in days."""
        return (today - date.fromisoformat(self.as_of)).days

    def usd(self, key: str, region: str) -> float:
        """Give US dollars for one unit; the base region's where the region has none."""
        price = self.prices[key]
        return price.usd.get(region, price.usd[self.base_region]) / price.per

    def regions_without(self, key: str, regions: set[str]) -> list[str]:
        """Give those of the regions for which the price is the base region's."""
        return sorted(regions - set(self.prices[key].usd))


def read_prices(path: Path = FILE, today: date | None = None) -> Prices:
    """Read a price file.

    Args:
        path: the file.
        today: the day to tell its age by. Default: today.

    Raises:
        StrataError: the file has problems, lacks a price, knows one that nobody asks for, or is
            older than it says it may be.
    """
    prices, document = read_model(path, Prices)
    problems = [*_keys(prices, document), *_age(prices, document, today or date.today())]
    if problems:
        raise StrataError("\n".join(map(str, problems)))
    return prices


def _keys(prices: Prices, document: MarkedDocument) -> list[Problem]:
    found: list[Problem] = []
    unknown = [key for key in prices.prices if key not in KEYS]
    near = {nearest(key, KEYS) for key in unknown}
    for key in unknown:
        path = ("prices", key)
        suggested = nearest(key, KEYS)
        rule = "is not a price that an estimate needs"
        found.append(document.problem(path, rule, value=key, nearest=suggested))
    for key in KEYS:
        if key not in prices.prices and key not in near:
            found.append(document.problem(("prices", key), "is required; add it", value=""))
    for key, price in prices.prices.items():
        if prices.base_region not in price.usd:
            rule = f"must have a price for base_region {prices.base_region}"
            found.append(document.problem(("prices", key, "usd"), rule))
    for kind in prices.free:
        if not re.fullmatch(r"AWS::\w+::\w+", kind):
            found.append(document.problem(("free", kind), "must be a type such as AWS::SQS::Queue"))
    return found


def _age(prices: Prices, document: MarkedDocument, today: date) -> list[Problem]:
    days, most = prices.age(today), prices.refuse_after_days
    if days < 0:
        return [document.problem(("as_of",), f"must not be after today, {today}")]
    if days <= most:
        return []
    rule = (
        f"is {days} days ago, and refuse_after_days is {most}; read each row on its page again, "
        "then change as_of"
    )
    return [document.problem(("as_of",), rule)]
