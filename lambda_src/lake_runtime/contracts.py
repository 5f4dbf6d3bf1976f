"""The compiled contracts, read once per process and URI."""

import difflib
from collections.abc import Iterable
from functools import lru_cache
from graphlib import TopologicalSorter
from typing import Literal

from pydantic import Field, ValidationError

from lake_runtime.artifacts import read_json
from lake_runtime.contract_parts import (
    Circuit,
    Column,
    EngineWish,
    Part,
    Quality,
    Quarantine,
    RawFormat,
    Retry,
    Schedule,
    Trigger,
)
from lake_runtime.errors import ContractMissing


class Dataset(Part):
    """What the functions need of a dataset's contract."""

    name: str
    kind: Literal["dataset"]
    version: str
    write_mode: str
    evolution: Literal["strict", "additive", "permissive"] = "strict"
    raw: RawFormat
    columns: list[Column]
    quality: Quality
    engine: EngineWish = EngineWish()
    trigger: Trigger
    schedule: Schedule | None = None
    quarantine: Quarantine = Quarantine()
    retry: Retry = Retry()
    circuit: Circuit = Circuit()

    @property
    def hidden(self) -> frozenset[str]:
        """The columns whose values neither quarantine nor a reason may show."""
        if self.quarantine.clear_values:
            return frozenset()
        return frozenset(column.name for column in self.columns if column.is_classified)

    @property
    def may_be_absent(self) -> frozenset[str]:
        """What raw files call the columns that they may lack.

        A classified column is none of them: under another name it would not be protected.
        """
        if self.evolution == "strict":
            return frozenset()
        optional = (one for one in self.columns if not (one.required or one.is_classified))
        return frozenset(column.raw_name for column in optional)

    @property
    def comes_in_batches(self) -> bool:
        """Tell whether files wait until a manifest lists them."""
        return self.trigger.mode == "manifest"

    def is_manifest(self, key: str) -> bool:
        """Tell whether an object lists files instead of holding rows."""
        suffix = self.trigger.suffix
        return self.comes_in_batches and suffix is not None and key.endswith(suffix)


class Product(Part):
    """What the functions need of a data product's contract."""

    name: str
    kind: Literal["product"]
    version: str
    inputs: list[str]
    quality: Quality
    circuit: Circuit = Circuit()
    engine: EngineWish = EngineWish()
    fingerprint: str = ""
    """Changes when what the product computes does."""


class Contracts(Part):
    """All compiled contracts."""

    format: Literal[1]
    datasets: dict[str, Dataset]
    products: dict[str, Product] = Field(default_factory=dict)

    def dataset(self, name: str) -> Dataset:
        """Give a dataset's contract; raises `ContractMissing`."""
        if name not in self.datasets:
            raise _missing("dataset", name, self.datasets)
        return self.datasets[name]

    def any(self, name: str) -> Dataset | Product:
        """Give the contract of a dataset or of a product; raises `ContractMissing`."""
        found = self.datasets.get(name) or self.products.get(name)
        if found is None:
            raise _missing("dataset or product", name, [*self.datasets, *self.products])
        return found

    def claiming(self, key: str) -> Dataset | None:
        """Give the dataset whose raw prefix is the longest that the key starts with, or None."""
        found = [item for item in self.datasets.values() if key.startswith(item.raw.prefix)]
        return max(found, key=lambda item: len(item.raw.prefix), default=None)

    def waves_after(self, published: str) -> list[list[str]]:
        """Give the products to look at after a publish, in waves: each wave reads earlier ones.

        That is every product that the published dataset or product is an input of, be it through
        other products, and the products that these read besides: one of them may have been left
        behind, and nobody could be built from it before it has caught up.
        """
        below = {name for name in self.products if published in self._above(name)}
        wanted = below | {name for one in below for name in self._above(one)}
        wanted &= self.products.keys() - {published}
        sorter = TopologicalSorter({name: self.products[name].inputs for name in wanted})
        sorter.prepare()
        found: list[list[str]] = []
        while sorter.is_active():
            ready = sorter.get_ready()
            if wave := sorted(wanted.intersection(ready)):
                found.append(wave)
            sorter.done(*ready)
        return found

    def _above(self, name: str) -> set[str]:
        """Give all that a product is built from, be it through other products."""
        found: set[str] = set()
        left = [name]
        while left:
            product = self.products.get(left.pop())
            new = set(product.inputs) - found if product else set()
            found |= new
            left += new
        return found


def _missing(kind: str, name: str, names: Iterable[str]) -> ContractMissing:
    near = difflib.get_close_matches(name, list(names), n=1)
    hint = f"; did you mean {near[0]!r}" if near else ""
    return ContractMissing(
        f"contracts: no {kind} is named {name!r}{hint}; add contracts/{name}.odcs.yaml and deploy"
    )


@lru_cache(maxsize=4)
def load_contracts(uri: str) -> Contracts:
    """Read the compiled contracts; a new bundle has a new URI, so a URI is read once per process.

    Raises `ContractMissing` if there is none or it cannot be understood.
    """
    content = read_json(uri)
    if content is None:
        raise ContractMissing(f"{uri}: no compiled contracts there; deploy the processing stack")
    try:
        return Contracts.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ContractMissing(
            f"{uri}: {place}: {first['msg']} ({error.error_count()} problems); "
            "functions and contracts are of different releases: deploy both"
        ) from error
