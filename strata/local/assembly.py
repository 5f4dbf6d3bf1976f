"""The cloud assembly: what synthesis wrote for one environment, read back for deployment."""

import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from strata.errors import StrataError
from strata.paths import ROOT

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time that every file in an archive gets, so that equal folders give equal bytes."""


@dataclass(frozen=True)
class Stack:
    """One synthesised stack."""

    name: str
    template_uri: str
    """Where the template is once the assets are uploaded: it may be too long to be sent along."""
    tags: dict[str, str]
    region: str


@dataclass(frozen=True)
class FileAsset:
    """One file or folder that the stacks expect in the bootstrap bucket."""

    source: Path
    is_folder: bool
    bucket: str
    key: str

    def content(self) -> bytes:
        """Give the bytes to upload: the file itself, or the folder as a zip archive."""
        if not self.is_folder:
            return self.source.read_bytes()
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(path for path in self.source.rglob("*") if path.is_file()):
                name = path.relative_to(self.source).as_posix()
                archive.writestr(zipfile.ZipInfo(name, EPOCH), path.read_bytes())
        return buffer.getvalue()


@dataclass(frozen=True)
class Assembly:
    """The stacks of one environment, in the order in which they can be deployed."""

    stacks: tuple[Stack, ...]
    assets: tuple[FileAsset, ...]


def synthesise(environment: str, folder: Path, contracts: Path | None = None) -> Assembly:
    """Run `app.py` for one environment, without any CLI, and read what it wrote to `folder`.

    `contracts` is the folder of the contracts, by default the checkout's own.

    The app reads the feature flags of cdk.json by itself, so the templates are those of the CLI.
    Raises `StrataError` with the app's own words if it fails.
    """
    outcome = subprocess.run(
        [sys.executable, str(ROOT / "app.py")],
        cwd=ROOT,
        env=os.environ
        | {
            "CDK_OUTDIR": str(folder),
            "CDK_CONTEXT_JSON": json.dumps(
                {"env": environment} | ({"contracts": str(contracts)} if contracts else {})
            ),
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if outcome.returncode != 0:
        raise StrataError(f"synthesis of {environment} failed:\n{outcome.stderr.strip()}")
    return read_assembly(folder)


def read_assembly(folder: Path) -> Assembly:
    """Read the assembly in `folder`; raises `StrataError` if there is none."""
    manifest_file = folder / "manifest.json"
    if not manifest_file.exists():
        raise StrataError(f"{folder} holds no cloud assembly; synthesise first.")
    artifacts: dict[str, Any] = json.loads(manifest_file.read_text())["artifacts"]
    stacks = {
        name: _stack(name, artifact)
        for name, artifact in artifacts.items()
        if artifact["type"] == "aws:cloudformation:stack"
    }
    order = TopologicalSorter(
        {name: artifacts[name].get("dependencies", []) for name in artifacts}
    ).static_order()
    return Assembly(
        stacks=tuple(stacks[name] for name in order if name in stacks),
        assets=tuple(asset for name in artifacts for asset in _assets(folder, artifacts[name])),
    )


def _stack(name: str, artifact: dict[str, Any]) -> Stack:
    properties = artifact["properties"]
    return Stack(
        name=properties.get("stackName", name),
        template_uri=properties["stackTemplateAssetObjectUrl"],
        tags=properties.get("tags", {}),
        region=artifact["environment"].rsplit("/", 1)[1],
    )


def _assets(folder: Path, artifact: dict[str, Any]) -> list[FileAsset]:
    if artifact["type"] != "cdk:asset-manifest":
        return []
    files = json.loads((folder / artifact["properties"]["file"]).read_text())["files"]
    return [
        FileAsset(
            source=folder / entry["source"]["path"],
            is_folder=entry["source"]["packaging"] == "zip",
            bucket=destination["bucketName"],
            key=destination["objectKey"],
        )
        for entry in files.values()
        for destination in entry["destinations"].values()
    ]
