"""From verdicts to what Spark reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lake_runtime.errors import InspectionMissing
from lake_runtime.identity import utc_text
from lake_runtime.records import Claim, Inspection, Verdict, is_batch_broken

REJECTIONS_TOLD = 20


@dataclass(frozen=True)
class ReadPlan:
    """The inspections of a run in the order of the claims' age, oldest first."""

    claims: Sequence[Claim]
    inspections: Sequence[Inspection]
    is_batch: bool = False

    @property
    def files(self) -> list[dict[str, Any]]:
        """The accepted files as Spark is told of them, oldest first, so that the last one wins.

        Of a batch, none if one of its files was not accepted.
        """
        if self.is_batch and is_batch_broken(self.inspections):
            return []
        moments = _moments(self.claims)
        return [
            {
                "arrival_id": claim.arrival_id,
                "key": claim.key,
                "version_id": claim.version_id,
                "read_uri": inspection.read_uri,
                "registered_at": claim.registered_at,
                "arrived_at": moment,
                "event_time": claim.event_time,
                "sequencer": claim.sequencer,
                "size": claim.size,
                "in_place": inspection.in_place,
                "etag": claim.etag,
                "columns": inspection.columns,
            }
            for claim, inspection, moment in zip(
                self.claims, self.inspections, moments, strict=True
            )
            if inspection.verdict is Verdict.ACCEPTED
        ]

    @property
    def rejections(self) -> list[Inspection]:
        """The files that a person should look at."""
        told = (Verdict.REJECTED, Verdict.MISSING, Verdict.UNINSPECTED)
        return [inspection for inspection in self.inspections if inspection.verdict in told]

    def count(self, *verdicts: Verdict) -> int:
        """Count the files with one of these verdicts."""
        return sum(inspection.verdict in verdicts for inspection in self.inspections)


def _moments(claims: Sequence[Claim]) -> list[str]:
    """Give when each file arrived, no two alike: events tell seconds, and of a second's files the
    later one by S3's sequencer must win."""
    moments: list[datetime] = []
    for claim in claims:
        moment = datetime.fromisoformat(claim.arrived_at)
        if moments:
            moment = max(moment, moments[-1] + timedelta(microseconds=1))
        moments.append(moment)
    return [utc_text(moment) for moment in moments]


def make_plan(
    claims: Sequence[Claim],
    inspections: Mapping[str, Inspection],
    *,
    is_batch: bool = False,
    failures: Mapping[str, str] | None = None,
) -> ReadPlan:
    """Match claims with inspections; raises `InspectionMissing` if a claim has none.

    `failures` are the reasons, by arrival id, for which files may be left uninspected, where the
    contract tolerates it; their duplicates are left with them.
    """
    ordered = sorted(claims, key=lambda claim: claim.age_order)
    inspections = _with_uninspected(ordered, inspections, failures or {})
    missing = [claim.key for claim in ordered if claim.arrival_id not in inspections]
    if missing:
        shown = ", ".join(repr(key) for key in missing[:3])
        raise InspectionMissing(
            f"{len(missing)} of {len(ordered)} claimed files were not inspected: {shown}"
            f"{', ...' if len(missing) > 3 else ''}; a batch of the Map ended without its result"
        )
    _check_originals(inspections)
    return ReadPlan(ordered, [inspections[claim.arrival_id] for claim in ordered], is_batch)


def _with_uninspected(
    claims: Sequence[Claim], inspections: Mapping[str, Inspection], failures: Mapping[str, str]
) -> dict[str, Inspection]:
    found = dict(inspections)
    for claim in claims:
        given = found.get(claim.arrival_id)
        if given is None and claim.arrival_id in failures:
            found[claim.arrival_id] = _uninspected(claim, failures[claim.arrival_id])
    for claim in claims:
        given = found.get(claim.arrival_id)
        original = found.get(given.duplicate_of or "") if given else None
        if original is not None and original.verdict is Verdict.UNINSPECTED:
            reason = f"its bytes are those of {original.key!r}, which was not inspected"
            found[claim.arrival_id] = _uninspected(claim, reason)
    return found


def _uninspected(claim: Claim, reason: str) -> Inspection:
    return Inspection(
        arrival_id=claim.arrival_id,
        key=claim.key,
        version_id=claim.version_id,
        size=claim.size,
        verdict=Verdict.UNINSPECTED,
        rule="inspection_failed",
        reason=reason,
    )


def _check_originals(inspections: Mapping[str, Inspection]) -> None:
    """A duplicate is left out only for the sake of a file that is read."""
    for inspection in inspections.values():
        original = inspections.get(inspection.duplicate_of or "")
        if original is not None and original.verdict is not Verdict.ACCEPTED:
            raise InspectionMissing(
                f"{inspection.key!r} was taken for a duplicate of {original.key!r}, which turned "
                f"out {original.verdict}; the next run inspects both again"
            )
