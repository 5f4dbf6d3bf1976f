"""The settings of one environment: everything that may differ between dev, staging and prod."""

import re
from typing import Annotated, Literal, TypeVar, get_args

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from config.compaction import Compaction
from config.company import BUCKET_NAME_LIMIT, Company, check_company, longest_bucket_name, prefix_of
from config.lifecycle import Optimizers, Storage, Strict
from config.network import Network
from config.regions import known_regions

Upkeep = TypeVar("Upkeep", Optimizers, Compaction)
MINUTES_PER_DAY = 24 * 60
SeverityWord = Literal["info", "warning", "critical"]
SEVERITIES: tuple[SeverityWord, ...] = get_args(SeverityWord)
ALERT_ENDPOINTS = {
    "email": (r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address"),
    "https": (r"https://\S+", "an https:// address"),
    "sqs": (
        r"arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,80}(\.fifo)?",
        "the ARN of a queue",
    ),
}

WorkerType = Literal[
    "G.1X", "G.2X", "G.4X", "G.8X", "G.12X", "G.16X", "R.1X", "R.2X", "R.4X", "R.8X"
]
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
LogRetentionDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
]  # fmt: skip


class Functions(Strict):
    """Sizes of every Lambda function."""

    memory_mb: int = Field(default=512, ge=128, le=10_240)
    timeout_seconds: int = Field(default=60, ge=1, le=900)
    log_retention_days: LogRetentionDays = 30


class Spark(Strict):
    """Sizes of every Glue job; a job that runs longer than ``timeout_minutes`` is stopped."""

    worker_type: WorkerType = "G.1X"
    workers: int = Field(default=2, ge=2, le=299)
    timeout_minutes: int = Field(default=60, ge=1, le=10_080)
    max_concurrent_runs: int = Field(default=5, ge=1, le=1_000)


class Pipeline(Strict):
    """How much one run takes on, and for how long it may hold its dataset."""

    files_per_inspection: int = Field(default=50, ge=1, le=1_000)
    files_per_run: int = Field(default=5_000, ge=1, le=100_000)
    inline_batches: int = Field(default=20, ge=1, le=40)
    inspections_at_once: int = Field(default=40, ge=1, le=10_000)
    inspection_executions: Literal["standard", "express"] = "standard"
    arrival_batching_seconds: int = Field(default=20, ge=0, le=300)
    timeout_minutes: int = Field(default=180, ge=1, le=10_080)
    lease_minutes: int = Field(default=195, ge=1, le=20_160)
    sweep_minutes: int = Field(default=15, ge=1, le=1_440)

    @field_validator("files_per_run")
    @classmethod
    def _at_least_one_inspection(cls, files: int, info: ValidationInfo) -> int:
        inspected = info.data.get("files_per_inspection", 1)
        if files < inspected:
            raise ValueError(f"must be at least files_per_inspection {inspected}")
        return files

    @field_validator("lease_minutes")
    @classmethod
    def _outlives_the_run(cls, minutes: int, info: ValidationInfo) -> int:
        timeout = info.data.get("timeout_minutes", 0)
        if minutes <= timeout:
            raise ValueError(
                f"must be more than timeout_minutes {timeout}, because a second run takes over "
                "when the lease ends and would write beside the first"
            )
        return minutes


class Queries(Strict):
    """Limits of Athena: a query that scans more megabytes is cancelled (Athena's minimum is 10)."""

    scan_limit_mb: int = Field(default=10_240, ge=10)


class Schedules(Strict):
    """Whether the contracts' schedules run in this environment."""

    enabled: bool = True


class Subscriber(Strict):
    """Who is told: an e-mail address, an https address, or the ARN of an SQS queue.

    Told are alarms and notices of ``severities``; notices, which tell of single runs, only where
    ``notices`` is true.
    """

    protocol: Literal["email", "https", "sqs"]
    endpoint: str
    severities: Annotated[tuple[SeverityWord, ...], Field(strict=False, min_length=1)] = SEVERITIES
    notices: bool = True

    @field_validator("endpoint")
    @classmethod
    def _fits_the_protocol(cls, endpoint: str, info: ValidationInfo) -> str:
        pattern, kind = ALERT_ENDPOINTS.get(info.data.get("protocol", ""), (".*", ""))
        if not re.fullmatch(pattern, endpoint):
            raise ValueError(f"must be {kind} for protocol {info.data['protocol']}")
        return endpoint


class Alerts(Strict):
    """Who gets alarms and notices; by default nobody.

    ``topics: by_severity`` gives alarms a topic for each severity, so that a subscriber can have
    some of them; with ``one``, everybody gets everything. ``runbooks`` is where the pages of
    ``docs/runbooks`` are found by who is told: a URL, or the folder in the repository.
    """

    topics: Literal["one", "by_severity"] = "one"
    runbooks: str = Field(
        default="docs/runbooks",
        pattern=r"^(https://[A-Za-z0-9._~/-]+[A-Za-z0-9_~-]|docs/runbooks)$",
        max_length=300,
    )
    subscribers: Annotated[tuple[Subscriber, ...], Field(strict=False)] = ()

    @field_validator("subscribers")
    @classmethod
    def _can_be_told_apart(
        cls, subscribers: tuple[Subscriber, ...], info: ValidationInfo
    ) -> tuple[Subscriber, ...]:
        if info.data.get("topics") == "one":
            for one in subscribers:
                if set(one.severities) != set(SEVERITIES) or not one.notices:
                    raise ValueError(
                        f"{one.endpoint} can be told a part only where topics is by_severity"
                    )
        return subscribers


class Anomalies(Strict):
    """From which impact on, in US dollars, a cost that nobody expected is told.

    ``monitor_arn`` names a monitor of all services that exists: an account has one. Without, one is
    made.
    """

    least_usd: int = Field(default=50, ge=1)
    monitor_arn: str | None = Field(
        default=None, pattern=r"^arn:aws[a-z-]*:ce::\d{12}:anomalymonitor/[A-Za-z0-9-]+$"
    )


class Budget(Strict):
    """What the account may cost in a month, in US dollars, and when that is told.

    Told are the cost at ``alert_percent`` and at 100 %, a forecast above 100 %, and, unless
    ``anomalies`` is null, what a service costs beyond what is usual.
    """

    monthly_usd: int = Field(default=100, ge=1)
    alert_percent: int = Field(default=80, ge=1, le=99)
    anomalies: Anomalies | None = None


class Settings(Strict):
    """One environment. ``load_settings`` makes it from ``config/environments/<name>.yaml``.

    ``owner`` is a person or team to ask, not the owner key of ledger records; that is ``prefix``.
    ``production: true`` makes the rules of ``config/production.py`` apply.
    """

    project: str = Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", min_length=2, max_length=16)
    environment: str = Field(pattern=r"^[a-z][a-z0-9]{1,11}$")
    production: bool
    account: str = Field(pattern=r"^[0-9]{12}$")
    region: str
    recovery_region: str | None = None
    owner: str = Field(min_length=1, max_length=256)
    cost_center: str = Field(min_length=1, max_length=256)
    company: Company = Company()
    network: Network | None = None
    retain_data: bool = True
    termination_protection: bool = False
    storage: Storage
    functions: Functions = Functions()
    spark: Spark = Spark()
    pipeline: Pipeline = Pipeline()
    optimizers: Optimizers = Optimizers()
    compaction: Compaction = Compaction()
    queries: Queries = Queries()
    schedules: Schedules = Schedules()
    alerts: Alerts = Alerts()
    budget: Budget = Budget()

    @property
    def prefix(self) -> str:
        """``<project>-<environment>``: start of physical names and owner of ledger records.

        After ``<company.name_prefix>-``, where there is one.
        """
        return prefix_of(self.company, self.project, self.environment)

    @property
    def regions(self) -> list[str]:
        """The first region, and the second where there is one."""
        both = (self.region, self.recovery_region)
        return [region for region in both if region is not None]

    @field_validator("account", mode="before")
    @classmethod
    def _quoted(cls, account: object) -> object:
        if isinstance(account, int):
            raise PydanticCustomError(
                "account_number", "must be text of 12 digits; quote the account id"
            )
        return account

    @field_validator("region", "recovery_region")
    @classmethod
    def _exists(cls, region: str | None) -> str | None:
        if region is not None and region not in known_regions():
            raise PydanticCustomError(
                "unknown_region", "must be an AWS region", {"options": known_regions()}
            )
        return region

    @field_validator("recovery_region")
    @classmethod
    def _another_region(cls, recovery: str | None, info: ValidationInfo) -> str | None:
        if recovery is not None and recovery == info.data.get("region"):
            raise ValueError("must differ from region; use null for no second region")
        return recovery

    @field_validator("region", "recovery_region")
    @classmethod
    def _bucket_names_fit(cls, region: str | None, info: ValidationInfo) -> str | None:
        if region is None:
            return region
        longest = longest_bucket_name(Company(), region, info.data)
        if len(longest) > BUCKET_NAME_LIMIT:
            raise ValueError(
                f"makes the bucket name {longest}, {len(longest)} characters where S3 allows "
                f"{BUCKET_NAME_LIMIT}; shorten project or environment"
            )
        return region

    @field_validator("network")
    @classmethod
    def _is_of_the_region(cls, network: Network | None, info: ValidationInfo) -> Network | None:
        region = info.data.get("region")
        for number, subnet in enumerate(network.subnets if network and region else ()):
            if not subnet.availability_zone.startswith(str(region)):
                raise PydanticCustomError(
                    "zone",
                    "must be a zone of region {region}",
                    {
                        "field": f"subnets[{number}].availability_zone",
                        "value": subnet.availability_zone,
                        "region": region,
                    },
                )
        return network

    @field_validator("company")
    @classmethod
    def _fits_the_regions(cls, company: Company, info: ValidationInfo) -> Company:
        check_company(company, info.data)
        return company

    @field_validator("pipeline")
    @classmethod
    def _outlives_its_jobs(cls, pipeline: Pipeline, info: ValidationInfo) -> Pipeline:
        job_minutes = info.data["spark"].timeout_minutes if "spark" in info.data else 0
        if pipeline.timeout_minutes <= job_minutes:
            raise PydanticCustomError(
                "pipeline_timeout",
                "must be more than spark.timeout_minutes {job_minutes}, because a run waits for "
                "its Glue job",
                {
                    "field": "timeout_minutes",
                    "value": pipeline.timeout_minutes,
                    "job_minutes": job_minutes,
                },
            )
        return pipeline

    @field_validator("optimizers", "compaction")
    @classmethod
    def _spares_running_files(cls, upkeep: Upkeep, info: ValidationInfo) -> Upkeep:
        run_minutes = info.data["pipeline"].timeout_minutes if "pipeline" in info.data else 0
        if upkeep.orphan_days * MINUTES_PER_DAY <= run_minutes:
            named_by = "snapshot" if isinstance(upkeep, Optimizers) else "table"
            raise PydanticCustomError(
                "orphan_days",
                "must be longer than pipeline.timeout_minutes {run_minutes}, because no {named_by} "
                "names the files of a run that is still being written",
                {
                    "field": "orphan_days",
                    "value": upkeep.orphan_days,
                    "run_minutes": run_minutes,
                    "named_by": named_by,
                },
            )
        return upkeep
