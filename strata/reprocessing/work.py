"""Loading files again: slice by slice, each by a run of its own, from where it was left off.

One reprocessing of a dataset is open at a time: the ledger's item `REPROCESSING` says which files
it means and which slices are done. Whoever repeats its command goes on with it.
"""

import getpass
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from data_lake.contracts import DatasetContract
from strata.books import Books, Row
from strata.errors import StrataError
from strata.lakes import Lake
from strata.locking import LOCK
from strata.reprocessing.batches import before, give_back
from strata.reprocessing.choosing import AGAIN, Range, choose
from strata.starting import start_execution

OPEN = "REPROCESSING"
TRIGGER = "backfill"
_CLAIM = (
    *("arrival_id", "bucket", "key", "version_id", "etag", "size"),
    *("registered_at", "event_time", "sequencer"),
)
"""What the waiting marker of an arrival says of it."""
_ON_THE_WAY = ("waiting", "claimed")
_POLL_SECONDS = 1.0
_MOST_FILES = 8000
"""How many files one item of the ledger can list."""
_MOST_TRIES = 1000
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Reprocessing:
    """The reprocessing of some files of one dataset."""

    lake: Lake
    contract: DatasetContract
    asked: Range
    progress: Progress = lambda _line: None
    poll_seconds: float = _POLL_SECONDS

    @property
    def books(self) -> Books:
        """The dataset's books."""
        return Books(self.lake, self.contract.name)

    def run(self) -> int:
        """Load the files again and give how many slices were, those done before included.

        Raises `StrataError` for files that must not be loaded again, if another reprocessing is
        open, and if a run fails: what is done stays done, and repeating the command goes on.
        """
        item = self._opened()
        slices, done = item["slices"], list(item["done"])
        for place, name in enumerate(slices, start=1):
            if name in done:
                continue
            self._say(place, len(slices), name, self._run_slice(item, name))
            done.append(name)
            item = {**item, "done": done}
            self.books.put(OPEN, item)
        self._close(item, "finished")
        return len(slices)

    def abandon(self) -> bool:
        """Give up what is open; files that wait for a run already are loaded by the next one.

        A batch that does not wait is as it was before: a part of it alone is never loaded.
        """
        item = self.books.item(OPEN)
        if item is None:
            return False
        for name in item["slices"] if item["whole"] else ():
            if name not in item["done"]:
                give_back(self.books, item["files"][name], _mark(item, name))
        self._close(item, "abandoned")
        return True

    def _opened(self) -> Row:
        item = self.books.item(OPEN)
        if item is None:
            return self._begin()
        mine = (item["start"], item["end"], item["by_day"])
        if mine != (self.asked.start.isoformat(), self._end(item), self.asked.by_day):
            raise StrataError(
                f"{self.contract.name}: another reprocessing is open, {item['described']}, by "
                f"{item['who']}; repeat that command to go on with it, or give it up: strata "
                f"backfill {self.contract.name} --abandon"
            )
        self.progress(
            f"{self.contract.name}: going on with what {item['who']} began at {item['at']}: "
            f"{len(item['done'])} of {len(item['slices'])} slices are done"
        )
        return item

    def _end(self, item: Row) -> str:
        """Give the end that is asked for; "since" has none, and goes on to where it went."""
        return self.asked.end.isoformat() if self.asked.by_day else str(item["end"])

    def _begin(self) -> Row:
        slices = choose(self.books, self.contract, self.asked)
        if not slices:
            raise StrataError(
                f"{self.contract.name}: no file that arrived {self.asked.describe()} was loaded "
                "before; nothing to load again"
            )
        count = sum(len(some) for some in slices.values())
        if count > _MOST_FILES:
            raise StrataError(
                f"{self.contract.name}: {count} files are more than the {_MOST_FILES} of one "
                "reprocessing; narrow the range and go on with the rest afterwards"
            )
        now = datetime.now(UTC)
        item = {
            "id": f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}",
            "start": self.asked.start.isoformat(),
            "end": self.asked.end.isoformat(),
            "by_day": self.asked.by_day,
            "described": self.asked.describe(),
            "slices": sorted(slices),
            "done": [],
            "who": getpass.getuser(),
            "at": now.isoformat(),
            "whole": self.contract.trigger.mode == "manifest",
            "files": {name: [one["arrival_id"] for one in some] for name, some in slices.items()},
        }
        if not self.books.put(OPEN, item, "attribute_not_exists(id)"):
            raise StrataError(f"{self.contract.name}: somebody else has just begun; try again")
        return item

    def _run_slice(self, item: Row, name: str) -> list[Row]:
        """Load one slice and give its files as they then are."""
        mark = _mark(item, name)
        leading = self._release_batch if item["whole"] else self._release
        leads = leading(item["files"][name], mark)
        for number in range(1, _MOST_TRIES):
            self._wait_for_lock()
            files = self._files(item["files"][name])
            found = [one for one in files if one["arrival_id"] in leads]
            if not any(self._is_on_the_way(one, mark) for one in found):
                self._check_taken(name, found)
                return files
            self._load(f"{self.contract.name[:30]}-again-{mark}-{number}")
        raise StrataError(f"{self.contract.name}: slice {name} was not taken by any run; see runs")

    def _wait_for_lock(self) -> None:
        """Wait until no run holds the dataset; it may be one that has taken the slice."""
        while (lock := self.books.item(LOCK)) and lock["expires_at"] > time.time():
            time.sleep(self.poll_seconds)

    def _check_taken(self, name: str, found: Sequence[Row]) -> None:
        """Raise if a manifest waits for its files again, because one has arrived anew since."""
        for one in found:
            if one["status"] == "held":
                raise StrataError(
                    f"{self.contract.name}: {name} waits for files again, because one that "
                    f"{one['key']} lists has changed since; strata query lake.arrivals says which"
                )

    def _release_batch(self, ids: Sequence[str], mark: str) -> Sequence[str]:
        """Let a batch wait once more: first its files for their manifest, then that for a run."""
        manifest, *files = ids
        given = {":to": "held", ":mark": mark, ":duplicate": "duplicate"}
        given |= {f":end{number}": end for number, end in enumerate(AGAIN)}
        ends = ", ".join([":duplicate", *(f":end{number}" for number in range(len(AGAIN)))])
        for arrival in self._files(files):
            change = self.books.update_action(
                arrival["item"],
                "SET #status = :to, reprocessing = :mark, was_before = :before REMOVE run_id",
                f"#status IN ({ends}) AND "
                "(attribute_not_exists(reprocessing) OR reprocessing <> :mark)",
                given | {":before": before(arrival)},
            )
            self.books.write([change])
        return self._release([manifest], mark)

    def _release(self, ids: Sequence[str], mark: str) -> Sequence[str]:
        """Let files wait once more, each once for this slice, whoever repeats it; gives them."""
        given = {":to": "waiting", ":mark": mark, ":zero": 0}
        given |= {f":end{number}": end for number, end in enumerate(AGAIN)}
        ends = ", ".join(f":end{number}" for number in range(len(AGAIN)))
        for arrival in self._files(ids):
            claim = {one: arrival[one] for one in _CLAIM} | {"reprocessing": mark}
            marker = f"WAITING#{arrival['registered_at']}#{arrival['arrival_id']}"
            self.books.write(
                [
                    self.books.update_action(
                        arrival["item"],
                        "SET #status = :to, reprocessing = :mark, attempts = :zero, "
                        "was_before = :before",
                        f"#status IN ({ends}) AND "
                        "(attribute_not_exists(reprocessing) OR reprocessing <> :mark)",
                        given | {":before": before(arrival)},
                    ),
                    self.books.put_action(marker, claim),
                ]
            )
        return ids

    def _load(self, name: str) -> None:
        """Start a run and wait for its end; raises `StrataError` if it failed."""
        content = {"dataset": self.contract.name, "trigger": TRIGGER}
        arn = start_execution(self.lake, self.lake["IngestStateMachineArn"], name, content)
        if arn is None:
            return
        states = self.lake.client("stepfunctions")
        while states.describe_execution(executionArn=arn)["status"] == "RUNNING":
            time.sleep(self.poll_seconds)
        record = self.books.record(name) or {}
        if record.get("outcome") == "failed":
            raise StrataError(
                f"{self.contract.name}: run {name} failed: {record.get('reason')}; its files wait. "
                "Mend the cause, then repeat the command: it goes on from here"
            )
        circuit = self.books.item("CIRCUIT") or {"state": "closed"}
        if not record and circuit["state"] == "open":
            raise StrataError(
                f"{self.contract.name}: its circuit is open, so no run opens; mend the cause, "
                f"then: strata circuit close {self.contract.name} --why '...', and repeat the "
                "command"
            )

    def _files(self, ids: Sequence[str]) -> list[Row]:
        found = (self.books.item(f"ARRIVAL#{one}") for one in ids)
        return [arrival for arrival in found if arrival is not None]

    def _is_on_the_way(self, arrival: Row, mark: str) -> bool:
        return arrival.get("reprocessing") == mark and arrival["status"] in _ON_THE_WAY

    def _say(self, place: int, of: int, name: str, files: Sequence[Row]) -> None:
        counts = Counter(one["status"] for one in files)
        ends = ", ".join(f"{count} {end}" for end, count in sorted(counts.items()))
        runs = ", ".join(sorted({str(one.get("run_id")) for one in files}))
        self.progress(f"{self.contract.name} {name} ({place} of {of}): {ends}; run {runs}")

    def _close(self, item: Row, state: str) -> None:
        ended = {**item, "state": state, "ended_at": datetime.now(UTC).isoformat()}
        content = {name: value for name, value in ended.items() if name not in ("scope", "item")}
        self.books.put(f"{OPEN}#{item['id']}", content)
        self.books.delete(OPEN, "id = :id", {":id": item["id"]})


def _mark(item: Row, name: str) -> str:
    """Give what arrivals of a slice are marked with."""
    return f"{item['id']}-{name}"
