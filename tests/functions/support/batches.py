"""A dataset that comes in batches, and its manifests."""

import itertools
import json
from typing import Any

from tests.functions.support.contracts import dataset_contract, default_bundle
from tests.functions.support.lake import Lake
from tests.functions.support.resources import Version

PLANES = "planes"
MANIFEST = "planes/all.manifest.json"
_seconds = itertools.count()


def batch_lake(lake: Lake, *, deadline_minutes: int = 60, **changes: Any) -> Lake:
    """Give the lake a dataset `planes` whose files are loaded by manifest."""
    bundle = default_bundle()
    trigger: dict[str, Any] = {"mode": "manifest", "suffix": ".manifest.json"}
    trigger["deadline_minutes"] = deadline_minutes
    bundle["datasets"][PLANES] = dataset_contract(PLANES, trigger=trigger, **changes)
    lake.deploy(bundle)
    return lake


def manifest(*names: str, **facts: Any) -> bytes:
    """Give a manifest of files by name, with the same facts for each."""
    return json.dumps({"files": [{"name": name, **facts} for name in names]}).encode()


def upload(lake: Lake, key: str, body: bytes) -> tuple[Version, dict[str, Any]]:
    """Upload an object and give its event, which is later than all before."""
    minute, second = divmod(next(_seconds) % 3600, 60)
    version = lake.upload(key, body)
    return version, lake.event(version, time=f"2026-01-01T00:{minute:02}:{second:02}Z")


def arrive(lake: Lake, key: str, body: bytes) -> Version:
    """Upload an object and register it."""
    version, event = upload(lake, key, body)
    assert lake.register(event) == []
    return version


def statuses(lake: Lake, *versions: Version) -> list[str]:
    """Give what the ledger says of some versions of the dataset."""
    return [lake.status(version, PLANES) for version in versions]


def claimed(lake: Lake, run_id: str = "run-1") -> list[str]:
    """Give the keys that a run claimed."""
    return sorted(claim["key"] for claim in lake.artifact(run_id, "claims.json", PLANES))
