"""Random histories of files, manifests, repeated events and deaths, in any order."""

import random
from collections import Counter

import pytest

from tests.functions.support.batches import PLANES, batch_lake, manifest, upload
from tests.functions.support.resources import one_row

DEATHS = ("opened", "inspected", "planned", "staged", "published")
ENDS = ("published", "published", "published", "failed", "quarantined")
NAMES = ("a.csv", "b.csv", "c.csv", "d.csv")


class Story:
    """One random history of a dataset that comes in batches, told by its seed."""

    def __init__(self, lake, seed):
        self.lake = batch_lake(lake)
        self.choose = random.Random(seed)  # noqa: S311
        self.events = []
        self.listed = {}
        self.published = Counter()
        self.broken = []
        self.runs = 0

    def arrive(self):
        """Let a file arrive, now and then one that cannot be read, sometimes told twice."""
        body = one_row(len(self.events)) if self.choose.random() < 0.9 else b""
        self._tell(upload(self.lake, f"planes/{self.choose.choice(NAMES)}", body)[1])

    def list_files(self):
        """Let a manifest arrive: a new one, or a later version of one of three."""
        names = self.choose.sample(NAMES, self.choose.randint(1, 3))
        key = f"planes/{self.choose.randrange(3)}.manifest.json"
        version, event = upload(self.lake, key, manifest(*names))
        self.listed[version.arrival_id] = {f"planes/{name}" for name in names}
        self._tell(event)

    def tell_again(self):
        """Deliver an old event again."""
        if self.events:
            self.lake.register(self.choose.choice(self.events))

    def _tell(self, event):
        self.events.append(event)
        self.lake.register(*[event] * self.choose.randint(1, 2))

    def run(self, end=None):
        """Let a run live to an end, or die on the way and lose its lease; False if none opened."""
        self.runs += 1
        run_id = f"run-{self.runs}"
        opened = self.lake.open(run_id, PLANES)
        if opened["status"] != "opened":
            return False
        death = None if end else self.choose.choice([*DEATHS, *[None] * 6])
        if death == "published":
            end = "published"
        for step in self._life(opened, run_id, end or self.choose.choice(ENDS)):
            if step == death:
                self.lake.expire_lock(PLANES)
                break
        return True

    def _life(self, opened, run_id, end):
        yield "opened"
        for _ in range(self.choose.randint(1, 2)):
            self.lake.inspect(opened)
        yield "inspected"
        plan = self.lake.plan(opened)
        yield "planned"
        if plan["accepted"] == 0:
            self.lake.close(run_id, "rejected", PLANES)
            return
        self.lake.stage(run_id, PLANES)
        yield "staged"
        if end == "published":
            self._publish(run_id)
            yield "published"
        for _ in range(self.choose.randint(1, 2)):
            self.lake.close(run_id, end, PLANES)

    def _publish(self, run_id):
        files = self.lake.artifact(run_id, "input.json", PLANES)["files"]
        batch = self.lake.artifact(run_id, "batch.json", PLANES)["manifest"]["arrival_id"]
        if {file["key"] for file in files} != self.listed[batch]:
            self.broken.append(run_id)
        self.published.update(file["arrival_id"] for file in files)
        self.lake.publish(run_id, PLANES)


@pytest.mark.parametrize("seed", range(4))
def test_every_batch_is_loaded_whole_and_once_or_not_at_all(lake, seed):
    # Given a history of files, manifests, repeated events, runs, and deaths
    story = Story(lake, seed)
    happenings = [story.arrive] * 4 + [story.list_files] * 2 + [story.tell_again, story.run]
    for _ in range(40):
        story.choose.choice(happenings)()
    # When runs that do not die take what is left
    while story.run(end="published"):
        pass
    # Then each run that published took exactly what its manifest lists, and no file was read twice
    assert story.broken == []
    assert set(story.published.values()) <= {1}
    # And nothing is stuck
    assert lake.waiting(PLANES) == []
    assert lake.items("LOCK", PLANES) == []
    arrivals = {item["arrival_id"]: item for item in lake.items("ARRIVAL#", PLANES)}
    assert {item["status"] for item in arrivals.values()}.isdisjoint({"claimed", "waiting"})
    # And whoever still waits lacks a file
    newest = {item["key"]: item["arrival_id"] for item in lake.items("FILE#", PLANES)}
    there = {key for key, found in newest.items() if arrivals[found]["status"] == "held"}
    for arrival_id, keys in story.listed.items():
        if arrivals[arrival_id]["status"] in ("held", "duplicate"):
            assert not keys <= there, arrivals[arrival_id]["key"]


def test_the_histories_have_whole_broken_and_repeated_batches_in_them(lake):
    story = Story(lake, seed=1)
    for _ in range(60):
        story.choose.choice([story.arrive] * 4 + [story.list_files] * 2 + [story.run])()
    manifests = [lake.items(f"ARRIVAL#{one}", PLANES)[0]["status"] for one in story.listed]
    assert story.published
    assert len(set(manifests)) >= 3
