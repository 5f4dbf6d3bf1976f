"""The burst: files of many datasets in one minute, some of them bad or the same, events astray."""

import random
from dataclasses import dataclass
from typing import Final

SECONDS: Final = 60.0
"""How long producers take to put all files down."""
DUPLICATE_SHARE: Final = 0.05
"""Of the files, those that hold the very bytes of an earlier one of their dataset."""
BAD_SHARE: Final = 0.01
"""Of the files, those that inspection rejects: a column too few."""
REDELIVERED_SHARE: Final = 0.1
"""Of the events, those that are delivered once more."""
DELAY: Final = (0.2, 15.0)
"""Seconds from a file to its event, evenly spread, so that events overtake each other."""
LATER: Final = (0.0, 600.0)
"""Seconds from an event to its second delivery."""
HEADER: Final = "year,month,carrier\n"


@dataclass(frozen=True)
class File:
    """One file: when it was put down, and the number of its content; None if it is bad."""

    dataset: str
    key: str
    at: float
    content: int | None

    @property
    def body(self) -> bytes:
        """The bytes: one row, told from others by its number."""
        if self.content is None:
            return f"year,month\n2013,1\n# {self.key}\n".encode()
        return f"{HEADER}2013,1,{self.content}\n".encode()


@dataclass(frozen=True)
class Burst:
    """All files, and the deliveries of their events: second, and the file's place in the list."""

    datasets: tuple[str, ...]
    files: tuple[File, ...]
    deliveries: tuple[tuple[float, int], ...]

    @property
    def contents(self) -> set[tuple[str, int]]:
        """The contents that must be published, each once, with their dataset."""
        return {(file.dataset, file.content) for file in self.files if file.content is not None}

    @property
    def bad(self) -> int:
        """The number of files that must be rejected."""
        return sum(file.content is None for file in self.files)

    @property
    def duplicates(self) -> int:
        """The number of files that must be left out, because their bytes came before."""
        return len(self.files) - self.bad - len(self.contents)


def make_burst(files: int, datasets: int, seed: int) -> Burst:
    """Make a burst; the same seed makes the same one."""
    choose = random.Random(seed)  # noqa: S311 - chance, not secrets
    names = tuple(f"sensor{number:02}" for number in range(datasets))
    made: list[File] = []
    seen: dict[str, list[int]] = {name: [] for name in names}
    times = sorted(choose.uniform(0, SECONDS) for _ in range(files))
    for number, at in enumerate(times):
        # Every dataset gets its share, in an order that nobody chose.
        name = names[number % datasets] if number < datasets else choose.choice(names)
        content = _content(choose, seen[name], number)
        made.append(File(name, f"{name}/{number:06}.csv", at, content))
    deliveries: list[tuple[float, int]] = []
    for number, file in enumerate(made):
        first = file.at + choose.uniform(*DELAY)
        deliveries.append((first, number))
        if choose.random() < REDELIVERED_SHARE:
            deliveries.append((first + choose.uniform(*LATER), number))
    return Burst(names, tuple(made), tuple(sorted(deliveries)))


def _content(choose: random.Random, seen: list[int], number: int) -> int | None:
    drawn = choose.random()
    if drawn < BAD_SHARE:
        return None
    if seen and drawn < BAD_SHARE + DUPLICATE_SHARE:
        return choose.choice(seen)
    seen.append(number)
    return number
