"""The datasets and products of a lake and what reads what."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from data_lake.contracts import ContractSet
from data_lake.contracts.product_graph import waves


@dataclass(frozen=True)
class Part:
    """One dataset or product; `wave` is 0 for datasets, then the order in which products build."""

    name: str
    kind: str
    wave: int
    inputs: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class LakeGraph:
    """The parts in the order in which they are built, each with its inputs."""

    parts: tuple[Part, ...]

    @property
    def edges(self) -> list[tuple[str, str]]:
        """Every pair of an input and the product that reads it."""
        return [(name, part.name) for part in self.parts for name in part.inputs]

    @property
    def last(self) -> list[Part]:
        """The products that no other product reads."""
        read = {name for name, _ in self.edges}
        return [part for part in self.parts if part.inputs and part.name not in read]

    def part(self, name: str) -> Part:
        """Give a part by its name; raises `KeyError`."""
        return {part.name: part for part in self.parts}[name]


def read_graph(contracts: ContractSet) -> LakeGraph:
    """Give the graph of all contracts; datasets that no product reads are parts of it, too."""
    inputs = {name: contract.inputs for name, contract in contracts.products.items()}
    known = contracts.datasets | contracts.products
    notes: dict[str, str] = {name: contract.format for name, contract in known.items()}
    for name, contract in contracts.products.items():
        if contract.incremental is not None:
            columns = [part.column for part in contract.incremental.partitions]
            notes[name] += f", incremental by {', '.join(columns)}"
    return graph_of(inputs, notes, contracts.datasets)


def graph_of(
    inputs: Mapping[str, Sequence[str]],
    notes: Mapping[str, str] | None = None,
    datasets: Iterable[str] = (),
) -> LakeGraph:
    """Give the graph of products.

    Args:
        inputs: by product, in any order; what is no key is a dataset.
        notes: what is said of a part besides its name and kind. Default: nothing.
        datasets: those that are shown even if no product reads them. Default: none.
    """
    notes = notes or {}
    read = {name for reads in inputs.values() for name in reads} - inputs.keys()
    parts = [
        Part(name, "dataset", 0, (), notes.get(name, "")) for name in sorted(read.union(datasets))
    ]
    for number, wave in enumerate(waves(inputs), start=1):
        parts += [
            Part(name, "product", number, tuple(inputs[name]), notes.get(name, "")) for name in wave
        ]
    return LakeGraph(tuple(parts))
