"""Settings that decide how long data lives and who can read it at rest."""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from strata.destruction import KEPT
from strata.review.knowledge import Knowledge
from strata.review.points import Point, Topic, Weight
from strata.review.resources import Resources, title
from strata.review.values import difference

Reader = Callable[[Mapping[str, Any]], Any]


def _at(*path: str) -> Reader:
    def read(properties: Mapping[str, Any]) -> Any:
        value: Any = properties
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return value

    return read


def _expiry(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Give after how many days what a bucket holds is deleted, by prefix and kind of version."""
    rules = properties.get("LifecycleConfiguration", {}).get("Rules", [])
    found = {}
    for rule in rules:
        if rule.get("Status") != "Enabled":
            continue
        where = rule.get("Prefix") or rule.get("Filter") or "every object"
        older = rule.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays")
        for kind, days in (("current", rule.get("ExpirationInDays")), ("older", older)):
            if days is not None:
                found[f"{where}, {kind} versions"] = days
    return found


_SWITCHES: Final[tuple[tuple[str, str, Reader], ...]] = (
    ("AWS::S3::Bucket", "versioning", _at("VersioningConfiguration", "Status")),
    ("AWS::S3::Bucket", "encryption", _at("BucketEncryption")),
    ("AWS::S3::Bucket", "public access block", _at("PublicAccessBlockConfiguration")),
    ("AWS::S3::Bucket", "replication", _at("ReplicationConfiguration")),
    ("AWS::DynamoDB::GlobalTable", "encryption", _at("SSESpecification")),
    ("AWS::DynamoDB::GlobalTable", "expiry of items", _at("TimeToLiveSpecification")),
    ("AWS::DynamoDB::GlobalTable", "replicas and their protection", _at("Replicas")),
    ("AWS::DynamoDB::Table", "deletion protection", _at("DeletionProtectionEnabled")),
    ("AWS::DynamoDB::Table", "recovery", _at("PointInTimeRecoverySpecification")),
    ("AWS::KMS::Key", "rotation", _at("EnableKeyRotation")),
    ("AWS::KMS::Key", "days until deletion", _at("PendingWindowInDays")),
    ("AWS::Logs::LogGroup", "key", _at("KmsKeyId")),
    ("AWS::SQS::Queue", "key", _at("KmsMasterKeyId")),
    ("AWS::SNS::Topic", "key", _at("KmsMasterKeyId")),
)
_TERMS: Final[tuple[tuple[str, str, Reader, float], ...]] = (
    ("AWS::Logs::LogGroup", "days that logs are kept", _at("RetentionInDays"), math.inf),
    ("AWS::SQS::Queue", "seconds that messages are kept", _at("MessageRetentionPeriod"), 345_600),
)
"""Type, words, where it stands, and how long the service keeps things where nothing is said."""

TOLD: Final = {
    "AWS::S3::Bucket": {
        *("VersioningConfiguration", "BucketEncryption", "PublicAccessBlockConfiguration"),
        "ReplicationConfiguration",
    },
    "AWS::DynamoDB::GlobalTable": {"SSESpecification", "TimeToLiveSpecification", "Replicas"},
    "AWS::DynamoDB::Table": {"DeletionProtectionEnabled", "PointInTimeRecoverySpecification"},
    "AWS::KMS::Key": {"EnableKeyRotation", "PendingWindowInDays"},
    "AWS::Logs::LogGroup": {"KmsKeyId", "RetentionInDays"},
    "AWS::SQS::Queue": {"KmsMasterKeyId", "MessageRetentionPeriod"},
    "AWS::SNS::Topic": {"KmsMasterKeyId"},
}
"""The properties that `protected` tells of, by type."""


def protected(old: Resources, new: Resources, knowledge: Knowledge) -> Iterator[Point]:
    """Tell what changes about the life and protection of data in resources that stay."""
    for name in sorted(set(old) & set(new)):
        before, after = old[name], new[name]
        if before["Type"] != after["Type"]:
            continue
        what = title(name, after)
        yield from _policies(what, before, after, knowledge.holds_data(after["Type"]))
        was, now = before.get("Properties", {}), after.get("Properties", {})
        if after["Type"] == "AWS::S3::Bucket":
            yield from _expiries(what, _expiry(was), _expiry(now))
        yield from _settings(what, after["Type"], was, now)


def _policies(
    what: str, old: Mapping[str, Any], new: Mapping[str, Any], holds_data: bool
) -> Iterator[Point]:
    for policy, event in (("DeletionPolicy", "deleted"), ("UpdateReplacePolicy", "replaced")):
        was, now = old.get(policy), new.get(policy)
        if holds_data and was in KEPT and now not in KEPT:
            text = f"NO LONGER KEPT: what {what} holds is lost when it is {event}; {policy} "
            yield Point(Topic.PROTECTION, text + difference(was, now), Weight.LOSS)
        elif was != now:
            text = f"{what}: {policy} {difference(was, now)}"
            yield Point(Topic.PROTECTION, text, Weight.CARE)


def _expiries(what: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Point]:
    for where in sorted({*old, *new}):
        was, now = old.get(where), new.get(where)
        if was == now:
            continue
        if now is None:
            text = f"{what}: nothing expires any more ({where}; was after {was} days)"
            yield Point(Topic.PROTECTION, text)
        elif was is None or _less(now, was):
            before = "never" if was is None else f"after {was} days"
            text = f"DATA EXPIRES EARLIER: {what} ({where}): {before} before, now after {now} days"
            yield Point(Topic.PROTECTION, text, Weight.LOSS)
        else:
            text = f"{what} ({where}): expires after {now} days, was {was}"
            yield Point(Topic.PROTECTION, text)


def _settings(
    what: str, kind: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Point]:
    for wanted, word, read in _SWITCHES:
        was, now = read(old), read(new)
        if kind == wanted and was != now:
            text = f"{what}: {word} {difference(was, now)}"
            yield Point(Topic.PROTECTION, text, Weight.CARE)
    for wanted, word, read, default in _TERMS:
        was, now = read(old), read(new)
        if kind == wanted and was != now:
            shorter = _less(default if now is None else now, default if was is None else was)
            mark = "KEPT FOR LESS TIME: " if shorter else ""
            text = f"{mark}{what}: {word} {difference(was, now)}"
            yield Point(Topic.PROTECTION, text, Weight.CARE if shorter else Weight.NOTE)


def _less(new: Any, old: Any) -> bool:
    """Tell whether a term is shorter; a parameter or reference may be, as nobody knows it here."""
    numbers = isinstance(new, int | float) and isinstance(old, int | float)
    return bool(new < old) if numbers else True
