"""What a check found out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from config.settings import Settings


class State(StrEnum):
    """How a finding stands."""

    OK = "ok"
    TO_FIX = "to fix"
    LATER = "later"
    """Nothing can be done before the first deployment; it does not stand in the way."""
    NOT_JUDGED = "not judged"
    """The answer could not be had; never taken for a good one."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, in one region.

    Attributes:
        check: what was looked at.
        region: where; ``global`` for what an account has once.
        state: how it stands.
        found: what was there, or the API's error.
        fix: a command or a page of the console; empty where nothing is to do.
    """

    check: str
    region: str
    state: State
    found: str
    fix: str = ""


@dataclass(frozen=True)
class Account:
    """The account of an environment, as the credentials of the process reach it.

    Attributes:
        settings: the environment.
        client: gives a client by service and region.
    """

    settings: Settings
    client: Callable[[str, str], Any]


Look = Callable[[Account, str], Iterator[Finding]]
"""Looks at one region; what AWS refuses is raised, and becomes a finding that is not judged."""

GLOBAL = "global"


@dataclass(frozen=True)
class Check:
    """One thing to look at.

    Attributes:
        name: what it is, as the report shows it.
        look: looks.
        once: only once an account, in its first region. Default: in every region.
        first_region: only in the first region, where the lake works. Default: in every region.
    """

    name: str
    look: Look
    once: bool = False
    first_region: bool = False
