"""Deploys an environment from a verified assembly, and remembers its digest in the account."""

import json
import os
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from strata.errors import StrataError
from strata.paths import ROOT
from strata.promotion.archive import Assembled, Target

Run = Callable[[Sequence[str]], int]
PARAMETER: Final = "/{prefix}/assembly"
"""The parameter of Systems Manager that says what is deployed; it keeps its history."""


@dataclass(frozen=True)
class Deployment:
    """What the account remembers of a deployment.

    Attributes:
        digest: of the assembly.
        revision: the revision of git that it was made from.
        state: `deploying` until the CDK is through, then `deployed`.
        at: when it came to that state, in ISO 8601 and UTC.
    """

    digest: str
    revision: str
    state: Literal["deploying", "deployed"]
    at: str


def deploy(
    assembled: Assembled,
    environment: str,
    *,
    force: bool = False,
    tell: Callable[[str], None] = print,
    run: Run | None = None,
) -> bool:
    """Deploy an environment from an assembly; False if that very assembly is deployed already.

    A deployment that broke off is gone on with: CloudFormation leaves alone what is there as it
    should be. `force` deploys what is deployed already, for an account that was changed by hand.

    Raises:
        StrataError: the credentials are of another account, or the CDK fails.
    """
    target = assembled.target(environment)
    books = client(target)
    known = current(books, target)
    if known == (assembled.digest, "deployed") and not force:
        tell(f"{environment} has the assembly {assembled.digest[:12]} already; nothing to do.")
        return False
    _remember(books, target, assembled, "deploying")
    command = [str(ROOT / "node_modules/.bin/cdk"), "deploy", "--all", "--require-approval"]
    command += ["never", "--progress", "events", "--ci", "--app"]
    if (run or _run)([*command, str(assembled.folder / environment)]) != 0:
        raise StrataError(
            f"cdk deploy to {environment} failed; what it said is above. CloudFormation takes a "
            "stack that fails back; deploying again goes on from there, and the previous digest "
            f"is in the history: strata deployments --env {environment}"
        )
    _remember(books, target, assembled, "deployed")
    tell(f"{environment} has the assembly {assembled.digest[:12]} now.")
    return True


def client(target: Target) -> Any:
    """Give a client of Systems Manager in the account of a target.

    Raises `StrataError` if the credentials of the process are of another account.
    """
    session = boto3.Session(region_name=target.region)
    try:
        account = session.client("sts").get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise StrataError(f"account {target.account} cannot be reached: {error}") from error
    if account != target.account:
        raise StrataError(
            f"the credentials are of account {account}, and the assembly is for "
            f"{target.account}; nothing is deployed"
        )
    return session.client("ssm")


def current(books: Any, target: Target) -> tuple[str, str] | None:
    """Give the digest and state of what an account has; None where nothing was deployed yet."""
    try:
        answer = books.get_parameter(Name=PARAMETER.format(prefix=target.prefix))
    except books.exceptions.ParameterNotFound:
        return None
    except ClientError as error:
        raise StrataError(f"{target.prefix}: the digest cannot be read: {error}") from error
    known = _read(answer["Parameter"]["Value"], target)
    return known.digest, known.state


def history(books: Any, target: Target) -> list[Deployment]:
    """Give what was deployed, newest first; Systems Manager keeps a hundred entries."""
    pages = books.get_paginator("get_parameter_history")
    try:
        found = [
            _read(entry["Value"], target)
            for page in pages.paginate(Name=PARAMETER.format(prefix=target.prefix))
            for entry in page["Parameters"]
        ]
    except books.exceptions.ParameterNotFound:
        return []
    return found[::-1]


def _read(text: str, target: Target) -> Deployment:
    try:
        return Deployment(**json.loads(text))
    except (ValueError, TypeError) as error:
        name = PARAMETER.format(prefix=target.prefix)
        raise StrataError(f"parameter {name}: must be written by strata deploy: {error}") from error


def _remember(
    books: Any, target: Target, assembled: Assembled, state: Literal["deploying", "deployed"]
) -> None:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    entry = Deployment(assembled.digest, assembled.revision, state, now)
    books.put_parameter(
        Name=PARAMETER.format(prefix=target.prefix),
        Description="The cloud assembly that is deployed here; its history says what was before",
        Value=json.dumps(asdict(entry)),
        Type="String",
        Overwrite=True,
    )


def _run(command: Sequence[str]) -> int:
    environment = os.environ | {"CI": "true"}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
