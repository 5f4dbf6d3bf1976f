"""What an environment must have to be called production: one list of rules, each with a reason.

An environment is one because its settings say ``production: true``. The setting has no default, so
nobody forgets it, and an environment whose name says production must say it too.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from config.settings import Settings
from data_lake.problems import FieldPath, Problem, shown
from data_lake.yaml_marks import MarkedDocument

SOUNDS_LIKE_PRODUCTION: Final = re.compile(r"(prod|prd)[a-z0-9]*|live")
"""Names of environments that people take for production; ``preprod`` and ``nonprod`` are not."""

MINIMUM_LOG_DAYS: Final = 365
"""PCI DSS 4.0.1, 10.5.1: audit logs are kept for 12 months at least."""

MINIMUM_VERSION_DAYS: Final = 7
"""A mistake of a Friday is found on Monday, and mended in the week."""

Broken = Callable[[Settings], Iterator[FieldPath]]


@dataclass(frozen=True)
class Rule:
    """One thing that production must have.

    Attributes:
        id: its name in messages and in docs/environments.md.
        must: what a value must be, as the message says it.
        reason: what would happen otherwise.
        broken: gives the place of each value that breaks it.
    """

    id: str
    must: str
    reason: str
    broken: Broken


def production_problems(settings: Settings, document: MarkedDocument) -> list[Problem]:
    """Give one problem for each value that breaks a rule; none if the environment may be used.

    Args:
        settings: the environment.
        document: its file, for the lines.
    """
    return [
        document.problem(
            path,
            f"{rule.must}, because {rule.reason} (rule {rule.id})",
            value=document.text(path) or f"{_default(settings, path)}, the default",
        )
        for rule in (RULES if settings.production else (SAYS_SO,))
        for path in rule.broken(settings)
    ]


def _default(settings: Settings, path: FieldPath) -> str:
    value: object = settings
    for part in path:
        value = getattr(value, str(part))
    return "nothing" if value in (None, ()) else shown(value)


def _named_production(settings: Settings) -> Iterator[FieldPath]:
    if SOUNDS_LIKE_PRODUCTION.fullmatch(settings.environment):
        yield ("production",)


def _data_goes(settings: Settings) -> Iterator[FieldPath]:
    if not settings.retain_data:
        yield ("retain_data",)


def _stacks_go(settings: Settings) -> Iterator[FieldPath]:
    if not settings.termination_protection:
        yield ("termination_protection",)


def _versions_go(settings: Settings) -> Iterator[FieldPath]:
    for zone in type(settings.storage).model_fields:
        days = getattr(settings.storage, zone).noncurrent_expire_after_days
        if days < MINIMUM_VERSION_DAYS:
            yield ("storage", zone, "noncurrent_expire_after_days")


def _nobody_is_told(settings: Settings) -> Iterator[FieldPath]:
    if not settings.alerts.subscribers:
        yield ("alerts", "subscribers")


def _one_region(settings: Settings) -> Iterator[FieldPath]:
    if settings.recovery_region is None:
        yield ("recovery_region",)


def _budget_by_default(settings: Settings) -> Iterator[FieldPath]:
    if "monthly_usd" not in settings.budget.model_fields_set:
        yield ("budget", "monthly_usd")


def _logs_go(settings: Settings) -> Iterator[FieldPath]:
    if settings.functions.log_retention_days < MINIMUM_LOG_DAYS:
        yield ("functions", "log_retention_days")


def _access_logs_go(settings: Settings) -> Iterator[FieldPath]:
    days = settings.storage.access_logs.expire_after_days
    if days is not None and days < MINIMUM_LOG_DAYS:
        yield ("storage", "access_logs", "expire_after_days")


def _way_out_is_open(settings: Settings) -> Iterator[FieldPath]:
    ways = settings.network.egress if settings.network else ()
    for index, way in enumerate(ways):
        if way.is_open:
            yield ("network", "egress", index, "cidr")


SAYS_SO: Final = Rule(
    "says-production",
    "must be true in an environment of this name",
    "people take it for production, and nothing would guard it",
    _named_production,
)
RULES: Final = (
    Rule(
        "keeps-data",
        "must be true in production",
        "buckets, tables and keys would go with their stack",
        _data_goes,
    ),
    Rule(
        "protects-stacks",
        "must be true in production",
        "one call would delete a stack",
        _stacks_go,
    ),
    Rule(
        "keeps-versions",
        f"must be at least {MINIMUM_VERSION_DAYS} in production",
        "versioning gives back what was overwritten or deleted for as long as versions are kept",
        _versions_go,
    ),
    Rule(
        "tells-somebody",
        "must name a subscriber in production",
        "alarms would reach nobody",
        _nobody_is_told,
    ),
    Rule(
        "has-second-region",
        "must name a region in production",
        "the loss of the first would be the loss of the data",
        _one_region,
    ),
    Rule(
        "says-budget",
        "must be written down in production",
        "the default is meant for a trial, and its alerts would be taken for noise",
        _budget_by_default,
    ),
    Rule(
        "keeps-logs",
        f"must be at least {MINIMUM_LOG_DAYS} in production",
        "audit logs of less than a year cannot explain what is found late (PCI DSS 10.5.1)",
        _logs_go,
    ),
    Rule(
        "keeps-access-logs",
        f"must be at least {MINIMUM_LOG_DAYS}, or null, in production",
        "audit logs of less than a year cannot explain what is found late (PCI DSS 10.5.1)",
        _access_logs_go,
    ),
    Rule(
        "closes-egress",
        "must be a block of /8 or narrower (/32 for IPv6) in production",
        "data could be sent to any address on the internet",
        _way_out_is_open,
    ),
)
"""What is asked of an environment that says ``production: true``, in the order of the messages."""
