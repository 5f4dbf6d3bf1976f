"""What the counted work costs on AWS: list prices, on demand, in the base region."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from strata.cost.amounts import dpu_hours
from strata.cost.prices import FILE, Prices
from strata.cost.reading import read_model

__all__ = ["AS_OF", "PRICES", "Price", "costs", "crawler_hours", "dpu_hours"]

_LISTED: Final = read_model(FILE, Prices)[0]
AS_OF: Final = _LISTED.as_of.rsplit("-", 1)[0]
"""The month of the prices; each names the page that says today's."""


@dataclass(frozen=True)
class Price:
    """US dollars for so many units, and the page that says so."""

    label: str
    usd: float
    units: float
    source: str


def _price(label: str, key: str) -> Price:
    row = _LISTED.prices[key]
    page = row.source.removeprefix("https://").rstrip("/")
    return Price(label, row.usd[_LISTED.base_region], row.per, page)


PRICES: Final[Mapping[str, Price]] = {
    "dpu_hours": _price("Glue jobs, DPU hours", "glue_dpu_hour"),
    "crawler_hours": _price("Glue crawler, DPU hours", "glue_crawler_dpu_hour"),
    "transitions": _price("Step Functions, transitions", "states_transition"),
    "invocations": _price("Lambda, invocations", "lambda_request"),
    "gb_seconds": _price("Lambda arm64, GB seconds", "lambda_arm_gb_second"),
    "write_units": _price("DynamoDB, write units", "dynamodb_write_unit"),
    "read_units": _price("DynamoDB, read units", "dynamodb_read_unit"),
    "s3_writes": _price("S3, PUT, COPY and LIST", "s3_write"),
    "s3_reads": _price("S3, GET and HEAD", "s3_read"),
    "queue_requests": _price("SQS, requests", "sqs_request"),
}
CRAWLER_DPU: Final = 2
"""What a crawl is assumed to take, as in the examples of that page."""
CRAWLER_LEAST_SECONDS: Final = 600.0
"""What a crawl costs at the least, from the same page."""


def crawler_hours(seconds: float) -> float:
    """Give what one crawl is billed."""
    return CRAWLER_DPU * max(seconds, CRAWLER_LEAST_SECONDS) / 3600


def costs(amounts: Mapping[str, float]) -> dict[str, float]:
    """Give the US dollars of each amount; raises `KeyError` for one that has no price."""
    return {
        name: amount * PRICES[name].usd / PRICES[name].units for name, amount in amounts.items()
    }
