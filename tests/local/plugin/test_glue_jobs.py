"""Glue jobs run for real, and end as their script ends."""

import io
import json
import uuid
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

Client = Callable[[str], Any]
Execute = Callable[..., dict[str, Any]]

COUNTING = """
import sys
import boto3
import helper_library
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
arguments = dict(zip(sys.argv[1::2], sys.argv[2::2]))
rows = spark.read.text(arguments["--path"]).count()
boto3.client("s3").put_object(
    Bucket=arguments["--bucket"],
    Key="counted",
    Body=f"{rows} {helper_library.WORD} {spark.conf.get('spark.sql.session.timeZone')}".encode(),
)
"""
FAILING = "raise LookupError('no such column: fare')"
SLEEPING = "import time; time.sleep(2)"


@pytest.fixture
def job(client: Client, role: str, bucket: str) -> Callable[..., str]:
    """Give a maker of jobs: script in, name out."""

    def make(script: str, **arguments: str) -> str:
        name = f"job-{uuid.uuid4().hex[:12]}"
        client("s3").put_object(Bucket=bucket, Key=f"{name}.py", Body=script.encode())
        client("glue").create_job(
            Name=name,
            Role=role,
            Command={"Name": "glueetl", "ScriptLocation": f"s3://{bucket}/{name}.py"},
            GlueVersion="5.1",
            DefaultArguments={
                "--conf": "spark.sql.session.timeZone=UTC --conf spark.sql.ansi.enabled=false"
            }
            | {f"--{key.replace('_', '-')}": value for key, value in arguments.items()},
            ExecutionProperty={"MaxConcurrentRuns": 1},
        )
        return name

    return make


def start(job_name: str, suffix: str = ".sync", **arguments: str) -> dict[str, Any]:
    """Give a state machine that starts one job run."""
    return {
        "StartAt": "Run",
        "States": {
            "Run": {
                "Type": "Task",
                "Resource": f"arn:aws:states:::glue:startJobRun{suffix}",
                "Arguments": {
                    "JobName": job_name,
                    "Arguments": {f"--{key}": value for key, value in arguments.items()},
                },
                "End": True,
            }
        },
    }


def zipped(client: Client, bucket: str) -> str:
    """Put a library archive in the bucket and give its URI."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("helper_library.py", "WORD = 'shipped'")
    client("s3").put_object(Bucket=bucket, Key="library.zip", Body=archive.getvalue())
    return f"s3://{bucket}/library.zip"


def test_a_job_reads_s3_with_its_own_configuration_libraries_and_arguments(
    client: Client, execute: Execute, job: Callable[..., str], bucket: str
) -> None:
    client("s3").put_object(Bucket=bucket, Key="in/a b+ü.txt", Body=b"one\ntwo\n")
    name = job(COUNTING, extra_py_files=zipped(client, bucket))
    ended = execute(start(name, path=f"s3://{bucket}/in/", bucket=bucket))
    assert ended["status"] == "SUCCEEDED", ended.get("cause")
    assert json.loads(ended["output"])["JobRunState"] == "SUCCEEDED"
    counted = client("s3").get_object(Bucket=bucket, Key="counted")["Body"].read()
    assert counted == b"2 shipped UTC"


def test_a_job_that_raises_fails_its_task_and_names_the_exception(
    execute: Execute, job: Callable[..., str]
) -> None:
    ended = execute(start(job(FAILING)))
    assert (ended["status"], ended["error"]) == ("FAILED", "States.TaskFailed")
    run = json.loads(ended["cause"])
    assert run["JobRunState"] == "FAILED"
    assert run["ErrorMessage"] == "LookupError: no such column: fare"


def test_a_job_that_does_not_exist_fails_under_the_name_that_glue_gives_the_error(
    execute: Execute,
) -> None:
    ended = execute(start("nowhere"))
    assert (ended["status"], ended["error"]) == ("FAILED", "Glue.EntityNotFoundException")


def test_a_run_beyond_the_jobs_concurrency_is_refused_by_name(
    execute: Execute, job: Callable[..., str]
) -> None:
    name = job(SLEEPING)
    assert execute(start(name, suffix=""))["status"] == "SUCCEEDED"
    refused = execute(start(name))
    assert (refused["status"], refused["error"]) == (
        "FAILED",
        "Glue.ConcurrentRunsExceededException",
    )


def test_the_end_of_a_run_is_an_event_on_the_default_bus(
    client: Client, execute: Execute, job: Callable[..., str]
) -> None:
    queue = client("sqs").create_queue(QueueName="job-events")["QueueUrl"]
    arn = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    client("events").put_rule(
        Name="job-events",
        EventPattern=json.dumps({"source": ["aws.glue"], "detail": {"state": ["FAILED"]}}),
    )
    client("events").put_targets(
        Rule="job-events", Targets=[{"Id": "q", "Arn": arn["Attributes"]["QueueArn"]}]
    )
    name = job(FAILING)
    execute(start(name))
    (message,) = client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"]
    event = json.loads(message["Body"])
    assert event["detail-type"] == "Glue Job State Change"
    assert event["detail"]["jobName"] == name


def test_a_run_tells_the_size_that_it_was_asked_for(
    client: Client, execute: Execute, job: Callable[..., str]
) -> None:
    name = job("pass")
    machine = start(name)
    size = {"WorkerType": "G.4X", "NumberOfWorkers": 9, "ExecutionClass": "STANDARD", "Timeout": 7}
    machine["States"]["Run"]["Arguments"] |= size
    assert execute(machine)["status"] == "SUCCEEDED"
    (run,) = client("glue").get_job_runs(JobName=name)["JobRuns"]
    assert size.items() <= run.items()
