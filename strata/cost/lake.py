"""What the templates of one environment say that has a price."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from config.settings import Settings
from data_lake.contracts import ContractSet
from strata.errors import StrataError
from strata.review.values import short

SECOND_REGION: Final = ("Replica", "Recovery")
"""The stacks of the second region, where no manifest says so."""
DPU: Final[Mapping[str, int]] = {
    **{f"G.{size}X": size for size in (1, 2, 4, 8, 12, 16)},
    **{f"R.{size}X": size for size in (1, 2, 4, 8)},
}
"""What a worker of each type is billed: https://docs.aws.amazon.com/glue/latest/dg/worker-types.html"""


@dataclass(frozen=True)
class Resource:
    """One resource of a template."""

    stack: str
    region: str
    name: str
    kind: str
    properties: Mapping[str, Any]

    def owner(self, names: frozenset[str]) -> str:
        """Give the dataset or product that it is for, by its dimensions or input; else empty."""
        found = {text for text in _texts(self.properties) if text in names}
        return found.pop() if len(found) == 1 else ""


def _texts(value: Any) -> Iterator[str]:
    """Give what a `dataset` is called in dimensions, in the input of a schedule, or as JSON."""
    if isinstance(value, dict):
        if value.get("Name") == "dataset" and isinstance(value.get("Value"), str):
            yield value["Value"]
        for key, one in value.items():
            if key == "dataset" and isinstance(one, str):
                yield one
            elif key == "Input" and isinstance(one, str):
                yield from _texts(_json(one))
            else:
                yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


@dataclass(frozen=True)
class JobSize:
    """Workers of a Glue job, as a template gives them."""

    worker_type: str
    workers: int


@dataclass(frozen=True)
class Lake:
    """One environment as it would be deployed.

    Attributes:
        environment: its name.
        region: its first region.
        resources: of all its stacks.
        contracts: what its bundle was compiled from.
    """

    environment: str
    region: str
    resources: tuple[Resource, ...]
    contracts: ContractSet

    @property
    def names(self) -> frozenset[str]:
        """The datasets and products."""
        return frozenset(self.contracts.all())

    @cached_property
    def regions(self) -> set[str]:
        """Every region that has a resource."""
        return {one.region for one in self.resources}

    def of(self, kind: str) -> list[Resource]:
        """Give the resources of one type."""
        return [one for one in self.resources if one.kind == kind]

    def job(self, step: str) -> JobSize:
        """Give the size of a job by its step: `IngestStage`, `IngestPublish`, `CurateBuild`, …

        Raises `StrataError` if there is not exactly one.
        """
        found = [one for one in self.of("AWS::Glue::Job") if short(one.name).endswith(f"{step}Job")]
        if len(found) != 1:
            raise StrataError(
                f"{self.environment}: the templates must have one Glue job {step}: got {len(found)}"
            )
        properties = found[0].properties
        return JobSize(properties["WorkerType"], properties["NumberOfWorkers"])

    def setting(self, variable: str, default: float) -> float:
        """Give a number that the functions are told in their environment."""
        for one in self.of("AWS::Lambda::Function"):
            value = one.properties.get("Environment", {}).get("Variables", {}).get(variable)
            if isinstance(value, str):
                return float(value)
        return default

    def memory_gb(self) -> float:
        """Give the memory of the functions that open and close runs, in GB."""
        found = [one.properties.get("MemorySize", 128) for one in self.of("AWS::Lambda::Function")]
        return min(found, default=1024) / 1024

    def bucket(self, zone: str) -> Mapping[str, Any]:
        """Give the properties of a zone's bucket in the first region; empty without one."""
        for one in self.of("AWS::S3::Bucket"):
            name = one.properties.get("BucketName", "")
            if one.region == self.region and isinstance(name, str) and f"-{zone}-" in name:
                return one.properties
        return {}


def read_lake(folder: Path, settings: Settings, contracts: ContractSet) -> Lake:
    """Read a cloud assembly, or a folder of templates such as `tests/snapshots/<environment>`.

    Raises:
        StrataError: there is no template, or one is not JSON.
    """
    files = sorted(folder.glob("*.template.json"))
    files = files or [file for file in sorted(folder.glob("*.json")) if file.stem != "manifest"]
    regions = _regions(folder)
    resources: list[Resource] = []
    for file in files:
        stack = file.name.removesuffix(".json").removesuffix(".template")
        try:
            found = json.loads(file.read_text(encoding="utf-8"))["Resources"]
            region = regions.get(stack) or _region(stack, settings)
            resources += (
                Resource(stack, region, name, one["Type"], one.get("Properties", {}))
                for name, one in found.items()
                if one["Type"] != "AWS::CDK::Metadata"
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StrataError(f"{file}: must be a template in JSON: {error!r}") from error
    if not resources:
        raise StrataError(f"{folder}: holds no templates; synthesise first: make synth")
    return Lake(settings.environment, settings.region, tuple(resources), contracts)


def _regions(folder: Path) -> dict[str, str]:
    """Give the region of each stack, as the assembly's manifest says it."""
    manifest = folder / "manifest.json"
    if not manifest.exists():
        return {}
    artifacts = json.loads(manifest.read_text(encoding="utf-8")).get("artifacts", {})
    return {
        one["properties"]["templateFile"].removesuffix(".template.json"): one["environment"].rsplit(
            "/", 1
        )[-1]
        for one in artifacts.values()
        if one["type"] == "aws:cloudformation:stack"
    }


def _region(stack: str, settings: Settings) -> str:
    second = settings.recovery_region
    return second if second is not None and stack in SECOND_REGION else settings.region
