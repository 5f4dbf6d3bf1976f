"""Faults hit the calls that they are meant for, as often as they should, and nothing else."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from strata.local.emulator import Emulator
from strata.local.faults import Fault, Faults

Client = Callable[[str], Any]
Execute = Callable[..., dict[str, Any]]

WRITING = """
import boto3

def handle(event, context):
    boto3.client("s3").put_object(Bucket=event["bucket"], Key=event["key"], Body=b"x")
    return {"written": event["key"]}
"""
WRITING_JOB = """
import sys
import boto3

arguments = dict(zip(sys.argv[1::2], sys.argv[2::2]))
boto3.client("s3").put_object(Bucket=arguments["--bucket"], Key="by a job", Body=b"x")
"""
ALLOWED = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
}


@pytest.fixture
def faults(emulator: Emulator) -> Iterator[Faults]:
    """Give the emulator's faults, none of them armed before or after."""
    orders = Faults(emulator.endpoint)
    orders.lift()
    yield orders
    orders.lift()


@pytest.fixture
def writer(client: Client, function: Callable[..., str]) -> str:
    """Give a function that writes one object."""
    name = "fault-writer"
    iam = client("iam")
    try:
        arn = iam.get_role(RoleName=name)["Role"]["Arn"]
    except iam.exceptions.NoSuchEntityException:
        document = json.dumps({"Version": "2012-10-17", "Statement": []})
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName="s3", PolicyDocument=json.dumps(ALLOWED))
    return function(WRITING, arn)


def calling(function: str, bucket: str, key: str, **more: Any) -> dict[str, Any]:
    """Give a machine that calls the function once."""
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": function, "Payload": {"bucket": bucket, "key": key}},
        "End": True,
    }
    return {"StartAt": "Write", "States": {"Write": task | more}}


def keys(client: Client, bucket: str) -> list[str]:
    """Give the keys of a bucket."""
    listed = client("s3").list_objects_v2(Bucket=bucket)
    return [item["Key"] for item in listed.get("Contents", [])]


def test_a_fault_hits_as_many_calls_as_it_says_after_as_many_as_it_says(
    client: Client, faults: Faults, bucket: str
) -> None:
    number = faults.arm(
        Fault("s3:PutObject", error="AccessDenied", where=bucket, after=1, times=2, status=403)
    )
    outcomes = []
    for key in "abcd":
        try:
            client("s3").put_object(Bucket=bucket, Key=key, Body=b"x")
            outcomes.append("done")
        except ClientError as error:
            outcomes.append(error.response["Error"]["Code"])
    assert outcomes == ["done", "AccessDenied", "AccessDenied", "done"]
    assert faults.hits(number) == 2
    assert keys(client, bucket) == ["a", "d"]


def test_a_fault_leaves_other_resources_and_other_operations_alone(
    client: Client, faults: Faults, bucket: str
) -> None:
    number = faults.arm(Fault("s3:PutObject", error="SlowDown", where="another-bucket", times=0))
    client("s3").put_object(Bucket=bucket, Key="a", Body=b"x")
    faults.arm(Fault("s3:DeleteObject", error="SlowDown", where=bucket, times=0))
    assert keys(client, bucket) == ["a"]
    assert faults.hits(number) == 0


def test_a_late_fault_lets_the_call_happen_and_hides_it_from_the_caller(
    client: Client, faults: Faults, bucket: str
) -> None:
    faults.arm(Fault("s3:PutObject", error="Denied", where=bucket, late=True))
    with pytest.raises(ClientError, match="Denied"):
        client("s3").put_object(Bucket=bucket, Key="a", Body=b"x")
    assert keys(client, bucket) == ["a"]


def test_every_protocol_reads_the_error_by_its_name(client: Client, faults: Faults) -> None:
    calls = {
        "dynamodb:ListTables": ("ThrottlingException", lambda: client("dynamodb").list_tables()),
        "sns:ListTopics": ("InternalError", lambda: client("sns").list_topics()),
        "sqs:ListQueues": ("OverLimit", lambda: client("sqs").list_queues()),
        "glue:GetDatabases": ("EntityNotFoundException", lambda: client("glue").get_databases()),
        "states:ListStateMachines": (
            "ThrottlingException",
            lambda: client("stepfunctions").list_state_machines(),
        ),
    }
    for operation, (error, call) in calls.items():
        faults.arm(Fault(operation, error=error, times=0))
        with pytest.raises(ClientError) as raised:
            call()
        assert raised.value.response["Error"]["Code"] == error


def test_a_killed_function_dies_of_its_exit_and_its_next_invocation_works(
    faults: Faults, execute: Execute, client: Client, writer: str, bucket: str
) -> None:
    with faults.armed(Fault("s3:PutObject", kill=True, where=bucket)):
        ended = execute(calling(writer, bucket, "a"))
    assert (ended["status"], ended["error"]) == ("FAILED", "Runtime.ExitError")
    assert keys(client, bucket) == []
    assert execute(calling(writer, bucket, "b"))["status"] == "SUCCEEDED"
    assert keys(client, bucket) == ["b"]


def test_a_state_fails_by_name_and_is_retried_as_it_says(
    faults: Faults, execute: Execute, client: Client, writer: str, bucket: str
) -> None:
    retry = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 1, "MaxAttempts": 2}]
    machine = calling(writer, bucket, "a", Retry=retry)
    with faults.armed(Fault("state:Write", error="Busy", where=bucket, times=2)):
        assert execute(machine)["status"] == "SUCCEEDED"
    with faults.armed(Fault("lambda:Invoke", error="Busy", where=bucket, times=3)):
        ended = execute(machine)
    assert (ended["status"], ended["error"]) == ("FAILED", "Busy")


def test_an_execution_is_stopped_before_or_after_what_a_state_does(
    faults: Faults, execute: Execute, client: Client, writer: str, bucket: str
) -> None:
    with faults.armed(Fault("state:write", kill=True, where='"story": 1')):
        ended = execute(calling(writer, bucket, "before"), {"story": 1})
    assert ended["status"] == "ABORTED"
    with faults.armed(Fault("state:write", kill=True, late=True, where='"story": 2')):
        ended = execute(calling(writer, bucket, "after"), {"story": 2})
    assert ended["status"] == "ABORTED"
    assert keys(client, bucket) == ["after"]


def test_a_killed_spark_fails_its_job_and_the_next_job_runs(
    faults: Faults, client: Client, role: str, bucket: str, execute: Execute
) -> None:
    client("s3").put_object(Bucket=bucket, Key="job.py", Body=WRITING_JOB.encode())
    client("glue").create_job(
        Name=bucket,
        Role=role,
        Command={"Name": "glueetl", "ScriptLocation": f"s3://{bucket}/job.py"},
        DefaultArguments={"--bucket": bucket},
    )
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::glue:startJobRun.sync",
        "Arguments": {"JobName": bucket},
        "End": True,
    }
    machine = {"StartAt": "Run", "States": {"Run": task}}
    with faults.armed(Fault("s3:PutObject", kill=True, where=f"/{bucket}/by")):
        ended = execute(machine)
    died = "the Spark process died with exit code 137"
    assert json.loads(ended["cause"])["ErrorMessage"] == died
    assert "by a job" not in keys(client, bucket)
    assert execute(machine)["status"] == "SUCCEEDED"
    assert "by a job" in keys(client, bucket)


def test_a_delayed_call_is_made_late(client: Client, faults: Faults, bucket: str) -> None:
    with faults.armed(Fault("s3:PutObject", seconds=0.3, where=bucket)):
        client("s3").put_object(Bucket=bucket, Key="a", Body=b"x")
    assert keys(client, bucket) == ["a"]


def test_a_fault_is_lifted_alone(client: Client, faults: Faults, bucket: str) -> None:
    outer = Fault("s3:PutObject", error="AccessDenied", where=bucket, status=403)
    with faults.armed(outer):
        inner = Fault("s3:ListBucket", error="AccessDenied", where=bucket, status=403)
        with faults.armed(inner), pytest.raises(ClientError, match="AccessDenied"):
            keys(client, bucket)
        with pytest.raises(ClientError, match="AccessDenied"):
            client("s3").put_object(Bucket=bucket, Key="a", Body=b"x")
    assert keys(client, bucket) == []


def test_a_fault_that_was_to_hit_and_did_not_fails_its_test(faults: Faults) -> None:
    with (
        pytest.raises(AssertionError, match="nothing was hit by"),
        faults.armed(Fault("sns:Publish", error="Down")),
    ):
        pass


@pytest.mark.parametrize(
    "wrong", [{"call": "publish", "error": "Down"}, {"call": "sns:Publish"}, {}]
)
def test_a_fault_that_says_nothing_or_too_much_is_refused(wrong: dict[str, Any]) -> None:
    both = {"call": "sns:Publish", "error": "Down", "kill": True}
    with pytest.raises(ValueError, match="one of error, kill and seconds"):
        Fault(**(wrong or both))
