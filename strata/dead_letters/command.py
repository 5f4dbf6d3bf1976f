"""The commands below `strata dlq`."""

import argparse
from typing import Any

from strata.command_groups import add_group
from strata.console import console, show_rows
from strata.dead_letters.dropping import drop
from strata.dead_letters.queues import DeadLetterQueue, chosen, dead_letter_queues, queue_named
from strata.dead_letters.redriving import redrive
from strata.dead_letters.words import failure, subject
from strata.errors import StrataError
from strata.lakes import find_lake
from strata.options import add_environment, add_reason, reason_of

SHOWN = 20
_LOOKED_AT = 100
"""How many messages of a queue are asked for their age; they are hidden meanwhile."""


def add_dead_letter_commands(commands: Any) -> None:
    """Add `strata dlq` with its actions to the commands of a parser."""
    text = "Look at what could not be delivered, send it where it was going, or drop it."
    add = add_group(commands, "dlq", text)
    add_environment(add("list", _list, "Count the messages of every dead-letter queue."))
    showing = add("show", _show, "Show messages with what failed and why.")
    showing.add_argument("queue", nargs="?", help="default: every queue")
    showing.add_argument("--limit", type=int, default=SHOWN, help=f"of each queue; {SHOWN}")
    _add_messages(showing)
    redriving = add("redrive", _redrive, "Send messages where they were going.")
    redriving.add_argument("queue", nargs="?", help="default: every queue")
    _add_messages(redriving)
    dropping = add("drop", _drop, "Take messages out for good, with a record of it.")
    dropping.add_argument("queue", help="as strata dlq list calls it")
    dropping.add_argument("--all", action="store_true", help="needed without --message")
    _add_messages(dropping)
    add_reason(dropping)


def _add_messages(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--message",
        action="append",
        default=[],
        metavar="ID",
        help="one message, by its id or the beginning of it; may be repeated",
    )
    add_environment(parser)


def _list(options: argparse.Namespace) -> None:
    rows = []
    for queue in dead_letter_queues(find_lake(options.env)):
        with queue.held(_LOOKED_AT) as letters:
            ages = [letter.age_minutes for letter in letters]
        rows.append(
            {
                "queue": queue.name,
                "messages": max(queue.count(), len(ages)),
                "oldest (minutes)": max(ages, default=None),
                "newest (minutes)": min(ages, default=None),
            }
        )
    show_rows(rows)


def _show(options: argparse.Namespace) -> None:
    if options.limit < 1:
        raise StrataError(f"--limit: must be at least 1: got {options.limit}")
    rows = []
    for queue in _queues(options):
        with queue.held(options.limit) as letters:
            rows += [
                {
                    "queue": queue.name,
                    "message": letter.id,
                    "age (minutes)": letter.age_minutes,
                    "was to": subject(letter),
                    "failure": failure(letter),
                }
                for letter in letters
                if chosen(letter, options.message)
            ]
    if not rows:
        console.print("No dead letters.")
        return
    show_rows(rows)


def _redrive(options: argparse.Namespace) -> None:
    left, sent = [], 0
    for queue in _queues(options):
        done = redrive(
            queue,
            options.message,
            lambda letter, where: console.print(f"  {letter.id} -> {where}", markup=False),
        )
        sent += done.sent
        left += [f"{queue.name} {letter.id}: {why}" for letter, why in done.left]
    console.print(f"{sent} messages were sent where they were going.")
    if left:
        raise StrataError("\n".join([f"{len(left)} messages stay in their queue:", *left]))


def _drop(options: argparse.Namespace) -> None:
    if not (options.message or options.all):
        raise StrataError("that would be every message; say --all, or narrow it: --message <id>")
    who, why = reason_of(options)
    queue = queue_named(find_lake(options.env), options.queue)
    dropped = drop(queue, options.message, who=who, why=why)
    console.print(
        f"{len(dropped)} messages are dropped; kept in the quarantine zone below "
        f"dead-letters/{queue.name}/"
    )


def _queues(options: argparse.Namespace) -> list[DeadLetterQueue]:
    lake = find_lake(options.env)
    if options.queue is None:
        return dead_letter_queues(lake)
    return [queue_named(lake, options.queue)]
