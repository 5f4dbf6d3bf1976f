"""The functions that open, inspect, judge and close a run."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from data_lake.contract_bundle import ContractBundle
from data_lake.function import Calls, FunctionPlatform, LakeFunction
from data_lake.grants import (
    PRODUCERS_NAMES,
    catalog_arns,
    read_objects,
    use_items,
    use_key,
    use_table_key,
    write_objects,
)
from data_lake.lake_tables import LakeTables
from data_lake.permissions import allow
from data_lake.spark_job import SparkSize
from data_lake.zone import LakeZone

BY_STATES: Final = Calls(
    by="states of state machines",
    bound="a run calls it once at a time, or for as many items as its Map takes at once",
    failures="the state, which retries, then catches",
)
"""How every function of a run is called."""

RUNS: Final = ("runs/",)
"""Where runs keep what they write about themselves, in the artifacts zone."""

_DESCRIPTIONS: Final = {
    "open_run": "Takes a dataset's lock and claims the arrivals that wait",
    "inspect_files": "Looks at a batch of claimed files before Spark does",
    "plan_read": "Lists the files that a run may read",
    "check_drift": "Compares what the crawler found with the contract",
    "judge": "Decides from the quality of the staged rows whether to publish them",
    "close_run": "Records a run's outcome, releases its lock and writes its notice",
    "plan_products": "Orders the products that are built on what was published",
}

_READ_CONTRACTS: Final = (
    "open_run",
    "inspect_files",
    "plan_read",
    "check_drift",
    "close_run",
    "plan_products",
)


@dataclass(frozen=True)
class RunLimits:
    """How much one run takes on.

    Attributes:
        files_per_run: the most arrivals that one run claims.
        files_per_inspection: the most files that one invocation inspects.
        inline_batches: the most batches of files that are inspected inside the run's own
            execution; more of them get executions of their own.
        lease_minutes: how long a run holds its dataset's lock; longer than any run takes.
        inspection_memory_mb: memory of the function that inspects; 1,769 MB are one whole CPU,
            and more would not read a file faster.
        inspection_seconds: how long one inspection may take, which bounds the largest file that is
            written anew for Spark; at most 900.
    """

    files_per_run: int = 5000
    files_per_inspection: int = 50
    inline_batches: int = 20
    lease_minutes: int = 195
    inspection_memory_mb: int = 1769
    inspection_seconds: int = 300


class RunFunctions(Construct):
    """One function per step of a run, each with a role that allows its step only.

    Args:
        platform: what the functions share.
        zones: raw, quarantine and artifacts.
        raw_database: name of the database that the raw crawler fills.
        tables: the ledger and the audit.
        contracts: the compiled contracts.
        limits: how much one run takes on.
        spark: the size of jobs whose contract does not say one.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: FunctionPlatform,
        zones: Mapping[str, LakeZone],
        raw_database: str,
        tables: LakeTables,
        contracts: ContractBundle,
        limits: RunLimits,
        spark: SparkSize,
    ) -> None:
        super().__init__(scope, construct_id)
        engine = {
            "WORKER_TYPE": spark.worker_type,
            "WORKERS": str(spark.workers),
            "JOB_TIMEOUT_MINUTES": str(spark.timeout_minutes),
        }
        extra = {
            "open_run": {
                "FILES_PER_RUN": str(limits.files_per_run),
                "FILES_PER_INSPECTION": str(limits.files_per_inspection),
                "INLINE_BATCHES": str(limits.inline_batches),
                "LEASE_MINUTES": str(limits.lease_minutes),
                **engine,
            },
            "plan_read": engine,
            "check_drift": {"RAW_DATABASE": raw_database},
        }
        sizes = {
            "inspect_files": replace(
                platform.size,
                memory_mb=limits.inspection_memory_mb,
                timeout_seconds=limits.inspection_seconds,
            )
        }
        self._zones = zones
        self._tables = tables
        self._functions = {
            name: LakeFunction(
                self,
                _pascal(name),
                platform=platform,
                name=name,
                description=description,
                environment=extra.get(name),
                calls=BY_STATES,
                size=sizes.get(name),
            )
            for name, description in _DESCRIPTIONS.items()
        }
        for name in _READ_CONTRACTS:
            contracts.allow_reading(self._functions[name].role)
        self._allow_opening()
        self._allow_inspecting()
        self._use_artifacts(self.plan_read.role)
        self._allow_checking_drift(raw_database)
        self._allow_judging()
        self._allow_closing()

    @property
    def open_run(self) -> LakeFunction:
        """Takes a dataset's lock and claims what waits."""
        return self._functions["open_run"]

    @property
    def inspect_files(self) -> LakeFunction:
        """Inspects one batch of claimed files."""
        return self._functions["inspect_files"]

    @property
    def plan_read(self) -> LakeFunction:
        """Lists the files that a run may read."""
        return self._functions["plan_read"]

    @property
    def check_drift(self) -> LakeFunction:
        """Compares what the crawler found with the contract."""
        return self._functions["check_drift"]

    @property
    def judge(self) -> LakeFunction:
        """Decides whether to publish what was staged."""
        return self._functions["judge"]

    @property
    def close_run(self) -> LakeFunction:
        """Records a run's outcome."""
        return self._functions["close_run"]

    @property
    def plan_products(self) -> LakeFunction:
        """Orders the products that are built on what was published."""
        return self._functions["plan_products"]

    def _allow_opening(self) -> None:
        role = self.open_run.role
        self._use_artifacts(role, delete=True)
        self._use_ledger(role, "ConditionCheckItem", "DeleteItem", "PutItem", "Query", "UpdateItem")
        self._use_audit(role, "DeleteItem", "PutItem", "UpdateItem")
        self._read_changes(role)

    def _allow_inspecting(self) -> None:
        role = self.inspect_files.role
        self._use_artifacts(role)
        self._use_ledger(role, "PutItem", "UpdateItem")
        read_objects(role, self._zones["raw"], versions=True, why=PRODUCERS_NAMES)
        write_objects(
            role, self._zones["quarantine"], ("files/", "rejections/"), why=PRODUCERS_NAMES
        )

    def _allow_checking_drift(self, raw_database: str) -> None:
        allow(
            self.check_drift.role,
            "ReadCrawledTable",
            actions=["glue:GetTable"],
            resources=catalog_arns(Stack.of(self), raw_database),
            wildcard="The crawler names a table after each folder that it finds.",
        )

    def _allow_judging(self) -> None:
        role = self.judge.role
        self._use_artifacts(role)
        self._use_ledger(role, "UpdateItem")
        read_objects(role, self._zones["raw"], why=PRODUCERS_NAMES)

    def _allow_closing(self) -> None:
        role = self.close_run.role
        self._use_artifacts(role)
        self._use_ledger(role, "DeleteItem", "PutItem", "Query", "UpdateItem")
        self._use_audit(role, "UpdateItem")
        self._read_changes(role)

    def _read_changes(self, role: iam.Role) -> None:
        why = "What people change in quarantine is described by dataset and change."
        read_objects(role, self._zones["quarantine"], ("changes/",), why=why)

    def _use_artifacts(self, role: iam.Role, *, delete: bool = False) -> None:
        artifacts = self._zones["artifacts"]
        why = "A run's folder is named after its dataset and its execution."
        read_objects(role, artifacts, RUNS, why=why)
        write_objects(role, artifacts, RUNS, delete=delete, why=why)
        # One key encrypts every zone.
        use_key(role, "UseZonesKey", artifacts.key)

    def _use_ledger(self, role: iam.Role, *actions: str) -> None:
        use_items(role, "UseLedger", self._tables.ledger, ("GetItem", *actions))
        use_table_key(role, self._tables.key)

    def _use_audit(self, role: iam.Role, *actions: str) -> None:
        use_items(role, "UseAudit", self._tables.audit, ("GetItem", *actions))


def _pascal(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
