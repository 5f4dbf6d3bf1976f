"""A clock of its own: what happens at once on AWS happens in order here, and nothing waits."""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from threading import Event, Thread
from typing import Any


@dataclass
class Clock:
    """Runs many activities in the order of a time that only their sleeps move on.

    One activity runs at a time; what it computes takes none of this time. `now` is in seconds.
    """

    now: float = 0.0
    _due: list[tuple[float, int, Event]] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)
    _yielded: Event = field(default_factory=Event)
    _error: BaseException | None = None

    def spawn(self, activity: Callable[[], None], at: float | None = None) -> None:
        """Let an activity begin, now or at a later time."""
        turn = self._turn_at(self.now if at is None else at)

        def live() -> None:
            turn.wait()
            try:
                activity()
            except BaseException as error:  # noqa: BLE001 - raised again where the clock runs
                self._error = error
            finally:
                self._yielded.set()

        Thread(target=live, daemon=True).start()

    def sleep(self, seconds: float) -> None:
        """Let time pass for the activity that calls; others go on meanwhile."""
        turn = self._turn_at(self.now + seconds)
        self._yielded.set()
        turn.wait()

    def together(self, works: Sequence[Callable[[], Any]]) -> list[Any]:
        """Let activities begin now and wait for all; gives their results in order.

        Raises what the first of them that failed raised, once all have ended.
        """
        results: dict[int, Any] = {}
        errors: list[Exception] = []
        turn = Event()

        def live(number: int, work: Callable[[], Any]) -> None:
            try:
                results[number] = work()
            except Exception as error:  # noqa: BLE001 - raised again in the one who waits
                errors.append(error)
            if len(results) + len(errors) == len(works):
                self._take_turn(turn, self.now)

        for number, work in enumerate(works):
            self.spawn(partial(live, number, work))
        if works:
            self._yielded.set()
            turn.wait()
        if errors:
            raise errors[0]
        return [results[number] for number in range(len(works))]

    def run(self) -> None:
        """Run until every activity has ended; raises what one of them raised."""
        while self._due and self._error is None:
            self.now, _, turn = heapq.heappop(self._due)
            self._yielded.clear()
            turn.set()
            self._yielded.wait()
        if self._error is not None:
            raise self._error

    def _turn_at(self, time: float) -> Event:
        turn = Event()
        self._take_turn(turn, time)
        return turn

    def _take_turn(self, turn: Event, time: float) -> None:
        heapq.heappush(self._due, (time, next(self._numbers), turn))
