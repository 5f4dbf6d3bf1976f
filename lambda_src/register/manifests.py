"""Registering the files and manifests of a dataset that comes in batches."""

from botocore.exceptions import ClientError

from lake_runtime.artifacts import ABSENT
from lake_runtime.batches import Batches
from lake_runtime.contracts import Dataset
from lake_runtime.ledger import Ledger, Status
from lake_runtime.manifests import MOST_BYTES, ManifestError, read_manifest
from lake_runtime.objects import read_start
from lake_runtime.records import Claim
from register.results import Kind, Registration


def register_in_batch(claim: Claim, dataset: Dataset, ledger: Ledger) -> Registration:
    """Record a file or a manifest; a run starts once a batch is complete, in whichever order.

    Doing it again changes nothing, and asks again for the run of a batch that waits. A manifest
    that cannot be followed gets a run of its own, whose inspection rejects it.
    """
    batches = Batches(ledger)
    is_known = ledger.arrival(claim.arrival_id) is not None
    if dataset.is_manifest(claim.key):
        if not is_known:
            _enter_manifest(claim, dataset, batches)
        ready = [claim.arrival_id] if batches.advance(claim.arrival_id) else []
    else:
        ledger.record(claim, Status.HELD)
        batches.offer(claim)
        ready = batches.wake(claim.key)
    kind = Kind.KNOWN if is_known else Kind.REGISTERED
    return Registration(kind, claim.arrival_id, dataset.name if ready else None, tuple(ready))


def _enter_manifest(claim: Claim, dataset: Dataset, batches: Batches) -> None:
    try:
        content = read_start(claim, MOST_BYTES)
        files = read_manifest(content, claim.size, claim.key, dataset)
    except ManifestError:
        batches.replace(claim)
        batches.ledger.register(claim)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ABSENT:
            raise
        reason = "this version of the manifest was deleted before it was read"
        batches.ledger.record(claim, Status.MISSING, reason=reason)
    else:
        batches.enter(claim, files)
