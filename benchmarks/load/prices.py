"""What the counted work costs on AWS: list prices, on demand, us-east-1."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

AS_OF: Final = "2025-01"
"""The month of the prices; each names the page that says today's."""


@dataclass(frozen=True)
class Price:
    """US dollars for so many units, and the page that says so."""

    label: str
    usd: float
    units: float
    source: str


PRICES: Final[Mapping[str, Price]] = {
    "dpu_hours": Price("Glue jobs, DPU hours", 0.44, 1, "aws.amazon.com/glue/pricing"),
    "crawler_hours": Price("Glue crawler, DPU hours", 0.44, 1, "aws.amazon.com/glue/pricing"),
    "transitions": Price(
        "Step Functions, transitions", 0.025, 1e3, "aws.amazon.com/step-functions/pricing"
    ),
    "invocations": Price("Lambda, invocations", 0.20, 1e6, "aws.amazon.com/lambda/pricing"),
    "gb_seconds": Price("Lambda arm64, GB seconds", 13.3334, 1e6, "aws.amazon.com/lambda/pricing"),
    "write_units": Price(
        "DynamoDB, write units", 0.625, 1e6, "aws.amazon.com/dynamodb/pricing/on-demand"
    ),
    "read_units": Price(
        "DynamoDB, read units", 0.125, 1e6, "aws.amazon.com/dynamodb/pricing/on-demand"
    ),
    "s3_writes": Price("S3, PUT, COPY and LIST", 0.005, 1e3, "aws.amazon.com/s3/pricing"),
    "s3_reads": Price("S3, GET and HEAD", 0.0004, 1e3, "aws.amazon.com/s3/pricing"),
    "queue_requests": Price("SQS, requests", 0.40, 1e6, "aws.amazon.com/sqs/pricing"),
}
DPU: Final[Mapping[str, int]] = {"G.1X": 1, "G.2X": 2, "G.4X": 4, "G.8X": 8}
"""What a worker of each type counts: https://docs.aws.amazon.com/glue/latest/dg/add-job.html"""
GLUE_LEAST_SECONDS: Final = 60.0
"""What a job run costs at the least: aws.amazon.com/glue/pricing."""
CRAWLER_DPU: Final = 2
"""What a crawl is assumed to take, as in the examples of that page."""
CRAWLER_LEAST_SECONDS: Final = 600.0
"""What a crawl costs at the least, from the same page."""


def dpu_hours(worker_type: str, workers: int, seconds: float) -> float:
    """Give what one job run is billed."""
    return DPU[worker_type] * workers * max(seconds, GLUE_LEAST_SECONDS) / 3600


def crawler_hours(seconds: float) -> float:
    """Give what one crawl is billed."""
    return CRAWLER_DPU * max(seconds, CRAWLER_LEAST_SECONDS) / 3600


def costs(amounts: Mapping[str, float]) -> dict[str, float]:
    """Give the US dollars of each amount; raises `KeyError` for one that has no price."""
    return {
        name: amount * PRICES[name].usd / PRICES[name].units for name, amount in amounts.items()
    }
