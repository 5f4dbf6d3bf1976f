"""What a manifest says, held against what arrived."""

from inspect_files.content import Content
from inspect_files.faults import Fault
from lake_runtime.contracts import Dataset
from lake_runtime.manifests import ManifestError, read_manifest
from lake_runtime.records import Batch, Claim


def manifest_fault(content: Content, claim: Claim, dataset: Dataset) -> Fault:
    """Say what is wrong with a manifest that a run claimed alone, because it lists no batch."""
    try:
        read_manifest(content.head, content.size, claim.key, dataset)
    except ManifestError as error:
        return Fault("manifest", str(error))
    return Fault("manifest", "it arrived under another version of the contract; upload it again")


def checksum_fault(content: Content, claim: Claim, batch: Batch | None) -> Fault | None:
    """Give the fault of a file whose bytes are not those that its manifest names, or None."""
    listed = batch.listed(claim.key) if batch else None
    if listed is None or listed.sha256 is None or listed.sha256 == content.checksum:
        return None
    if not content.is_hashed:
        return Fault(
            "checksum",
            f"sha256 cannot be compared: a file of {content.size} bytes is not read to its end "
            "before Spark; leave its sha256 out of the manifest, or split it",
        )
    return Fault(
        "checksum",
        f"sha256: the manifest says {listed.sha256}, the file has {content.checksum}",
    )
