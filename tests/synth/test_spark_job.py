"""The Glue jobs, against what their own scripts say they need."""

import pytest

from lake_spark import compacting, curating, publishing, staging
from tests.synth.synthesised import all_states, flat, listed

NAMES = [
    "processed-stage",
    "processed-publish",
    "processed-compact",
    "curated-build",
    "curated-publish",
]
RUNS = {"read artifacts/runs/*", "list artifacts", "write artifacts/runs/*"}
QUARANTINE = {
    *("read quarantine/rows/*", "read quarantine/changes/*", "list quarantine"),
    *("write quarantine/rows/*", "delete quarantine/rows/*"),
    *("look at tables of quarantine", "change tables of quarantine"),
}


def tables_of(zone):
    """Give what it takes to change tables of a zone."""
    objects = {f"{verb} {zone}/*" for verb in ("read", "write", "delete")}
    return objects | {f"list {zone}", f"look at tables of {zone}", f"change tables of {zone}"}


REACH = {
    "processed-stage": {"read raw/*", "list raw", "read the secret", "use its key"}
    | RUNS
    | QUARANTINE
    | tables_of("processed"),
    "processed-publish": {"keep optimizers of processed", "pass their role"}
    | RUNS
    | tables_of("processed"),
    "curated-build": {"read processed/*", "list processed", "look at tables of processed"}
    | RUNS
    | QUARANTINE
    | tables_of("curated"),
    "curated-publish": {"keep optimizers of curated", "pass their role"}
    | RUNS
    | tables_of("curated"),
}
"""What a job may reach beside its code, the contracts, logs, metrics and the lake's key."""
VERBS = {
    "s3:GetObject": "read",
    "s3:ListBucket": "list",
    "s3:PutObject": "write",
    "s3:DeleteObject": "delete",
    "glue:GetTable": "look at tables of",
    "glue:UpdateTable": "change tables of",
    "glue:CreateTableOptimizer": "keep optimizers of",
    "secretsmanager:GetSecretValue": "read the secret",  # pragma: allowlist secret
    "iam:PassRole": "pass their role",
}
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
        for resource in listed(statement["Resource"])
    ]
    assert any(bucket in resource for resource in written)
    assert not [resource for resource in written if other in resource]


def reach(lake, statement):
    """Say in words what a statement lets somebody do."""
    if statement["Sid"] == "DecryptProtectionSecret":
        yield "use its key"
    start, end = f"{lake.settings.prefix}-", f"-{lake.settings.account}-{lake.settings.region}"
    database = f"table/{lake.settings.prefix.replace('-', '_')}_"
    for action in set(listed(statement["Action"])) & set(VERBS):
        for resource in map(flat, listed(statement["Resource"])):
            if resource.startswith("<"):
                yield VERBS[action]
            if resource.startswith(f"arn:aws:s3:::{start}"):
                place = resource.removeprefix(f"arn:aws:s3:::{start}").replace(end, "")
                yield f"{VERBS[action]} {place}"
            if database in resource:
                zone = resource.split(database)[1].removesuffix("/*")
                yield f"{VERBS[action]} {zone}"


@pytest.mark.parametrize("name", REACH)
def test_a_job_reaches_what_its_work_needs_and_nothing_else(lake, name):
    statements = lake.statements(lake.jobs()[name]["Role"])
    assert {word for given in statements for word in reach(lake, given)} == REACH[name]
    of_every_job = {"ReadCode", "ReadContracts", "LocateBuckets", "WriteLogs", "WriteMetrics"}
    of_every_job |= {"ReadSecurityConfiguration", "UseKey"}
    others = [given for given in statements if not [*reach(lake, given)]]
    assert {given["Sid"] for given in others} == of_every_job


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
