"""A seeded storm on the local lake: everything at once, and in the end every row once.

Run it with `make chaos`; SECONDS says for how long, SEED makes it the same storm again.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from strata.books import Books
from strata.local.faults import Fault
from strata.local.lake import LocalLake, take_down
from strata.locking import LOCK
from tests.faults.contracts import STORM, storm_contracts, write_files
from tests.faults.feed import Feed, Row, csv
from tests.faults.lake import bring_up_faulty
from tests.faults.losing import no_events

ORDERS = 12
"""So many orders there are, and each of their versions takes the place of the one before."""
LAST_RUNS = 8
"""Of how many runs it is told how they ended, where the invariant did not hold."""
ROUNDS = 8
"""How often the lake may be swept after the storm before it must have taken everything."""
THROTTLED = (
    ("state:PlanRead", "Lambda.TooManyRequestsException"),
    ("state:StageRows", "Glue.ConcurrentRunsExceededException"),
    ("state:PublishRows", "Glue.ThrottlingException"),
    ("dynamodb:TransactWriteItems", "ProvisionedThroughputExceededException"),
    ("dynamodb:UpdateItem", "ThrottlingException"),
    ("s3:PutObject", "SlowDown"),
)
CALLS_OF_SPARK = ("glue:UpdateTable", "glue:CreateTable")
CALLS_OF_FUNCTIONS = ("dynamodb:TransactWriteItems", "dynamodb:PutItem", "dynamodb:GetItem")
STATES = ("OpenRun", "PlanRead", "StageRows", "Judge", "PublishRows", "CloseRun")


@dataclass
class Difference:
    """How a table differs from that of the calm twin; all empty where the invariant held."""

    lost: list[Row] = field(default_factory=list)
    doubled: list[Row] = field(default_factory=list)
    unexpected: list[Row] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return bool(self.lost or self.doubled or self.unexpected)


def compare(found: Sequence[Row], expected: Sequence[Row]) -> Difference:
    """Hold what readers find against what they should."""
    counts = Counter(found)
    return Difference(
        lost=sorted(set(expected) - set(found)),
        doubled=sorted(row for row, times in counts.items() if times > 1),
        unexpected=sorted(set(found) - set(expected)),
    )


@dataclass
class Storm:
    """One storm over two datasets, told by its seed; `did` counts what it did, by kind."""

    lake: LocalLake
    seed: int
    did: Counter[str] = field(default_factory=Counter)
    files: dict[str, list[bytes]] = field(default_factory=dict)
    told: list[tuple[Feed, str, str]] = field(default_factory=list)
    armed: list[tuple[str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the choices follow the seed."""
        self.choose = random.Random(self.seed)  # noqa: S311 - a storm, not a secret
        self.feeds = {name: Feed(self.lake, name) for name in STORM}
        self.files = {name: [] for name in STORM}

    def blow(self, seconds: float) -> None:
        """Do one thing after the other until the time is over."""
        kinds: list[Callable[[Feed], None]] = [
            *(self.arrive, self.arrive, self.arrive, self.tell_again, self.reorder),
            *(self.throttle, self.kill_spark, self.kill_function, self.stop_execution),
            self.sweep,
        ]
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.choose.choice(kinds)(self.choose.choice(list(self.feeds.values())))
            time.sleep(self.choose.uniform(0.1, 1.5))

    def arrive(self, feed: Feed) -> None:
        """Put a file with new versions of some orders."""
        name, content = self._new_file(feed)
        self.told.append((feed, name, feed.put(name, content)))
        self.did["files"] += 1

    def tell_again(self, _: Feed) -> None:
        """Deliver an event once more."""
        if self.told:
            feed, name, version = self.choose.choice(self.told)
            feed.tell(name, version)
            self.did["duplicate events"] += 1

    def reorder(self, feed: Feed) -> None:
        """Put two files whose events come late, the later one first."""
        with no_events(self.lake):
            pair = []
            for _ in range(2):
                name, content = self._new_file(feed)
                pair.append((feed, name, feed.put(name, content)))
        for told in reversed(pair):
            told[0].tell(told[1], told[2])
        self.told += pair
        self.did["files"] += 2
        self.did["events in the wrong order"] += 2

    def throttle(self, feed: Feed) -> None:
        """Let a service refuse some calls."""
        call, error = self.choose.choice(THROTTLED)
        status = 503 if error == "SlowDown" else 400
        times = self.choose.randint(1, 3)
        self._arm("throttled calls", Fault(call, error=error, status=status, times=times), feed)

    def kill_spark(self, feed: Feed) -> None:
        """Let the Spark process die over a call, before or after it took effect."""
        call, late = self.choose.choice(CALLS_OF_SPARK), self.choose.random() < 0.5
        self._arm("kills of Spark", Fault(call, kill=True, late=late), feed)

    def kill_function(self, feed: Feed) -> None:
        """Let a function's process die over a call, before or after it took effect."""
        call, late = self.choose.choice(CALLS_OF_FUNCTIONS), self.choose.random() < 0.5
        self._arm("kills of functions", Fault(call, kill=True, late=late), feed)

    def stop_execution(self, feed: Feed) -> None:
        """Let an execution be stopped at a state, before or after its task."""
        state, late = self.choose.choice(STATES), self.choose.random() < 0.5
        self._arm("stopped executions", Fault(f"state:{state}", kill=True, late=late), feed)

    def sweep(self, feed: Feed) -> None:
        """Sweep the lake, as its schedule does every few minutes."""
        feed.try_sweep()
        self.did["sweeps"] += 1

    def calm_down(self) -> dict[str, Difference]:
        """Let the lake finish, and give how each dataset differs from its twin without a storm."""
        for kind, number in self.armed:
            self.did[kind] += next(iter(self.feeds.values())).faults.hits(number)
        next(iter(self.feeds.values())).faults.lift()
        for feed in self.feeds.values():
            self._finish(feed)
        return {
            name: compare(feed.published(), self._twin(name)) for name, feed in self.feeds.items()
        }

    def explain(self, name: str) -> list[str]:
        """Say how a dataset stands: its arrivals, lock and circuit, and how its last runs ended."""
        feed = self.feeds[name]
        counts = Counter(one["status"] for one in feed.arrivals())
        books = Books(self.lake, name)
        lock, circuit = books.item(LOCK), books.item("CIRCUIT")
        last = [
            f"  {run['run_id']}: {run.get('outcome') or run['status']}: {run.get('reason')}"
            for run in feed.runs()[-LAST_RUNS:]
        ]
        stands = f"arrivals {dict(counts)}; lock {lock}; circuit {circuit}"
        return [f"{name}: {stands}; the last runs:", *last]

    def _finish(self, feed: Feed) -> None:
        for _ in range(ROUNDS):
            feed.settle()
            feed.try_sweep()
            self.arrive(feed)
            feed.settle()
            if {one["status"] for one in feed.arrivals()} <= {"published", "duplicate"}:
                return

    def _twin(self, name: str) -> list[Row]:
        """Load the same files in their order into the twin, and give its rows."""
        twin = Feed(self.lake, STORM[name])
        before = len(twin.arrivals())
        for number, content in enumerate(self.files[name]):
            twin.put(f"{self.seed}-{before + number:04}.csv", content)
        twin.settle()
        return twin.published()

    def _new_file(self, feed: Feed) -> tuple[str, bytes]:
        files = self.files[feed.name]
        orders = self.choose.sample(range(ORDERS), self.choose.randint(1, 3))
        content = csv(*((order, len(files)) for order in orders))
        files.append(content)
        return f"{self.seed}-{len(files):04}.csv", content

    def _arm(self, kind: str, fault: Fault, feed: Feed) -> None:
        aimed = Fault(**{**vars(fault), "where": feed.name})
        self.armed.append((kind, feed.faults.arm(aimed)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Bring up a lake, let a storm blow, and tell whether the invariant held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="how long it blows (60)")
    parser.add_argument("--seed", type=int, help="the same storm again (default: a new one)")
    options = parser.parse_args(arguments)
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    print(f"storm with seed {seed} for {options.seconds:.0f} s", flush=True)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        contracts = write_files(storm_contracts(), folder / "contracts")
        try:
            lake = bring_up_faulty(folder, contracts)
            storm = Storm(lake, seed)
            storm.blow(options.seconds)
            differences = storm.calm_down()
            for name in (name for name, difference in differences.items() if difference):
                print("\n".join(storm.explain(name)), flush=True)
        finally:
            take_down(folder)
    return tell(storm, differences)


def tell(storm: Storm, differences: dict[str, Difference]) -> int:
    """Print what a storm did and what it left; give the exit code."""
    for kind, times in sorted(storm.did.items()):
        print(f"{times:>6} {kind}")
    for name, difference in differences.items():
        if difference:
            print(f"{name} differs from a clean run (seed {storm.seed}): {difference}")
    if any(differences.values()):
        return 1
    print(f"the tables are those of a clean run over the same files (seed {storm.seed})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
