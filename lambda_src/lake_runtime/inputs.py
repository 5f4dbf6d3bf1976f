"""Whether a data product has anything new to be built from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lake_runtime.contracts import Contracts, Product
from lake_runtime.environment import Environment
from lake_runtime.ledger import Ledger
from lake_runtime.run import INPUT, Run

Inputs = dict[str, dict[str, Any]]
"""The published state of each input by name: `run_id`, `snapshot_id` and `table`."""


@dataclass(frozen=True)
class ProductInputs:
    """What a product may be built from, as the ledger has it now.

    A product is tried once for each state of its inputs and each of its definitions; a try that
    failed is worth another one, a try that was not good enough is not.
    """

    environment: Environment
    contracts: Contracts
    product: Product

    def moved(self) -> Inputs | None:
        """Give the published state of each input if the product should be built now.

        That is when every input has been published, none of them is a product that waits to be
        built itself, and the last try was of something else or failed. None otherwise.
        """
        inputs = self._published(self.product)
        if inputs is None or not self.are_settled():
            return None
        tried = self._ledger(self.product.name).attempt()
        again = tried is not None and tried["outcome"] == "failed"
        return inputs if again or not _is_of(tried, self.product, inputs) else None

    def moved_since(self, run: Run) -> bool:
        """Tell whether an input was published after a run wrote down what it is built from.

        It compares with the run and not with the last build: a product that fails its quality
        rules would be built again and again from the same inputs.
        """
        taken = _runs((run.artifacts.read(INPUT) or {}).get("inputs", {}))
        inputs = self._published(self.product)
        moved = inputs is not None and bool(taken) and _runs(inputs) != taken
        return moved and self.are_settled()

    def are_settled(self) -> bool:
        """Tell whether each product among the inputs, and among theirs, was tried from what its
        own inputs have published.

        If not, one is being built or about to be: building from it now would mix what came before
        a publish with what came after, and be repeated when it is done.
        """
        return all(
            self._is_settled(self.contracts.products[name])
            for name in self.product.inputs
            if name in self.contracts.products
        )

    def unchanged(self, inputs: Inputs) -> bool:
        """Tell whether the product's rows were published from these very snapshots.

        A table without snapshots may always have changed.
        """
        state = self._ledger(self.product.name).state() or {}
        snapshots = {name: source["snapshot_id"] for name, source in inputs.items()}
        return (
            all(snapshots.values())
            and state.get("input_snapshots") == snapshots
            and state.get("fingerprint") == self.product.fingerprint
        )

    def _is_settled(self, product: Product) -> bool:
        inputs = self._published(product)
        if inputs is None:
            return True
        tried = self._ledger(product.name).attempt()
        above = ProductInputs(self.environment, self.contracts, product)
        return _is_of(tried, product, inputs) and above.are_settled()

    def _published(self, product: Product) -> Inputs | None:
        inputs: Inputs = {}
        for name in product.inputs:
            state = self._ledger(name).state()
            if state is None:
                return None
            inputs[name] = {
                "run_id": state["last_published_run"],
                "snapshot_id": state.get("snapshot_id"),
                "table": state["table"],
            }
        return inputs

    def _ledger(self, name: str) -> Ledger:
        return Ledger(self.environment.ledger_table, self.environment.scope(name))


def attempt_of(given: Mapping[str, Any], run_id: str, outcome: str) -> dict[str, Any] | None:
    """Give what the ledger keeps of a try to build a product, from the run's `input.json`.

    None for a run of a dataset.
    """
    if "inputs" not in given:
        return None
    return {
        "run_id": run_id,
        "outcome": outcome,
        "inputs": _runs(given["inputs"]),
        "fingerprint": given.get("fingerprint", ""),
    }


def _is_of(tried: Mapping[str, Any] | None, product: Product, inputs: Inputs) -> bool:
    return (
        tried is not None
        and tried["inputs"] == _runs(inputs)
        and tried["fingerprint"] == product.fingerprint
    )


def _runs(inputs: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    return {name: source["run_id"] for name, source in inputs.items()}
