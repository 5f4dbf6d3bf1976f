"""What becomes of one arrived object: it waits, is skipped, or is kept as unclaimed."""

from lake_runtime import clients
from lake_runtime.contracts import Contracts
from lake_runtime.environment import Environment
from lake_runtime.identity import UNCLAIMED
from lake_runtime.ledger import Ledger, Status
from lake_runtime.names import skip_reason
from lake_runtime.notices import Severity, make_notice
from lake_runtime.objects import copy_version, key_below
from lake_runtime.records import Claim
from register.manifests import register_in_batch
from register.results import Kind, Registration


class RegisterEnvironment(Environment):
    """The environment of the register function."""

    ingest_state_machine_arn: str


def register_object(
    claim: Claim, contracts: Contracts, environment: RegisterEnvironment
) -> Registration:
    """Record an object in the ledger; doing it again changes nothing and loses nothing."""
    dataset = contracts.claiming(claim.key)
    scope = environment.scope(dataset.name if dataset else UNCLAIMED)
    ledger = Ledger(environment.ledger_table, scope)
    reason = skip_reason(claim.key)
    if reason is not None:
        ledger.record(claim, Status.SKIPPED, reason=reason)
        return Registration(Kind.SKIPPED, claim.arrival_id)
    if dataset is None:
        return _keep_unclaimed(claim, ledger, environment)
    if dataset.comes_in_batches:
        return register_in_batch(claim, dataset, ledger)
    is_new = ledger.register(claim)
    starts = dataset.name if dataset.trigger.mode == "on_arrival" else None
    if not is_new and starts is not None:
        # The first delivery may have crashed between the marker and the start.
        known = ledger.arrival(claim.arrival_id) or {}
        starts = starts if known.get("status") == Status.WAITING else None
    kind = Kind.REGISTERED if is_new else Kind.KNOWN
    return Registration(kind, claim.arrival_id, starts, (claim.arrival_id,))


def _keep_unclaimed(claim: Claim, ledger: Ledger, environment: RegisterEnvironment) -> Registration:
    """Copy, tell, and only then write down: a crash in between repeats, it never forgets."""
    if ledger.arrival(claim.arrival_id) is not None:
        return Registration(Kind.KNOWN, claim.arrival_id)
    uri = copy_version(
        claim,
        environment.quarantine_bucket,
        key_below("unclaimed/", claim.key),
        metadata={"reason": "unclaimed", "arrival-id": claim.arrival_id},
    )
    if uri is None:
        ledger.record(claim, Status.MISSING, reason="gone before it could be kept")
        return Registration(Kind.UNCLAIMED, claim.arrival_id)
    _tell_unclaimed(claim, uri, environment)
    ledger.record(
        claim, Status.UNCLAIMED, reason="no contract claims this prefix", quarantine_uri=uri
    )
    return Registration(Kind.UNCLAIMED, claim.arrival_id)


def _tell_unclaimed(claim: Claim, uri: str, environment: RegisterEnvironment) -> None:
    folder = claim.key.rpartition("/")[0]
    notice = make_notice(
        kind="object_unclaimed",
        severity=Severity.WARNING,
        environment=environment.environment,
        dataset=UNCLAIMED,
        headline=f"no contract claims {folder or 'the top of the raw zone'}/",
        counts={"files": 1, "bytes": claim.size},
        reasons=[f"s3://{claim.bucket}/{claim.key} is claimed by no contract; kept as {uri}"],
        next_step=(
            "Add a contract whose raw prefix covers the key, deploy, and upload the file again; "
            "or send it to a prefix that a contract claims."
        ),
    )
    clients.sns().publish(
        TopicArn=environment.alert_topic_arn, Subject=notice.subject, Message=notice.message
    )
