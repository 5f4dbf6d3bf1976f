"""The work of a dataset that comes in batches: the files of one manifest, all of them."""

from dataclasses import dataclass

from lake_runtime.batches import Batches
from lake_runtime.claims import claim_arrivals, claim_files
from lake_runtime.ledger import Status
from lake_runtime.records import Batch, Claim
from lake_runtime.run import BATCH, CLAIMS, Run
from open_run.work import Taken, write_batches

_LOOKS = 20


@dataclass(frozen=True)
class BatchWork:
    """The manifest that has waited longest, once every file it lists is there."""

    run: Run
    files_per_inspection: int

    def is_pending(self) -> bool:
        """Tell whether any manifest waits for a run."""
        return self.run.ledger.has_waiting()

    def take(self) -> Taken | None:
        """Claim a manifest and all its files, or a malformed manifest alone to be rejected.

        What is to be claimed is written down first, as for any run.
        """
        claims = self.run.claims() or self._choose()
        if not claims:
            return None
        batch = self.run.batch()
        ledger, run_id = self.run.ledger, self.run.run_id
        claim_arrivals(ledger, run_id, [batch.manifest] if batch else claims)
        if batch:
            claim_files(ledger, run_id, claims)
        return write_batches(self.run, claims, self.files_per_inspection)

    def _choose(self) -> list[Claim]:
        ledger = self.run.ledger
        batches = Batches(ledger)
        for _ in range(_LOOKS):
            waiting = ledger.waiting(1)
            if not waiting:
                break
            claim = waiting[0]
            is_replaced = batches.drop_replaced(claim.arrival_id)
            arrival = ledger.arrival(claim.arrival_id) or {}
            if is_replaced or arrival.get("status") != Status.WAITING:
                # Claiming what does not wait takes its marker away, and nothing else.
                claim_arrivals(ledger, self.run.run_id, [claim])
                continue
            listed = batches.listed(claim.arrival_id)
            files = batches.ready(listed) if listed else [claim]
            if files is None:
                batches.hold(claim)
                continue
            if listed:
                again = {"reprocessing": claim.reprocessing}
                files = [file.model_copy(update=again) for file in files]
                batch = Batch(manifest=claim, files=tuple(listed))
                self.run.artifacts.write(BATCH, batch.model_dump())
            self.run.artifacts.write(CLAIMS, [file.model_dump() for file in files])
            return files
        return []
