"""Whether the account's quotas let a lake use what its settings say."""

from collections.abc import Iterator
from typing import Final

from config.settings import Settings
from strata.doctor.finding import Account, Check, Finding, State

JOB_RUNS: Final = "Max concurrent job runs per account"
DPUS: Final = "Max task DPUs per account"
QUOTAS_PAGE: Final = "Service Quotas console"


def dpus_of(worker_type: str) -> int:
    """Give how many DPUs a worker takes: the number in its type, ``G.2X`` takes 2.

    Source: https://docs.aws.amazon.com/glue/latest/dg/worker-types.html
    """
    return int(worker_type.partition(".")[2].removesuffix("X"))


def glue_needs(settings: Settings) -> dict[str, tuple[int, str]]:
    """Give what one job takes when it has as many runs at once as it may have, by quota's name.

    With each number goes where it comes from.
    """
    spark = settings.spark
    dpus = spark.max_concurrent_runs * spark.workers * dpus_of(spark.worker_type)
    return {
        JOB_RUNS: (spark.max_concurrent_runs, "spark.max_concurrent_runs"),
        DPUS: (
            dpus,
            f"spark.max_concurrent_runs {spark.max_concurrent_runs} x spark.workers "
            f"{spark.workers} x {spark.worker_type}",
        ),
    }


def _glue(account: Account, region: str) -> Iterator[Finding]:
    client = account.client("service-quotas", region)
    values: dict[str, float] = {}
    # Applied values take the place of the defaults, and list only what has one.
    for operation in ("list_aws_default_service_quotas", "list_service_quotas"):
        for page in client.get_paginator(operation).paginate(ServiceCode="glue"):
            values |= {quota["QuotaName"].lower(): quota["Value"] for quota in page["Quotas"]}
    for name, need in glue_needs(account.settings).items():
        value = values.get(name.lower())
        if value is None:
            found = "Service Quotas lists no quota of this name"
            yield Finding(f"quota: AWS Glue, {name}", region, State.NOT_JUDGED, found)
        else:
            yield _judged(f"AWS Glue, {name}", region, value, need)


def _lambda(account: Account, region: str) -> Iterator[Finding]:
    limits = account.client("lambda", region).get_account_settings()["AccountLimit"]
    # A run of many files calls so many functions at once.
    need = (account.settings.pipeline.inspections_at_once, "pipeline.inspections_at_once")
    free = limits["UnreservedConcurrentExecutions"]
    yield _judged("AWS Lambda, Concurrent executions", region, free, need)


def _judged(quota: str, region: str, value: float, need: tuple[int, str]) -> Finding:
    needed, why = need
    found = f"{value:g}, and {needed} are needed ({why})"
    if value >= needed:
        return Finding(f"quota: {quota}", region, State.OK, found)
    fix = f"{QUOTAS_PAGE}, {region}, {quota}: ask for {needed} or more; or lower {why}"
    return Finding(f"quota: {quota}", region, State.TO_FIX, found, fix)


GLUE_QUOTAS: Final = Check("quotas of Glue", _glue, first_region=True)
FUNCTIONS_AT_ONCE: Final = Check("quotas of Lambda", _lambda, first_region=True)
