"""Runs that die anywhere, events that come twice: every file ends once, and never twice."""

import random
from collections import Counter

import pytest

from tests.functions.support.resources import one_row

DEATHS = ("opened", "inspected", "planned", "staged", "published")
ENDS = ("published", "published", "failed", "quarantined")


class Story:
    """One random history of arrivals and runs over a lake, told by its seed."""

    def __init__(self, lake, seed):
        self.lake = lake
        self.choose = random.Random(seed)  # noqa: S311
        self.versions = []
        self.contents = {}
        self.published = Counter()
        self.runs = 0

    def arrive(self):
        """Let a file arrive, sometimes with bytes that came before, sometimes told twice."""
        number = self.choose.randrange(8)
        version = self.lake.upload(f"flights/{self.choose.randrange(5)}.csv", one_row(number))
        self.versions.append(version)
        self.contents[version.arrival_id] = number
        event = self.lake.event(version)
        self.lake.register(*[event] * self.choose.randint(1, 2))

    def tell_again(self):
        """Deliver an old event again."""
        if self.versions:
            self.lake.register(self.lake.event(self.choose.choice(self.versions)))

    def run(self, end=None):
        """Let a run live to an end, or die on the way and lose its lease; False if none opened."""
        self.runs += 1
        run_id = f"run-{self.runs}"
        opened = self.lake.open(run_id)
        if opened["status"] != "opened":
            return False
        death = None if end else self.choose.choice([*DEATHS, *[None] * 6])
        if death == "published":
            end = "published"
        for step in self._life(opened, run_id, end or self.choose.choice(ENDS)):
            if step == death:
                self.lake.expire_lock()
                break
        return True

    def _life(self, opened, run_id, end):
        """Go through a run step by step, some of them twice as a retry would."""
        yield "opened"
        for _ in range(self.choose.randint(1, 2)):
            self.lake.inspect(opened)
        yield "inspected"
        plan = self.lake.plan(opened)
        yield "planned"
        if plan["accepted"] == 0:
            self.lake.close(run_id, "rejected")
            return
        self.lake.stage(run_id)
        yield "staged"
        if end == "published":
            self._publish(run_id)
            yield "published"
        for _ in range(self.choose.randint(1, 2)):
            self.lake.close(run_id, end)

    def _publish(self, run_id):
        for file in self.lake.artifact(run_id, "input.json")["files"]:
            self.published[self.contents[file["arrival_id"]]] += 1
        self.lake.publish(run_id)


@pytest.mark.parametrize("seed", range(6))
def test_every_file_comes_to_one_end_whatever_dies_on_the_way(lake, seed):
    # Given a history of arrivals, repeated events, runs, and deaths
    story = Story(lake, seed)
    for _ in range(24):
        story.choose.choice([story.arrive, story.arrive, story.tell_again, story.run])()
    # When runs that do not die take what is left
    while story.run(end="published"):
        pass
    # Then no file waits or is held, and there is one record for each
    arrivals = {item["arrival_id"]: item for item in lake.items("ARRIVAL#")}
    assert set(arrivals) == {version.arrival_id for version in story.versions}
    ends = {"published", "duplicate", "rejected", "parked"}
    assert {item["status"] for item in arrivals.values()} <= ends
    assert lake.waiting() == []
    assert lake.items("LOCK") == []
    # And what was published was published once, and a duplicate is of something published
    assert set(story.published.values()) <= {1}
    for arrival_id, item in arrivals.items():
        if item["status"] in ("published", "duplicate"):
            assert story.published[story.contents[arrival_id]] == 1


def test_the_histories_have_deaths_failures_and_duplicates_in_them(lake):
    story = Story(lake, seed=1)
    for _ in range(24):
        story.choose.choice([story.arrive, story.arrive, story.tell_again, story.run])()
    outcomes = {item.get("outcome") for item in lake.audit.scan()["Items"]}
    assert len(outcomes) > 1
    assert len(set(story.contents.values())) < len(story.versions)
