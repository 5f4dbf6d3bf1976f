"""Options that several commands have: which lake, and who does it and why."""

import argparse
import getpass

from config.loading import available_environments
from strata.errors import StrataError


def add_environment(parser: argparse.ArgumentParser) -> None:
    """Add `--env`, by default the emulated lake."""
    parser.add_argument(
        "--env",
        choices=available_environments(),
        help="a deployed lake, reached as AWS_PROFILE says; default: the emulated one",
    )


def add_reason(parser: argparse.ArgumentParser) -> None:
    """Add `--why`, which is required, and `--who`."""
    parser.add_argument("--why", required=True, help="the reason, kept with the change")
    parser.add_argument("--who", default=getpass.getuser(), help="default: your user name")


def reason_of(options: argparse.Namespace) -> tuple[str, str]:
    """Give who and why; raises `StrataError` where one of them says nothing."""
    for name in ("who", "why"):
        if not getattr(options, name).strip():
            raise StrataError(f"--{name}: must say something: got {getattr(options, name)!r}")
    return options.who, options.why
