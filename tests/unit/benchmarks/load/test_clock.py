"""What happens at once happens in the order of the clock's own time."""

import pytest

from benchmarks.load.clock import Clock


def test_activities_take_turns_in_the_order_of_their_time_and_nobody_waits() -> None:
    clock, seen = Clock(), list[tuple[str, float]]()

    def live(name: str, seconds: float) -> None:
        for _ in range(2):
            clock.sleep(seconds)
            seen.append((name, clock.now))

    clock.spawn(lambda: live("slow", 3600))
    clock.spawn(lambda: live("quick", 1000), at=500)
    clock.run()
    assert seen == [("quick", 1500), ("quick", 2500), ("slow", 3600), ("slow", 7200)]


def test_what_is_done_together_takes_as_long_as_the_longest() -> None:
    clock, found = Clock(), list[object]()

    def sleep(seconds: float) -> float:
        clock.sleep(seconds)
        return seconds

    def live() -> None:
        found.extend(clock.together([lambda: sleep(90), lambda: sleep(60)]))
        found.append(clock.now)
        found.append(clock.together([]))

    clock.spawn(live)
    clock.run()
    assert found == [90, 60, 90, []]


def test_an_error_of_one_branch_is_raised_where_all_are_awaited() -> None:
    clock, found = Clock(), list[str]()

    def fail() -> None:
        raise ValueError("because")

    def live() -> None:
        with pytest.raises(ValueError, match="because"):
            clock.together([fail, lambda: clock.sleep(5)])
        found.append(f"went on at {clock.now:.0f}")

    clock.spawn(live)
    clock.run()
    assert found == ["went on at 5"]


def test_an_error_that_nobody_caught_ends_the_run() -> None:
    clock = Clock()
    clock.spawn(lambda: clock.sleep(-1 / 0))
    with pytest.raises(ZeroDivisionError):
        clock.run()
