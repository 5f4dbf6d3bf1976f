"""Deploys an environment from a verified assembly, and remembers its digest in the account."""

import json
import os
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from strata.accounts import asking, session_in
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
    back: bool = False,
    tell: Callable[[str], None] = print,
    run: Run | None = None,
) -> bool:
    """Deploy an environment from an assembly; False if that very assembly is deployed already.

    A deployment that broke off is gone on with: CloudFormation leaves alone what is there as it
    should be.

    Args:
        assembled: a verified assembly that has the environment.
        environment: its name.
        force: deploy what is deployed already, for an account that was changed by hand.
        back: go back, so only to what this environment has had before.
        tell: hears what happens.
        run: runs the CDK's command and gives its exit code.

    Raises:
        StrataError: the credentials are of another account, the environment never had what it is
            to go back to, or the CDK fails.
    """
    target = assembled.target(environment)
    books = client(target, environment)
    if back:
        _check_had(environment, history(books, target), assembled)
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


def client(target: Target, environment: str) -> Any:
    """Give a client of Systems Manager in the account of a target.

    Raises `StrataError` if the credentials of the process are of another account.
    """
    return session_in(target.account, target.region, environment).client("ssm")


def current(books: Any, target: Target) -> tuple[str, str] | None:
    """Give the digest and state of what an account has; None where nothing was deployed yet."""
    name = PARAMETER.format(prefix=target.prefix)
    with asking(f"parameter {name} cannot be read"):
        try:
            answer = books.get_parameter(Name=name)
        except books.exceptions.ParameterNotFound:
            return None
    known = _read(answer["Parameter"]["Value"], target)
    return known.digest, known.state


def history(books: Any, target: Target) -> list[Deployment]:
    """Give what was deployed, newest first; Systems Manager keeps a hundred entries."""
    name = PARAMETER.format(prefix=target.prefix)
    pages = books.get_paginator("get_parameter_history").paginate(Name=name)
    with asking(f"the history of parameter {name} cannot be read"):
        try:
            entries = [entry for page in pages for entry in page["Parameters"]]
        except books.exceptions.ParameterNotFound:
            return []
    return [_read(entry["Value"], target) for entry in reversed(entries)]


def attempts(known: Sequence[Deployment]) -> list[Deployment]:
    """Give each deployment once, by the state that it came to; `known` is newest first."""
    newer = (None, *known)
    return [
        one
        for one, after in zip(known, newer, strict=False)
        if one.state == "deployed" or after is None or after.digest != one.digest
    ]


def had(known: Iterable[Deployment]) -> list[Deployment]:
    """Give what an environment can go back to: each digest that was once deployed whole, once."""
    whole: dict[str, Deployment] = {}
    for one in known:
        if one.state == "deployed":
            whole.setdefault(one.digest, one)
    return list(whole.values())


def _check_had(environment: str, known: Iterable[Deployment], assembled: Assembled) -> None:
    whole = had(known)
    if any(one.digest == assembled.digest for one in whole):
        return
    listed = [f"  {one.digest} of {one.at}, revision {one.revision}" for one in whole]
    raise StrataError(
        "\n".join(
            [
                f"{environment} never had the assembly {assembled.digest}, so it cannot go back to "
                f"it; it has had{':' if listed else ' none'}",
                *listed,
            ]
        )
    )


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
    name = PARAMETER.format(prefix=target.prefix)
    with asking(f"parameter {name} cannot be written"):
        books.put_parameter(
            Name=name,
            Description="The cloud assembly deployed here; its history says what was before",
            Value=json.dumps(asdict(entry)),
            Type="String",
            Overwrite=True,
        )


def _run(command: Sequence[str]) -> int:
    environment = os.environ | {"CI": "true"}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
