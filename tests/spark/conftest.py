"""One emulator and one Spark session for all Spark tests, and a small lake for each test."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from pyspark.sql import SparkSession

from strata.local.emulator import Emulator
from strata.local.jars import ensure_jars
from strata.local.spark.configuration import local_settings
from tests.spark.environment import use_environment
from tests.spark.glue_quality import DQDL_JARS
from tests.spark.support import OPTIMIZER_ROLE, ZONES, Lake, bucket, column

CATALOG = "spark.sql.catalog.glue_catalog"
DEPLOYED_SETTINGS = {
    "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
    CATALOG: "org.apache.iceberg.spark.SparkCatalog",
    f"{CATALOG}.catalog-impl": "org.apache.iceberg.aws.glue.GlueCatalog",
    f"{CATALOG}.io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
    f"{CATALOG}.warehouse": "s3://spark-tests-processed/",
    "spark.sql.session.timeZone": "UTC",
}
SMALL_DATA_SETTINGS = {
    # A task may fail once: what happens then is a case of its own.
    "spark.master": "local[2,2]",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    # What Spark writes down of each query is searched for what it must not hold.
    "spark.eventLog.enabled": "true",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}
_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let pyspark leave its sockets to the garbage collector, as it does; only here."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"))


@pytest.fixture(scope="session")
def spark(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A session with what the deployed jobs set, the local endpoints, and settings for speed."""
    with pytest.MonkeyPatch.context() as patch:
        use_environment(patch, emulator)
        for name in ZONES:
            boto3.client("s3").create_bucket(Bucket=bucket(name))
            boto3.client("glue").create_database(DatabaseInput={"Name": name})
        boto3.client("iam").create_role(RoleName=OPTIMIZER_ROLE, AssumeRolePolicyDocument="{}")
        jars = [*ensure_jars(), *ensure_jars(jars=DQDL_JARS)]
        settings = DEPLOYED_SETTINGS | local_settings(jars) | SMALL_DATA_SETTINGS
        settings["spark.eventLog.dir"] = tmp_path_factory.mktemp("events").as_uri()
        builder = SparkSession.builder.appName("tests")
        for name, value in settings.items():
            builder = builder.config(name, value)
        session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture
def lake(spark: SparkSession, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """A dataset of orders: `id` (the key), `customer` and `amount`, from CSV, appended."""
    use_environment(monkeypatch, emulator)
    name = f"orders_{next(_numbers)}"
    contract = {
        "name": name,
        "kind": "dataset",
        "version": "1.0.0",
        "description": "Orders of the customer's choice",
        "zone": "processed",
        "format": "iceberg",
        "write_mode": "append",
        "raw": {
            "prefix": f"{name}/",
            "format": "csv",
            "delimiter": ",",
            "quote": '"',
            "escape": '"',
            "header": True,
            "encoding": "UTF-8",
            "null_values": [""],
            "multiline": False,
        },
        "columns": [
            column("id", "int"),
            column("customer", "string"),
            column("amount", "decimal(10,2)"),
        ],
        "primary_key": ["id"],
        "partition_by": [],
        "rules": [],
        "quality": {"threshold": 0.95},
    }
    return Lake(spark, contract)
