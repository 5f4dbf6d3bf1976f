"""What is billed for files that come and runs that load them, by dataset and product."""

from collections.abc import Iterator, Mapping
from typing import Final

from data_lake.contracts import DatasetContract, ProductContract
from strata.cost.amounts import HOURS, Amount, View
from strata.cost.runs import job_of, runs_per_month
from strata.cost.usage import DatasetUsage, ProductUsage

_KB_PER_GB: Final = 1e6
_MB_PER_GB: Final = 1e3
_SECONDS_PER_HOUR: Final = 3600.0
_METRIC_HOURS: Final = 1.0
"""A metric of our own is billed for each hour in which a run emits it."""


def loading(view: View) -> Iterator[Amount]:
    """Give what loading and building is billed in a month."""
    runs = {name: runs_per_month(view, name, used) for name, used in view.usage.datasets.items()}
    for name, used in view.usage.datasets.items():
        contract = view.lake.contracts.datasets[name]
        yield from _dataset(view, contract, used, runs[name])
    for product, builds in builds_per_month(view, runs).items():
        known = view.usage.products.get(product, ProductUsage(rows_per_build=0, table_gb=0))
        yield from _product(view, view.lake.contracts.products[product], known, builds)


def builds_per_month(view: View, runs: Mapping[str, float]) -> dict[str, float]:
    """Give how often each product is built: after each run that publishes what it reads.

    Products that read products are built in the same wave, so the runs of datasets are counted.
    """
    products = view.lake.contracts.products

    def sources(name: str) -> set[str]:
        if name not in products:
            return {name}
        return {one for below in products[name].inputs for one in sources(below)}

    found = {name: sum(runs.get(one, 0.0) for one in sources(name)) for name in products}
    return {name: builds for name, builds in found.items() if builds}


def _dataset(
    view: View, contract: DatasetContract, used: DatasetUsage, runs: float
) -> Iterator[Amount]:
    if not runs:
        return
    files = view.month(used.files_per_day)
    rows, size = view.month(used.rows_per_day) / runs, view.month(used.gb_per_day) * 1e9 / runs
    job = job_of(view, contract.engine, view.lake.job("IngestStage"), rows, size)
    publish = view.job_hours("IngestPublish", view.per("publish_seconds"))
    crawls = runs * view.per("crawls_per_run") * view.per("crawl_dpu")
    crawled = crawls * view.per("crawl_seconds") / _SECONDS_PER_HOUR
    yield from view.amounts(
        contract.name,
        {
            job.price: (runs * job.hours, "stage jobs"),
            "glue_crawler_dpu_hour": (crawled, "crawls of the raw zone"),
            "states_transition": (runs * view.per("transitions_per_run"), "runs"),
        },
    )
    yield from view.amounts(contract.name, {"glue_dpu_hour": (runs * publish, "publish jobs")})
    yield from _upkeep(view, contract)
    yield from _requests(view, contract.name, runs, files)
    yield from _told(view, contract.name, runs, jobs=2 * runs, files=files)


def _product(
    view: View, contract: ProductContract, used: ProductUsage, builds: float
) -> Iterator[Amount]:
    rows = used.rows_per_build * view.usage.volume(view.case)
    job = job_of(view, contract.engine, view.lake.job("CurateBuild"), rows, used.table_gb * 1e9)
    publish = view.job_hours("CuratePublish", view.per("publish_seconds"))
    yield from view.amounts(
        contract.name,
        {
            job.price: (builds * job.hours, "build jobs"),
            "states_transition": (builds * view.per("transitions_per_product"), "builds"),
        },
    )
    yield from view.amounts(contract.name, {"glue_dpu_hour": (builds * publish, "publish jobs")})
    yield from _upkeep(view, contract)
    yield from _requests(view, contract.name, builds, 0)
    yield from _told(view, contract.name, builds, jobs=2 * builds, files=0)


def _upkeep(view: View, contract: DatasetContract | ProductContract) -> Iterator[Amount]:
    if contract.format == "iceberg":
        hours = view.per("upkeep_dpu_hours_per_table")
        yield from view.amounts(
            contract.name, {"glue_optimizer_dpu_hour": (hours, "optimizers of the table")}
        )


def _requests(view: View, owner: str, runs: float, files: float) -> Iterator[Amount]:
    """Give what functions, tables, buckets, queues and keys are asked."""

    def both(what: str) -> float:
        return runs * view.per(f"{what}_per_run") + files * view.per(f"{what}_per_file")

    word = "runs and files" if files else "runs"
    yield from view.amounts(
        owner,
        {
            "lambda_request": (both("requests"), word),
            "lambda_arm_gb_second": (both("gb_seconds") * view.lake.memory_gb(), word),
            "dynamodb_write_unit": (both("write_units"), word),
            "dynamodb_read_unit": (both("read_units"), word),
            "s3_write": (both("s3_writes"), word),
            "s3_read": (both("s3_reads"), word),
            "sqs_request": (files * view.per("queue_requests_per_file"), "arrivals"),
            "kms_request": (both("kms_requests"), word),
            "events_event": (files + runs, "arrivals and notices of runs"),
            "xray_trace": (runs, "runs"),
        },
    )


def _told(view: View, owner: str, runs: float, *, jobs: float, files: float) -> Iterator[Amount]:
    """Give what is logged, measured and told to people."""
    logs = runs * view.per("log_mb_per_run") + jobs * view.per("log_mb_per_job")
    logged = logs / _MB_PER_GB + files * view.per("log_kb_per_file") / _KB_PER_GB
    hours = min(1.0, runs * _METRIC_HOURS / HOURS)
    told = runs * view.per("notices_per_run")
    yield from view.amounts(
        owner,
        {
            "log_ingest_gb": (logged, "logs"),
            "log_keep_gb": (logged * _months_kept(view), "logs"),
            "custom_metric": (hours * view.per("metrics_per_dataset"), "metrics of runs"),
            "sns_publish": (told, "notices"),
        },
    )
    for protocol, price in (("email", "sns_email"), ("https", "sns_https")):
        followers = sum(
            one.properties.get("Protocol") == protocol
            for one in view.lake.of("AWS::SNS::Subscription")
        )
        yield from view.amounts(owner, {price: (told * followers, "notices")})


def _months_kept(view: View) -> float:
    """Give for how many months of the lake's age logs are kept."""
    days = [
        one.properties["RetentionInDays"]
        for one in view.lake.of("AWS::Logs::LogGroup")
        if "RetentionInDays" in one.properties
    ]
    return min(view.usage.months, max(days) * 12 / 365) if days else view.usage.months
