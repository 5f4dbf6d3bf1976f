"""An AWS account as the process reaches it: `AWS_PROFILE`, `AWS_ENDPOINT_URL` and the like."""

from collections.abc import Iterator
from contextlib import contextmanager

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from strata.errors import StrataError


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Say in one sentence, a `StrataError`, that AWS refused a request or could not be reached.

    `what` is what the requests are for; the sentence begins with it.
    """
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise StrataError(f"{what}: {error}") from error


def session_in(account: str, region: str, environment: str) -> boto3.Session:
    """Give a session in the account of an environment.

    Raises `StrataError` if the account cannot be reached, or if the credentials of the process are
    of another one.
    """
    session = boto3.Session(region_name=region)
    with asking(f"{environment} cannot be reached"):
        found = session.client("sts").get_caller_identity()["Account"]
    if found != account:
        raise StrataError(
            f"the credentials are of account {found}, and {environment} is in {account}; choose "
            "another profile: AWS_PROFILE=..."
        )
    return session
