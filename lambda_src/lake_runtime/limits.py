"""How much failure a run was told to endure when it was opened."""

from collections.abc import Callable, Mapping
from typing import Any, Self

from lake_runtime.contract_parts import Retry
from lake_runtime.contracts import Dataset, Product
from lake_runtime.records import Record


class Limits(Record):
    """What the contract said when the run was opened; kept in its audit record.

    Closing reads it there, so that a run is closed even where its contract is gone. A run that
    failed before it was open has what the contract says now. The defaults are those of a contract
    that says nothing.
    """

    max_attempts: int = 5
    circuit_failures: int = 3
    circuit_cool_down_minutes: int = 60

    @classmethod
    def of(cls, contract: Dataset | Product) -> Self:
        """Give the limits of a contract; a product has no arrivals to try again."""
        retry = contract.retry if isinstance(contract, Dataset) else Retry()
        return cls(
            max_attempts=retry.max_attempts,
            circuit_failures=contract.circuit.failures,
            circuit_cool_down_minutes=contract.circuit.cool_down_minutes,
        )

    @classmethod
    def recorded(
        cls, record: Mapping[str, Any] | None, contract: Callable[[], Dataset | Product | None]
    ) -> Self:
        """Give the limits in a run's audit record; where it has none, those of the contract.

        `contract` gives that, or None where there is none any more: then they are the defaults.
        """
        kept = (record or {}).get("limits")
        if kept is None:
            found = contract()
            return cls() if found is None else cls.of(found)
        return cls(**{name: int(value) for name, value in kept.items()})
