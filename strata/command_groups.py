"""Commands of a parser, and those that have actions, such as `strata circuit list`."""

import argparse
from collections.abc import Callable
from functools import partial
from typing import Any

Command = Callable[[argparse.Namespace], None]
AddAction = Callable[[str, Command, str], argparse.ArgumentParser]


def add_command(commands: Any, name: str, command: Command, text: str) -> argparse.ArgumentParser:
    """Add a command to those of a parser, and give the parser of its options.

    `command` runs it; `text` is a sentence about it, for its help and for the list of commands.
    """
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(command=command)
    return parser


def add_group(commands: Any, name: str, text: str) -> AddAction:
    """Add a command that has actions to those of a parser, and give the function that adds them.

    The function takes an action's name, what runs it, and a sentence about it.
    """
    actions = commands.add_parser(name, help=text, description=text).add_subparsers(
        required=True, metavar="action"
    )
    return partial(add_command, actions)
