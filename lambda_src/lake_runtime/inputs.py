"""Whether a data product has anything new to be built from."""

from typing import Any

from lake_runtime.contracts import Product
from lake_runtime.ledger import Ledger
from lake_runtime.run import INPUT, Run


def moved_inputs(run: Run, product: Product) -> dict[str, dict[str, Any]] | None:
    """Give the published state of each input, by name, if the product should be built now.

    That is when every input has been published and at least one has been since the product's
    last build. None otherwise.
    """
    inputs = _published_inputs(run, product)
    built_from = (run.ledger.state() or {}).get("inputs", {})
    return inputs if inputs and _differ(inputs, built_from) else None


def moved_meanwhile(run: Run, product: Product) -> bool:
    """Tell whether an input was published after this run wrote down what it is built from.

    It compares with the run and not with the last build: a product that fails its quality rules
    would be built again and again from the same inputs.
    """
    inputs = _published_inputs(run, product)
    given = (run.artifacts.read(INPUT) or {}).get("inputs", {})
    taken = {name: source["run_id"] for name, source in given.items()}
    return inputs is not None and bool(taken) and _differ(inputs, taken)


def _published_inputs(run: Run, product: Product) -> dict[str, dict[str, Any]] | None:
    inputs: dict[str, dict[str, Any]] = {}
    for name in product.inputs:
        state = Ledger(run.environment.ledger_table, run.environment.scope(name)).state()
        if state is None:
            return None
        inputs[name] = {
            "run_id": state["last_published_run"],
            "snapshot_id": state.get("snapshot_id"),
            "table": state["table"],
        }
    return inputs


def _differ(inputs: dict[str, dict[str, Any]], runs: dict[str, str]) -> bool:
    return any(runs.get(name) != source["run_id"] for name, source in inputs.items())
