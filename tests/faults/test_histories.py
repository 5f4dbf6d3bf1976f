"""Whatever order files, events, deaths and redrives come in, the table is that of one clean run."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from lake_runtime import clients
from strata.local.emulator import Emulator
from strata.local.lake import LocalLake
from tests.faults.histories import DATASET, Machine, Trouble, World
from tests.functions.support.resources import HEADER

EXAMPLES = int(os.environ.get("STRATA_HISTORIES", "12"))
"""How many histories are drawn, the same ones each time."""
ENDS = {"published", "duplicate", "rejected"}
ORDERS = st.integers(min_value=0, max_value=3)
TROUBLES = st.builds(
    Trouble, task=st.integers(min_value=1, max_value=14), dies=st.booleans(), late=st.booleans()
)
STEPS = st.one_of(
    st.tuples(st.just("arrive"), ORDERS),
    st.tuples(st.just("arrive"), ORDERS),
    st.tuples(st.just("arrive_late"), ORDERS),
    st.tuples(st.just("bad_file"), st.none()),
    st.tuples(st.just("same_bytes"), ORDERS),
    st.tuples(st.just("tell_again"), st.integers(min_value=0, max_value=20)),
    st.tuples(st.just("run"), st.none()),
    st.tuples(st.just("run"), TROUBLES),
    st.tuples(st.just("redrive"), st.one_of(st.none(), TROUBLES)),
    st.tuples(st.just("sweep"), st.none()),
)


@dataclass
class Story:
    """One history on one lake, and the files in the order in which they were stored."""

    world: World
    files: list[tuple[str, bytes]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    untold: list[dict[str, Any]] = field(default_factory=list)

    def tell(self, what: str, how: Any) -> None:
        """Do one step of the history."""
        getattr(self, what)(how)

    def arrive(self, order: int) -> None:
        """Let a file with a new version of an order arrive."""
        self.world.lake.register(self._put(f"{order}.csv", self._new(order)))

    def arrive_late(self, order: int) -> None:
        """Let a file arrive whose event takes its time."""
        self.untold.append(self._put(f"{order}.csv", self._new(order)))

    def bad_file(self, _: None) -> None:
        """Let a file arrive that nobody can read."""
        self.world.lake.register(self._put(f"bad {len(self.files)}.csv", b"a,b\n1,2\n"))

    def same_bytes(self, order: int) -> None:
        """Let the newest version of an order arrive under another name."""
        known = [body for key, body in self.files if key == f"{DATASET}/{order}.csv"]
        if known:
            self.world.lake.register(self._put(f"copy {len(self.files)}.csv", known[-1]))

    def tell_again(self, number: int) -> None:
        """Deliver an event once more, or one that was late."""
        if self.untold:
            self.world.lake.register(self.untold.pop(number % len(self.untold)))
        elif self.events:
            self.world.lake.register(self.events[number % len(self.events)])

    def run(self, trouble: Trouble | None) -> None:
        """Let a run start."""
        self.world.run(trouble)

    def redrive(self, trouble: Trouble | None) -> None:
        """Let a person redrive the last failed run."""
        self.world.redrive(trouble)

    def sweep(self, _: None) -> None:
        """Let the lake be swept."""
        self.world.lake.sweep()

    def finish(self) -> None:
        """Deliver what is late, and let runs without trouble take what is left."""
        for event in self.untold:
            self.world.lake.register(event)
        self.world.lake.sweep()
        while self.world.run():
            pass

    def _new(self, order: int) -> bytes:
        return HEADER + b"2013,%d,%d\n" % (order, len(self.files))

    def _put(self, name: str, body: bytes) -> dict[str, Any]:
        key = f"{DATASET}/{name}"
        self.files.append((key, body))
        self.events.append(self.world.put(key, body, second=len(self.files)))
        return self.events[-1]


@pytest.fixture(scope="module")
def machine(faulty_lake: LocalLake) -> Machine:
    """Give the deployed ingest machine."""
    described = faulty_lake.client("stepfunctions").describe_state_machine(
        stateMachineArn=faulty_lake["IngestStateMachineArn"].removesuffix(":live")
    )
    return Machine(json.loads(described["definition"]))


@pytest.fixture(scope="module")
def functions(emulator: Emulator) -> Iterator[None]:
    """Let the functions run in this process, against an emulator of their own."""
    kept = dict(os.environ)
    os.environ.update(emulator.environment())
    os.environ.update({"POWERTOOLS_METRICS_NAMESPACE": "Strata", "POWERTOOLS_SERVICE_NAME": "lake"})
    yield
    for name in set(os.environ) - set(kept):
        del os.environ[name]
    os.environ.update(kept)
    for client in ("s3", "dynamodb", "sns", "sqs", "stepfunctions", "glue"):
        getattr(clients, client).cache_clear()


def clean(machine: Machine, files: list[tuple[str, bytes]]) -> dict[int, int]:
    """Give the table after one run without any trouble over files in the order of their storing."""
    world = World(machine)
    for second, (key, body) in enumerate(files, start=1):
        world.lake.register(world.put(key, body, second))
    world.run()
    return world.rows()


@pytest.mark.usefixtures("functions")
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    # Each history takes seconds, so a smaller one that fails as well is not looked for.
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(steps=st.lists(STEPS, min_size=6, max_size=20))
def test_the_table_is_that_of_a_single_clean_run(
    machine: Machine, steps: list[tuple[str, Any]]
) -> None:
    story = Story(World(machine))
    for what, how in steps:
        story.tell(what, how)
    story.finish()
    lake = story.world.lake
    arrivals = lake.items("ARRIVAL#")
    assert len(arrivals) == len(story.files)
    assert {item["status"] for item in arrivals} <= ENDS
    assert (lake.waiting(), lake.items("LOCK")) == ([], [])
    assert {item["status"] for item in lake.audit.scan()["Items"]} <= {"closed"}
    found = story.world.rows()
    assert found == clean(machine, story.files)
