"""Where the code of a lake's processing is, and how much it may use."""

from dataclasses import dataclass, field

from data_lake.arrival_ledger import Batching
from data_lake.compaction import CompactionSettings
from data_lake.function import FunctionSize
from data_lake.inspect_states import InspectionMap
from data_lake.run_functions import RunLimits
from data_lake.sources import shipped_folder
from data_lake.spark_job import SparkSize
from data_lake.sweep import SweepLimits


@dataclass(frozen=True)
class Sources:
    """Where the code is. Default: the code that ships with the library.

    Attributes:
        functions: the folder with one package per function. Default: the library's.
        jobs: the folder with the Spark scripts and their package. Default: the library's.
    """

    functions: str = field(default_factory=lambda: str(shipped_folder("lambda_src")))
    jobs: str = field(default_factory=lambda: str(shipped_folder("glue_scripts")))


@dataclass(frozen=True)
class Sizes:
    """How much everything may use.

    Attributes:
        function: each function.
        spark: each Spark job.
        run: one run.
        batching: how arrivals are gathered.
        timeout_minutes: one execution, with all that it waits for.
        log_retention_days: how long the state machines' logs are kept.
        sweep: how often the sweep looks, and at how much.
        inspection_map: how many files are inspected.
        compaction: which files of Parquet tables are brought together, and when.
    """

    function: FunctionSize = field(default_factory=FunctionSize)
    spark: SparkSize = field(default_factory=SparkSize)
    run: RunLimits = field(default_factory=RunLimits)
    batching: Batching = field(default_factory=Batching)
    timeout_minutes: int = 180
    log_retention_days: int = 30
    sweep: SweepLimits = field(default_factory=SweepLimits)
    inspection_map: InspectionMap = field(default_factory=InspectionMap)
    compaction: CompactionSettings = field(default_factory=CompactionSettings)
