"""One run of one dataset, and the places where it keeps what it knows."""

from dataclasses import dataclass

from lake_runtime.artifacts import Artifacts
from lake_runtime.audit import AuditLog
from lake_runtime.circuit import Circuit
from lake_runtime.contracts import Dataset, Product, load_contracts
from lake_runtime.environment import Environment
from lake_runtime.errors import ContractMissing
from lake_runtime.identity import run_prefix
from lake_runtime.ledger import Ledger
from lake_runtime.lock import DatasetLock
from lake_runtime.records import Batch, Claim
from lake_runtime.telemetry import logger

CLAIMS = "claims.json"
BATCH = "batch.json"
INDEX = "batches.json"
INPUT = "input.json"
VERDICTS = "verdicts.json"
STAGE = "stage.json"
PUBLISH = "publish.json"
JUDGEMENT = "judgement.json"
RUN = "run.json"


@dataclass(frozen=True)
class Run:
    """A run by its dataset (or product) and id."""

    environment: Environment
    dataset: str
    run_id: str

    @property
    def prefix(self) -> str:
        """The key prefix of the run's artifacts."""
        return run_prefix(self.dataset, self.run_id)

    @property
    def artifacts(self) -> Artifacts:
        """The run's documents."""
        return Artifacts(self.environment.artifacts_bucket, self.prefix)

    @property
    def ledger(self) -> Ledger:
        """The dataset's part of the ledger."""
        return Ledger(self.environment.ledger_table, self.environment.scope(self.dataset))

    @property
    def lock(self) -> DatasetLock:
        """The dataset's lock."""
        return DatasetLock(self.ledger)

    @property
    def circuit(self) -> Circuit:
        """The dataset's circuit."""
        return Circuit(self.ledger)

    @property
    def audit(self) -> AuditLog:
        """The dataset's part of the audit table."""
        return AuditLog(
            self.environment.audit_table,
            self.environment.scope(self.dataset),
            self.environment.owner_scope,
            self.dataset,
        )

    def contract(self) -> Dataset | Product | None:
        """Give the contract that is deployed now; None if there is none that can be read."""
        try:
            contracts = load_contracts(self.environment.contracts_uri)
        except ContractMissing:
            # It may be the very reason why the run failed, which must be closed all the same.
            logger.exception("a run is closed without its contract")
            return None
        return contracts.datasets.get(self.dataset) or contracts.products.get(self.dataset)

    def claims(self) -> list[Claim]:
        """Give what the run claimed; empty if it was never opened that far."""
        return [Claim.model_validate(entry) for entry in self.artifacts.read(CLAIMS) or []]

    def batch(self) -> Batch | None:
        """Give the batch that the run took whole; None where it took what waited."""
        content = self.artifacts.read(BATCH)
        return None if content is None else Batch.model_validate(content)
