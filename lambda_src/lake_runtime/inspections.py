"""The inspections of a run: one document per file, and one per batch for those who read all."""

from collections.abc import Iterable, Sequence

from lake_runtime.artifacts import delete_keys
from lake_runtime.parallel import in_parallel
from lake_runtime.records import Claim, Inspection
from lake_runtime.run import Run


def write_inspection(run: Run, inspection: Inspection) -> None:
    """Write one file's inspection, so that a repeated batch goes on where it was cut off."""
    run.artifacts.write(_name(inspection.arrival_id), inspection.model_dump(mode="json"))


def read_inspection(run: Run, arrival_id: str) -> Inspection | None:
    """Give one file's inspection, or None if it was not inspected yet."""
    content = run.artifacts.read(_name(arrival_id))
    return None if content is None else Inspection.model_validate(content)


def write_batch(run: Run, batch_uri: str, inspections: Iterable[Inspection]) -> None:
    """Write the inspections of a whole batch as one document beside the single ones."""
    name = f"inspections/batch-{batch_uri.rsplit('/', 1)[-1]}"
    run.artifacts.write(name, [found.model_dump(mode="json") for found in inspections])


def forget_inspections(run: Run, claims: Sequence[Claim]) -> None:
    """Delete the inspections of a run's claims, so that its files are inspected anew."""
    names = [_name(claim.arrival_id) for claim in claims]
    names += [f"inspections/batch-{number:04}.json" for number in range(len(claims))]
    delete_keys(run.artifacts.bucket, [f"{run.artifacts.prefix}{name}" for name in names])


def read_inspections(run: Run, claims: Sequence[Claim]) -> dict[str, Inspection]:
    """Give all inspections by arrival id; a claim that was not inspected is left out.

    Batches are read first: thousands of single documents would take a function minutes.
    """
    found: dict[str, Inspection] = {}
    number = 0
    while (batch := run.artifacts.read(f"inspections/batch-{number:04}.json")) is not None:
        found |= {entry["arrival_id"]: Inspection.model_validate(entry) for entry in batch}
        number += 1
    rest = [claim.arrival_id for claim in claims if claim.arrival_id not in found]
    single = in_parallel(lambda arrival_id: read_inspection(run, arrival_id), rest)
    return found | {entry.arrival_id: entry for entry in single if entry is not None}


def _name(arrival_id: str) -> str:
    return f"inspections/{arrival_id}.json"
