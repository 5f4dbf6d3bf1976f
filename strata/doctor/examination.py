"""Every check, one after the other."""

from collections.abc import Iterator, Sequence
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from strata.doctor.account_checks import (
    BOOTSTRAP,
    CREDENTIALS,
    LAKE_FORMATION,
    REGION,
    SERVICE_ROLES,
    TAGS,
)
from strata.doctor.company_checks import COMPANY
from strata.doctor.finding import GLOBAL, Account, Check, Finding, State
from strata.doctor.network_checks import NETWORK
from strata.doctor.quotas import FUNCTIONS_AT_ONCE, GLUE_QUOTAS

CHECKS: Final = (
    REGION,
    BOOTSTRAP,
    GLUE_QUOTAS,
    FUNCTIONS_AT_ONCE,
    LAKE_FORMATION,
    TAGS,
    SERVICE_ROLES,
    COMPANY,
    NETWORK,
)


def examine(account: Account) -> list[Finding]:
    """Give what every check found.

    Nothing of another account is judged: where the credentials are not those of the environment's
    account, or cannot be told, every other check is left out and said to be.
    """
    first = list(_findings(CREDENTIALS, account))
    if all(finding.state is State.OK for finding in first):
        return [*first, *(one for check in CHECKS for one in _findings(check, account))]
    unknown = "the credentials are not known to be of the environment's account"
    return [
        *first,
        *(
            Finding(check.name, region, State.NOT_JUDGED, unknown)
            for check in CHECKS
            for region in _places(check, account)
        ),
    ]


def is_ready(findings: Sequence[Finding]) -> bool:
    """Tell whether nothing is to fix and everything could be judged."""
    return all(finding.state in (State.OK, State.LATER) for finding in findings)


def _findings(check: Check, account: Account) -> Iterator[Finding]:
    for place in _places(check, account):
        region = account.settings.region if place == GLOBAL else place
        try:
            yield from check.look(account, region)
        except (BotoCoreError, ClientError) as error:
            yield Finding(check.name, place, State.NOT_JUDGED, f"{error}")


def _places(check: Check, account: Account) -> list[str]:
    if check.once:
        return [GLOBAL]
    regions = account.settings.regions
    return regions[:1] if check.first_region else regions
