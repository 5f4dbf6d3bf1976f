"""The Glue jobs, against what their own scripts say they need."""

import pytest

from lake_spark import compacting, curating, publishing, staging
from tests.synth.synthesised import all_states, flat

NAMES = [
    "processed-stage",
    "processed-publish",
    "processed-compact",
    "curated-build",
    "curated-publish",
]
SCRIPTS = {
    "processed-stage": ("ingest", "StageRows", staging.ARGUMENTS),
    "processed-publish": ("ingest", "PublishRows", publishing.ARGUMENTS),
    "processed-compact": ("compact", "CompactProcessed", compacting.ARGUMENTS),
    "curated-build": ("curate", "BuildProduct", curating.ARGUMENTS),
    "curated-publish": ("curate", "PublishProduct", publishing.ARGUMENTS),
}


def asset(lake, uri):
    return lake.folder / f"asset.{uri.rsplit('/', 1)[-1]}"


def test_there_is_a_job_for_each_step(lake):
    assert sorted(lake.jobs()) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_job_runs_on_glue_5_1_with_the_environments_size_and_bounds(lake, name):
    job, wanted = lake.jobs()[name], lake.settings.spark
    assert job["GlueVersion"] == "5.1"
    assert job["Command"]["Name"] == "glueetl"
    assert (job["WorkerType"], job["NumberOfWorkers"]) == (wanted.worker_type, wanted.workers)
    assert job["Timeout"] == wanted.timeout_minutes
    assert job["ExecutionProperty"] == {"MaxConcurrentRuns": wanted.max_concurrent_runs}
    assert job["MaxRetries"] == 0


@pytest.mark.parametrize("name", NAMES)
def test_a_job_speaks_iceberg_to_the_glue_catalog(lake, name):
    arguments = lake.jobs()[name]["DefaultArguments"]
    assert arguments["--datalake-formats"] == "iceberg"
    pairs = dict(pair.split("=", 1) for pair in arguments["--conf"].split(" --conf "))
    catalog = "spark.sql.catalog.glue_catalog"
    assert pairs[catalog] == "org.apache.iceberg.spark.SparkCatalog"
    assert pairs[f"{catalog}.catalog-impl"] == "org.apache.iceberg.aws.glue.GlueCatalog"
    assert pairs[f"{catalog}.io-impl"] == "org.apache.iceberg.aws.s3.S3FileIO"
    assert pairs[f"{catalog}.warehouse"] == arguments["--warehouse"]
    assert "IcebergSparkSessionExtensions" in pairs["spark.sql.extensions"]
    assert pairs["spark.sql.session.timeZone"] == "UTC"


@pytest.mark.parametrize("name", NAMES)
def test_a_job_writes_tables_of_its_own_zone_only(lake, name):
    job, zone = lake.jobs()[name], name.split("-")[0]
    bucket = lake.buckets()[zone]["BucketName"]
    assert job["DefaultArguments"]["--warehouse"] == f"s3://{bucket}/"
    other = lake.buckets()["curated" if zone == "processed" else "processed"]["BucketName"]
    written = [
        flat(resource)
        for statement in lake.statements(job["Role"])
        if "s3:PutObject" in statement["Action"]
        for resource in _listed(statement["Resource"])
    ]
    assert any(bucket in resource for resource in written)
    assert not [resource for resource in written if other in resource]


@pytest.mark.parametrize("name", NAMES)
def test_a_job_is_encrypted_and_measured(lake, name):
    job = lake.jobs()[name]
    assert job["SecurityConfiguration"]
    assert job["DefaultArguments"]["--enable-metrics"] == ""
    assert job["DefaultArguments"]["--enable-observability-metrics"] == "true"


@pytest.mark.parametrize("name", NAMES)
def test_a_job_logs_to_groups_that_exist_before_it_and_expire(lake, name):
    job = lake.jobs()[name]
    prefix = job["DefaultArguments"]["--custom-logGroup-prefix"]
    suffix = flat(job["SecurityConfiguration"])
    groups = [
        flat(group["LogGroupName"])
        for group in lake.properties("AWS::Logs::LogGroup")
        if "LogGroupName" in group
    ]
    assert {f"{prefix}/error-{suffix}", f"{prefix}/output-{suffix}"} <= set(groups)


@pytest.mark.parametrize("name", NAMES)
def test_the_machine_and_the_job_together_give_every_argument_that_the_script_needs(lake, name):
    machine, state, needed = SCRIPTS[name]
    definition = dict(all_states(lake.definition(machine)))
    given = {*lake.jobs()[name]["DefaultArguments"], *definition[state]["Arguments"]["Arguments"]}
    assert {f"--{argument}" for argument in needed} <= given


@pytest.mark.parametrize("name", NAMES)
def test_a_job_ships_its_script_and_the_package_that_the_script_imports(lake, repository, name):
    job = lake.jobs()[name]
    script = asset(lake, flat(job["Command"]["ScriptLocation"])).read_text()
    step = name.split("-")[1]
    file = {"build": "curate.py"}.get(step, f"{step}.py")
    assert script == (repository / "glue_scripts" / file).read_text()
    package = asset(lake, flat(job["DefaultArguments"]["--extra-py-files"]).removesuffix(".zip"))
    assert [entry.name for entry in package.iterdir()] == ["lake_spark"]
    shipped = {file.name for file in (package / "lake_spark").rglob("*.py")}
    assert shipped == {file.name for file in (repository / "glue_scripts/lake_spark").rglob("*.py")}


def _listed(value):
    return value if isinstance(value, list) else [value]
