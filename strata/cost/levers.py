"""What would save most: the estimate again, with one setting changed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from data_lake.contracts import ContractSet, DatasetContract, ProductContract
from data_lake.contracts.engine import FLEXIBLE
from data_lake.contracts.models import Trigger
from strata.cost.estimate import Inputs, Money, estimate
from strata.cost.lake import Lake, Resource
from strata.review.values import short

MOST: Final = 5
Contract = DatasetContract | ProductContract
_SMALLEST: Final = {"WorkerType": "G.1X", "NumberOfWorkers": 2}


@dataclass(frozen=True)
class Lever:
    """One change and what it saves in a month.

    Attributes:
        name: short, for JSON.
        text: what to change.
        saves: US dollars a month; negative in a case in which it costs more.
    """

    name: str
    text: str
    saves: Money


def levers(inputs: Inputs, most: int = MOST) -> list[Lever]:
    """Give the changes that save most, each by itself; those that save nothing are left out."""
    before = estimate(inputs).total
    found = []
    for name, text, change in _CHANGES:
        saves = before - estimate(change(inputs)).total
        if saves.expected >= 0.01:
            found.append(Lever(name, text, saves))
    return sorted(found, key=lambda one: -one.saves.expected)[:most]


def _with_contracts(inputs: Inputs, change: Callable[[Contract], Contract]) -> Inputs:
    contracts = inputs.lake.contracts
    datasets: dict[str, Any] = {name: change(one) for name, one in contracts.datasets.items()}
    products: dict[str, Any] = {name: change(one) for name, one in contracts.products.items()}
    return replace(inputs, lake=replace(inputs.lake, contracts=ContractSet(datasets, products)))


def _with_resources(inputs: Inputs, change: Callable[[Resource], Resource | None]) -> Inputs:
    changed = (change(one) for one in inputs.lake.resources)
    kept = tuple(one for one in changed if one is not None)
    return replace(inputs, lake=replace(inputs.lake, resources=kept))


def _micro_batch(minutes: int) -> Callable[[Inputs], Inputs]:
    """Let what starts runs on arrival look every so many minutes instead; each look is billed."""

    def change(inputs: Inputs) -> Inputs:
        trigger = Trigger(mode="micro_batch", every_minutes=minutes)
        # A dataset to which files come more rarely would be looked at for nothing.
        busy = {
            name
            for name, used in inputs.usage.datasets.items()
            if (used.times_per_day or used.files_per_day) > 24 * 60 / minutes
            and inputs.lake.contracts.datasets[name].trigger.mode == "on_arrival"
        }

        def batched(one: Contract) -> Contract:
            return one.model_copy(update={"trigger": trigger}) if one.name in busy else one

        changed = _with_contracts(inputs, batched)
        looks = tuple(_look(inputs.lake, name, minutes) for name in sorted(busy))
        lake = replace(changed.lake, resources=(*changed.lake.resources, *looks))
        return replace(changed, lake=lake)

    return change


def _look(lake: Lake, dataset: str, minutes: int) -> Resource:
    properties = {
        "ScheduleExpression": f"rate({minutes} minutes)",
        "Target": {"Arn": "sweep", "Input": {"dataset": dataset}},
    }
    name = f"Look{dataset}"
    return Resource("Processing", lake.region, name, "AWS::Scheduler::Schedule", properties)


def _flex(inputs: Inputs) -> Inputs:
    """Let every job that writes rows wait for spare capacity, with the workers that it offers."""
    offered = {
        step: size if (size := inputs.lake.job(step).worker_type) in FLEXIBLE else FLEXIBLE[-1]
        for step in ("IngestStage", "CurateBuild")
    }

    def flexible(one: Contract) -> Contract:
        step = "IngestStage" if one.kind == "dataset" else "CurateBuild"
        asked = one.engine.worker_type
        kind = asked if asked in FLEXIBLE else offered[step]
        engine = one.engine.model_copy(update={"flex": True, "worker_type": kind})
        return one.model_copy(update={"engine": engine})

    return _with_contracts(inputs, flexible)


def _by_bytes(inputs: Inputs) -> Inputs:
    """Let each run have as many workers as its bytes need, at most those of the template."""
    most = {step: inputs.lake.job(step).workers for step in ("IngestStage", "CurateBuild")}

    def sized(one: Contract) -> Contract:
        if one.engine.workers is not None:
            return one
        limit = (
            one.engine.max_workers
            or most["IngestStage" if one.kind == "dataset" else "CurateBuild"]
        )
        engine = one.engine.model_copy(update={"workers": "auto", "max_workers": limit})
        return one.model_copy(update={"engine": engine})

    return _with_contracts(inputs, sized)


def _small_publish(inputs: Inputs) -> Inputs:
    """Give the jobs that publish the smallest size: they commit to the catalog."""

    def smaller(one: Resource) -> Resource:
        if one.kind == "AWS::Glue::Job" and short(one.name).endswith("PublishJob"):
            return replace(one, properties={**one.properties, **_SMALLEST})
        return one

    return _with_resources(inputs, smaller)


def _no_crawls(inputs: Inputs) -> Inputs:
    """Leave out the crawls after which drift is told."""
    work = inputs.work
    rare = dict.fromkeys(("low", "expected", "high"), 0.0)
    return replace(
        inputs,
        work=work.model_copy(
            update={"crawls_per_run": work.crawls_per_run.model_copy(update=rare)}
        ),
    )


def _no_replica(inputs: Inputs) -> Inputs:
    """Leave the second region out: its stacks, the copies and what watches over them."""

    def alone(one: Resource) -> Resource | None:
        if one.region != inputs.lake.region:
            return None
        if one.kind == "AWS::S3::Bucket":
            kept = {k: v for k, v in one.properties.items() if k != "ReplicationConfiguration"}
            return replace(one, properties=kept)
        watches = one.kind == "AWS::CloudWatch::Alarm" and _watches_copies(one.properties)
        return None if watches else one

    return _with_resources(inputs, alone)


def _watches_copies(alarm: Mapping[str, Any]) -> bool:
    return any(one.get("Name") == "DestinationBucket" for one in alarm.get("Dimensions", []))


def _no_endpoints(inputs: Inputs) -> Inputs:
    def without(one: Resource) -> Resource | None:
        return None if one.kind == "AWS::EC2::VPCEndpoint" else one

    return _with_resources(inputs, without)


def _one_alarm_a_machine(inputs: Inputs) -> Inputs:
    """Add up how executions of a machine end: one alarm for timed out and aborted as well."""

    def fewer(one: Resource) -> Resource | None:
        name = one.properties.get("MetricName")
        ends = name in ("ExecutionsAborted", "ExecutionsTimedOut")
        return None if one.kind == "AWS::CloudWatch::Alarm" and ends else one

    return _with_resources(inputs, fewer)


def _tiered(inputs: Inputs) -> Inputs:
    """Turn Intelligent-Tiering on in the zones of tables that lack it."""
    moved = {"StorageClass": "INTELLIGENT_TIERING", "TransitionInDays": 0}
    return _with_lifecycle(inputs, ("processed", "curated"), lambda _: {"Transitions": [moved]})


def _raw_expires(inputs: Inputs) -> Inputs:
    """Let raw files expire after a year, or as soon as they do."""
    year = 365
    return _with_lifecycle(
        inputs,
        ("raw",),
        lambda rule: {"ExpirationInDays": min(rule.get("ExpirationInDays", year), year)},
    )


def _with_lifecycle(
    inputs: Inputs, zones: tuple[str, ...], change: Callable[[Mapping[str, Any]], dict[str, Any]]
) -> Inputs:
    """Change the first lifecycle rule of some zones' buckets."""

    def changed(one: Resource) -> Resource:
        name = str(one.properties.get("BucketName", ""))
        if one.kind != "AWS::S3::Bucket" or not any(f"-{zone}-" in name for zone in zones):
            return one
        rules = one.properties.get("LifecycleConfiguration", {}).get("Rules", [{}])
        life = {"Rules": [{**rules[0], **change(rules[0])}, *rules[1:]]}
        return replace(one, properties={**one.properties, "LifecycleConfiguration": life})

    return _with_resources(inputs, changed)


def _changes() -> Iterator[tuple[str, str, Callable[[Inputs], Inputs]]]:
    for minutes in (15, 60):
        text = f"micro-batch every {minutes} minutes instead of on arrival (contract: trigger)"
        yield f"micro_batch_{minutes}", text, _micro_batch(minutes)
    yield "flex", "Flex for datasets and products that may wait (contract: engine.flex)", _flex
    text = "workers by the bytes that wait (contract: engine.workers: auto)"
    yield "workers_by_bytes", text, _by_bytes
    text = "2 × G.1X for publish jobs, which commit to the catalog (no setting yet)"
    yield "small_publish", text, _small_publish
    text = "no crawl of the raw zone, and no word of drift (no setting yet)"
    yield "no_crawls", text, _no_crawls
    yield "no_second_region", "no second region (settings: recovery_region: null)", _no_replica
    yield "no_endpoints", "no interface endpoints (settings: network)", _no_endpoints
    text = "one alarm for a machine instead of three (no setting yet)"
    yield "fewer_alarms", text, _one_alarm_a_machine
    text = "Intelligent-Tiering for tables (settings: storage.processed, storage.curated)"
    yield "tiering", text, _tiered
    text = "raw files expire after a year (settings: storage.raw.expire_after_days)"
    yield "raw_expires", text, _raw_expires


_CHANGES: Final = tuple(_changes())
