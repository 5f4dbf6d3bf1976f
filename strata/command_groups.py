"""Commands that have actions, such as `strata circuit list`."""

import argparse
from collections.abc import Callable
from typing import Any

Command = Callable[[argparse.Namespace], None]
AddAction = Callable[[str, Command, str], argparse.ArgumentParser]


def add_group(commands: Any, name: str, text: str) -> AddAction:
    """Add a command to those of a parser, and give the function that adds its actions.

    The function takes an action's name, what runs it, and a sentence about it.
    """
    actions = commands.add_parser(name, help=text, description=text).add_subparsers(
        required=True, metavar="action"
    )

    def add(action: str, command: Command, description: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = actions.add_parser(
            action, help=description, description=description
        )
        parser.set_defaults(command=command)
        return parser

    return add
