"""What every fault must leave behind."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from strata.notices import notices
from tests.faults.feed import Feed, Row, csv


@dataclass(frozen=True)
class Ending:
    """How a run or an arrival ended, and what was said about it.

    `outcome` begins that of an audit record and `notice` the kind of a notice; `status` is that of
    an arrival in the ledger. `says` stands in both the books and the notice. `of` is the dataset
    that the notice names, where it is another one.
    """

    outcome: str = ""
    status: str = ""
    notice: str = ""
    says: str = ""
    of: str = ""


def assert_survived(
    feed: Feed,
    *endings: Ending,
    rows: Iterable[Row] = (),
    left: frozenset[str] = frozenset(),
    make: Callable[..., bytes] = csv,
) -> None:
    """Assert what every fault must leave: no good record lost, none doubled, all of it told.

    The next file is put in first, and goes its way with nobody's help; then readers must find its
    row and `rows`, and nothing else. `left` names the statuses of arrivals that may be unfinished,
    `make` makes the next file of its record.
    """
    feed.next_id += 1
    feed.put(f"next {feed.next_id}.csv", make((feed.next_id, 1)))
    feed.settle()
    found, expected = feed.published(), sorted([*rows, (feed.next_id, 1)])
    assert found == expected, f"readers find {found} instead of {expected}; runs: {feed.runs()}"
    assert {run["status"] for run in feed.runs()} == {"closed"}
    assert not {one["status"] for one in feed.arrivals()} & ({"waiting", "claimed", "held"} - left)
    for ending in endings:
        _assert_told(feed, ending)


def _assert_told(feed: Feed, ending: Ending) -> None:
    books = [one for one in feed.runs() if one["outcome"].startswith(ending.outcome)]
    if ending.status:
        books = [one for one in feed.arrivals() if one["status"] == ending.status]
    written = [json.dumps(one, default=str, ensure_ascii=False) for one in books]
    assert any(ending.says in text for text in written), (ending, feed.runs(), feed.arrivals())
    if ending.notice:
        sent = [
            json.dumps(one, ensure_ascii=False)
            for one in notices(feed.lake)
            if one["notice"].startswith(ending.notice)
            and one["dataset"] == (ending.of or feed.name)
        ]
        assert any(ending.says in text for text in sent), (ending, sent, feed.notices())
