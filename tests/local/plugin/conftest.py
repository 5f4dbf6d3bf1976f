"""Clients and small resources for the plug-in's contract test."""

import io
import json
import time
import uuid
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from strata.local.deployment import session
from strata.local.emulator import Emulator

Client = Callable[[str], Any]


@pytest.fixture(scope="session")
def client(emulator: Emulator) -> Client:
    """Give a client of the emulator by service name."""
    clients = session(emulator)
    return lambda service: clients.client(service, endpoint_url=emulator.endpoint)  # type: ignore[call-overload]


@pytest.fixture(scope="session")
def role(client: Client) -> str:
    """Give the ARN of a role that anything may assume."""
    document = json.dumps({"Version": "2012-10-17", "Statement": []})
    answer = client("iam").create_role(RoleName="any", AssumeRolePolicyDocument=document)
    return str(answer["Role"]["Arn"])


@pytest.fixture
def bucket(client: Client) -> str:
    """Give an empty bucket."""
    name = f"plugin-{uuid.uuid4().hex[:12]}"
    client("s3").create_bucket(Bucket=name)
    return name


@pytest.fixture
def function(client: Client, role: str) -> Callable[..., str]:
    """Give a maker of functions: handler source (and a role) in, ARN out."""

    def make(source: str, role: str = role) -> str:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("handler.py", source)
        answer = client("lambda").create_function(
            FunctionName=f"f-{uuid.uuid4().hex[:12]}",
            Runtime="python3.14",
            Role=role,
            Handler="handler.handle",
            Code={"ZipFile": archive.getvalue()},
        )
        return str(answer["FunctionArn"])

    return make


@pytest.fixture
def execute(client: Client, role: str) -> Callable[..., dict[str, Any]]:
    """Give a runner of state machines: definition and input in, the finished execution out."""

    def run(definition: dict[str, Any], payload: dict[str, Any] | None = None) -> dict[str, Any]:
        states = client("stepfunctions")
        machine = states.create_state_machine(
            name=f"m-{uuid.uuid4().hex[:12]}",
            definition=json.dumps({"QueryLanguage": "JSONata"} | definition),
            roleArn=role,
        )["stateMachineArn"]
        arn = states.start_execution(stateMachineArn=machine, input=json.dumps(payload or {}))
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            found: dict[str, Any] = states.describe_execution(executionArn=arn["executionArn"])
            if found["status"] != "RUNNING":
                return found
            time.sleep(0.1)
        raise AssertionError("the execution did not end within two minutes")

    return run
