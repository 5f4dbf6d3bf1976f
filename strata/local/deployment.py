"""The synthesised templates, deployed to the emulator through CloudFormation's API."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import boto3
from botocore.exceptions import ClientError, WaiterError

from strata.errors import StrataError
from strata.local.assembly import Assembly, Stack
from strata.local.emulator import Emulator
from strata.paths import ROOT

Outputs = dict[str, str]
NOTHING_TO_UPDATE = "No updates are to be performed"
BOOTSTRAP_VERSION = "30"
POLL = {"Delay": 1, "MaxAttempts": 180}


class Target(Protocol):
    """An emulator that runs: one just started, or the one of a lake."""

    @property
    def endpoint(self) -> str:
        """The URL that AWS clients use."""

    @property
    def account(self) -> str:
        """The account, 12 digits."""

    @property
    def region(self) -> str:
        """The region of clients that name none."""


def session(emulator: Target, region: str | None = None) -> boto3.Session:
    """Give a session whose clients talk to the emulator."""
    return boto3.Session(
        aws_access_key_id=emulator.account,
        aws_secret_access_key="emulated",  # noqa: S106 - the emulator reads the access key only
        region_name=region or emulator.region,
    )


def deploy(
    assembly: Assembly, emulator: Target, progress: Callable[[str], None] = lambda _: None
) -> Outputs:
    """Deploy every stack in order and give all their outputs by name.

    A stack that is there already is updated; one that has not changed is left alone.

    `progress` hears the name of each stack before it is deployed. Raises `StrataError` with the
    resource and the reason if one fails; the emulator creates nothing for an unknown type.
    """
    outputs: Outputs = {}
    for region in dict.fromkeys(stack.region for stack in assembly.stacks):
        play_bootstrap(emulator, region)
    _upload(assembly, emulator)
    for stack in assembly.stacks:
        progress(stack.name)
        outputs |= _deploy_stack(stack, emulator)
    return outputs


def play_bootstrap(emulator: Target, region: str) -> None:
    """Put the parameter that `cdk bootstrap` leaves and every template asks for."""
    _client(emulator, "ssm", region).put_parameter(
        Name="/cdk-bootstrap/hnb659fds/version",
        Value=BOOTSTRAP_VERSION,
        Type="String",
        Overwrite=True,
    )


def _upload(assembly: Assembly, emulator: Target) -> None:
    for asset in assembly.assets:
        region = asset.bucket.rsplit(f"-{emulator.account}-", 1)[-1]
        s3 = _client(emulator, "s3", region)
        try:
            s3.head_bucket(Bucket=asset.bucket)
        except ClientError:
            s3.create_bucket(Bucket=asset.bucket)
        s3.put_object(Bucket=asset.bucket, Key=asset.key, Body=asset.content())


def _deploy_stack(stack: Stack, emulator: Target) -> Outputs:
    cloudformation = _client(emulator, "cloudformation", stack.region)
    arguments: dict[str, Any] = {
        "StackName": stack.name,
        "TemplateURL": f"{emulator.endpoint}/{stack.template_uri.removeprefix('s3://')}",
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
        "Tags": [{"Key": key, "Value": value} for key, value in stack.tags.items()],
    }
    done = "update" if _exists(cloudformation, stack.name) else "create"
    try:
        getattr(cloudformation, f"{done}_stack")(**arguments)
        cloudformation.get_waiter(f"stack_{done}_complete").wait(
            StackName=stack.name, WaiterConfig=POLL
        )
    except (ClientError, WaiterError) as error:
        if NOTHING_TO_UPDATE not in str(error):
            raise StrataError(_why(cloudformation, stack.name, error)) from error
    described = cloudformation.describe_stacks(StackName=stack.name)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}


def _exists(cloudformation: Any, stack: str) -> bool:
    try:
        return bool(cloudformation.describe_stacks(StackName=stack)["Stacks"])
    except ClientError:
        return False


def _why(cloudformation: Any, stack: str, error: Exception) -> str:
    try:
        events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    except ClientError:
        events = []
    failed = [
        f"{event['LogicalResourceId']} ({event['ResourceType']}): {event['ResourceStatusReason']}"
        for event in events
        if event["ResourceStatus"].endswith("FAILED") and event.get("ResourceStatusReason")
    ]
    return f"{stack} was not deployed: " + ("; ".join(reversed(failed)) or str(error))


def deploy_with_cli(
    environment: str, folder: Path, emulator: Emulator, contracts: Path | None = None
) -> Outputs:
    """Deploy with the real CDK CLI, bootstrapping first, as one would to an account.

    Slower than `deploy`; it shows that the CLI's own path works. `contracts` is the folder of the
    contracts, by default the checkout's own. Raises `StrataError` with the CLI's output if it
    fails.
    """
    cli = ROOT / "node_modules" / ".bin" / "cdk"
    app = f"{sys.executable} app.py"
    target = f"aws://{emulator.account}/{emulator.region}"
    context = ["--context", f"env={environment}"]
    if contracts:
        context += ["--context", f"contracts={contracts}"]
    for arguments in (
        ["bootstrap", target],
        ["deploy", "--all", "--require-approval", "never", "--output", str(folder)],
    ):
        outcome = subprocess.run(
            [str(cli), *arguments, *context, "--app", app],
            cwd=ROOT,
            env=emulator.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if outcome.returncode != 0:
            raise StrataError(f"cdk {arguments[0]} failed:\n{outcome.stderr.strip()}")
    cloudformation = _client(emulator, "cloudformation", emulator.region)
    return {
        output["OutputKey"]: output["OutputValue"]
        for stack in cloudformation.describe_stacks()["Stacks"]
        for output in stack.get("Outputs", [])
    }


def _client(emulator: Target, service: str, region: str) -> Any:
    return session(emulator, region).client(service, endpoint_url=emulator.endpoint)  # type: ignore[call-overload]
