"""The two kinds of work a run can find: waiting arrivals, or inputs that moved on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lake_runtime.claims import claim_arrivals
from lake_runtime.engine import Engine, EngineEnvironment
from lake_runtime.identity import utc_now
from lake_runtime.inputs import ProductInputs
from lake_runtime.records import Claim
from lake_runtime.replays import change_of
from lake_runtime.run import CLAIMS, INPUT, Run

BYTES_PER_INSPECTION = 1024**3
"""One inspection streams at most about this much, so that it ends well within its timeout."""


class OpenRunEnvironment(EngineEnvironment):
    """The environment of the open_run function."""

    files_per_run: int
    files_per_inspection: int
    inline_batches: int
    lease_minutes: int


@dataclass(frozen=True)
class Taken:
    """What a run took: claimed files, their bytes, and the batches in which to inspect them."""

    claims: int = 0
    bytes: int = 0
    batches: tuple[str, ...] = ()
    unchanged: bool = False
    """Whether a product's inputs are the snapshots that it was built from before."""


class Work(Protocol):
    """What a run may find to do."""

    def is_pending(self) -> bool:
        """Tell, without the lock, whether there is anything to do."""

    def take(self) -> Taken | None:
        """Take what is there, under the lock; None if it is gone. Repeating takes the same."""


@dataclass(frozen=True)
class ArrivalWork:
    """The waiting arrivals of a dataset."""

    run: Run
    files_per_run: int
    files_per_inspection: int

    def is_pending(self) -> bool:
        """Tell whether any arrival waits."""
        return self.run.ledger.has_waiting()

    def take(self) -> Taken | None:
        """Claim what waits, up to the limit of files, and write the batches.

        The list is written before anything is claimed, so that whoever finds the run abandoned
        knows what it may have claimed.
        """
        wanted = self.run.claims()
        if not wanted:
            wanted = _of_one_kind(self.run.ledger.waiting(self.files_per_run))
            if not wanted:
                return None
            self.run.artifacts.write(CLAIMS, [claim.model_dump() for claim in wanted])
        held = claim_arrivals(self.run.ledger, self.run.run_id, wanted)
        if len(held) < len(wanted):
            self.run.artifacts.write(CLAIMS, [claim.model_dump() for claim in held])
        return write_batches(self.run, held, self.files_per_inspection) if held else None


def _of_one_kind(waiting: Sequence[Claim]) -> list[Claim]:
    """Keep what the first one belongs to: one replay, one reprocessing, or what producers sent.

    The first two are judged by other measures, so each is a run of its own.
    """
    return [claim for claim in waiting if _kind(claim) == _kind(waiting[0])]


def _kind(claim: Claim) -> tuple[str | None, str | None]:
    return change_of(claim.key), claim.reprocessing


def write_batches(run: Run, claims: Sequence[Claim], files: int) -> Taken:
    """Write down what a run claimed in batches of at most so many files for inspection."""
    batches = [
        run.artifacts.write(f"batches/{number:04}.json", [claim.model_dump() for claim in batch])
        for number, batch in enumerate(split_batches(claims, files))
    ]
    return Taken(len(claims), sum(claim.size for claim in claims), tuple(batches))


def split_batches(claims: Sequence[Claim], files: int) -> list[list[Claim]]:
    """Split claims into batches of at most so many files and, unless one file is, 1 GiB."""
    batches: list[list[Claim]] = []
    size = 0
    for claim in claims:
        full = batches and (len(batches[-1]) >= files or size + claim.size > BYTES_PER_INSPECTION)
        if full or not batches:
            batches.append([])
            size = 0
        batches[-1].append(claim)
        size += claim.size
    return batches


@dataclass(frozen=True)
class InputWork:
    """The published states of a product's inputs."""

    run: Run
    inputs: ProductInputs
    engine: Engine

    def is_pending(self) -> bool:
        """Tell whether all inputs are published and one moved on since the product was built."""
        return self.inputs.moved() is not None

    def take(self) -> Taken | None:
        """Write down which state of each input the product is built from."""
        given = self.run.artifacts.read(INPUT)
        if given is None:
            inputs = self.inputs.moved()
            if inputs is None:
                return None
            given = {
                "dataset": self.run.dataset,
                "run_id": self.run.run_id,
                "started_at": utc_now(),
                "fingerprint": self.inputs.product.fingerprint,
                "unchanged": self.inputs.unchanged(inputs),
                "engine": self.engine.describe(),
                "larger": self.engine.larger().describe(),
                "inputs": inputs,
            }
            self.run.artifacts.write(INPUT, given)
        return Taken(unchanged=given["unchanged"])
