"""What the templates of so many datasets hold, beside CloudFormation's limits, and cost."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from config.settings import Settings
from data_lake.contracts import load_contracts
from strata.cost.estimate import Inputs, estimate
from strata.cost.lake import read_lake
from strata.cost.prices import read_prices
from strata.cost.usage import EMPTY, DatasetUsage, Usage
from strata.cost.work import read_work
from strata.review.comparing import MOST_BYTES, MOST_RESOURCES

SUPERLINEAR: Final = 1.1
"""From this power of the datasets on, something grows faster than they do."""


@dataclass(frozen=True)
class StackSize:
    """The resources and bytes of one template."""

    stack: str
    resources: int
    size: int

    @property
    def over(self) -> bool:
        """Tell whether CloudFormation refuses it."""
        return self.resources > MOST_RESOURCES or self.size > MOST_BYTES


@dataclass(frozen=True)
class Figures:
    """One synthesis.

    Attributes:
        datasets: how many.
        stacks: the templates, nested ones too.
        seconds: of the synthesis, by the wall.
        cpu: seconds of CPU of all its processes.
        peak: bytes of memory at the most, of all its processes.
        idle_usd: the month of the lake while nothing comes.
        used_usd: the month with one small file a day for each dataset.
    """

    datasets: int
    stacks: tuple[StackSize, ...]
    seconds: float
    cpu: float
    peak: int
    idle_usd: float
    used_usd: float

    @property
    def resources(self) -> int:
        """The resources of all stacks."""
        return sum(one.resources for one in self.stacks)

    @property
    def size(self) -> int:
        """The bytes of all templates."""
        return sum(one.size for one in self.stacks)


def sizes_of(assembly: Path) -> tuple[StackSize, ...]:
    """Give the size of every template of an assembly."""
    return tuple(
        StackSize(
            file.name.removesuffix(".template.json"),
            len(json.loads(file.read_text())["Resources"]),
            file.stat().st_size,
        )
        for file in sorted(assembly.rglob("*.template.json"))
    )


def costs_of(assembly: Path, folder: Path, settings: Settings) -> tuple[float, float]:
    """Give the month of an idle lake, and with a file a day for each dataset."""
    contracts = load_contracts(folder)
    lake = read_lake(assembly, settings, contracts)
    daily = DatasetUsage(files_per_day=1, rows_per_day=1_000, gb_per_day=0.001)
    used = Usage(months=12, datasets=dict.fromkeys(contracts.datasets, daily))
    prices, work = read_prices(), read_work()
    idle, busy = (estimate(Inputs(lake, one, prices, work)).total.expected for one in (EMPTY, used))
    return idle, busy


def faster(few: Figures, many: Figures) -> list[str]:
    """Name what grows faster than the datasets from one synthesis to the next."""
    ratio = (many.datasets / few.datasets) ** SUPERLINEAR
    amounts = {
        "resources": (few.resources, many.resources),
        "bytes of templates": (few.size, many.size),
        "seconds of CPU": (few.cpu, many.cpu),
        "memory": (few.peak, many.peak),
        "dollars of an idle lake": (few.idle_usd, many.idle_usd),
        "dollars of a lake in use": (few.used_usd, many.used_usd),
    }
    return [name for name, (before, after) in amounts.items() if after > before * ratio]


def over_limits(figures: Sequence[Figures]) -> list[str]:
    """Name the stacks that CloudFormation would refuse."""
    return [
        f"{one.datasets} datasets: {stack.stack} has {stack.resources} resources of "
        f"{MOST_RESOURCES} and {stack.size:,} bytes of {MOST_BYTES:,}"
        for one in figures
        for stack in one.stacks
        if stack.over
    ]
