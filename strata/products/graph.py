"""The datasets and products of a lake and what reads what."""

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
    datasets = [
        Part(name, "dataset", 0, (), contract.format)
        for name, contract in sorted(contracts.datasets.items())
    ]
    inputs = {name: contract.inputs for name, contract in contracts.products.items()}
    products = [
        Part(name, "product", number, inputs[name], contracts.products[name].format)
        for number, wave in enumerate(waves(inputs), start=1)
        for name in wave
    ]
    return LakeGraph((*datasets, *products))
