"""Every command says what it does, and so does each of its options."""

import argparse
from collections.abc import Iterator

import pytest

from strata.cli import make_parser


def commands(parser: argparse.ArgumentParser, name: str) -> Iterator[tuple[str, argparse.Action]]:
    """Give every command that can be run, with its parser."""
    groups = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    if not groups:
        yield name, parser
    for group in groups:
        for action, below in group.choices.items():
            yield from commands(below, f"{name} {action}")


COMMANDS = dict(commands(make_parser(), "strata"))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_what_it_does_and_has_what_runs_it(name):
    parser = COMMANDS[name]
    assert parser.description, "a sentence"
    assert parser.description.endswith((".", '...".'))
    assert parser.description[0].isupper()
    assert callable(parser.get_default("command"))


@pytest.mark.parametrize("name", COMMANDS)
def test_each_option_of_a_command_says_what_it_is_for(name):
    silent = [one.option_strings or one.dest for one in COMMANDS[name]._actions if not one.help]
    assert silent == []
