"""What products read, as a graph: its cycles, and the order in which products are built."""

from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

Inputs = Mapping[str, Sequence[str]]
"""The inputs of each product by its name; what is no key is a dataset."""


def find_cycles(inputs: Inputs) -> list[tuple[str, ...]]:
    """The cycles among products, each once: ``("a", "b")`` if a reads b and b reads a.

    A cycle begins with its first name in the alphabet. Products that are in several cycles are
    named in one of them; once it is broken, the next one shows.
    """
    left = {name: list(reads) for name, reads in inputs.items()}
    cycles: list[tuple[str, ...]] = []
    while True:
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            # graphlib names each product before the one that reads it, the first one twice.
            cycle = list(reversed(error.args[1]))[:-1]
            first = cycle.index(min(cycle))
            cycles.append(tuple(cycle[first:] + cycle[:first]))
            for name in cycle:
                del left[name]
        else:
            return sorted(cycles)


def waves(inputs: Inputs, products: Iterable[str] | None = None) -> list[list[str]]:
    """Products in the order in which they are built: those of one wave do not read each other.

    Args:
        inputs: the inputs of every product, without cycles.
        products: which to order. Default: all.

    Raises:
        CycleError: products read each other in a circle.
    """
    wanted = set(inputs) if products is None else set(products)
    sorter = TopologicalSorter({name: inputs[name] for name in wanted})
    sorter.prepare()
    found: list[list[str]] = []
    while sorter.is_active():
        ready = sorter.get_ready()
        wave = sorted(name for name in ready if name in wanted)
        if wave:
            found.append(wave)
        sorter.done(*ready)
    return found
