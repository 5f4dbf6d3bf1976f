"""All contracts of a lake, and the compiled bundle they become."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data_lake.contracts.models import DatasetContract, ProductContract

BUNDLE_FORMAT = 1


@dataclass(frozen=True)
class ContractSet:
    """The valid contracts of one folder, by name.

    Attributes:
        datasets: the contracts of datasets.
        products: the contracts of data products.
    """

    datasets: dict[str, DatasetContract]
    products: dict[str, ProductContract]

    def all(self) -> dict[str, DatasetContract | ProductContract]:
        """Every contract by name, datasets first."""
        return {**self.datasets, **self.products}

    def compile(self) -> dict[str, Any]:
        """The bundle that functions and Spark read: JSON types only."""
        return {
            "format": BUNDLE_FORMAT,
            "datasets": {name: dataset.compiled() for name, dataset in self.datasets.items()},
            "products": {name: product.compiled() for name, product in self.products.items()},
        }

    def write(self, path: Path) -> None:
        """Write the bundle; the same contracts give the same bytes, hence the same asset hash."""
        text = json.dumps(self.compile(), indent=1, sort_keys=True, ensure_ascii=True)
        path.write_bytes(f"{text}\n".encode())
