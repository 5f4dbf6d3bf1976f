"""Whether a data product has anything new to be built from."""

from typing import Any

from lake_runtime.contracts import Product
from lake_runtime.run import Run


def moved_inputs(run: Run, product: Product) -> dict[str, dict[str, Any]] | None:
    """Give the published state of each input, by name, if the product should be built now.

    That is when every input has been published and at least one has been since the product's
    last build. None otherwise.
    """
    built_from = (run.ledger.state() or {}).get("inputs", {})
    inputs: dict[str, dict[str, Any]] = {}
    for name in product.inputs:
        state = Run(run.environment, name, run.run_id).ledger.state()
        if state is None:
            return None
        inputs[name] = {
            "run_id": state["last_published_run"],
            "snapshot_id": state.get("snapshot_id"),
            "table": state["table"],
        }
    moved = any(built_from.get(name) != source["run_id"] for name, source in inputs.items())
    return inputs if moved else None
