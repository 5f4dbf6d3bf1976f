"""What a dead letter is about, and what failed, as a person would say it."""

from typing import Any

from strata.dead_letters.queues import DeadLetter


def subject(letter: DeadLetter) -> str:
    """Say what was to be done."""
    if letter.notice is not None:
        return f"tell: {letter.notice.get('Subject') or letter.notice['Message'][:80]}"
    document = letter.content
    detail = document.get("detail")
    if isinstance(detail, dict):
        return _event(document, detail)
    if "dataset" in document:
        return (
            f"start a run of {document['dataset']} ({document.get('trigger', 'unknown trigger')})"
        )
    if document.get("trigger") == "sweep":
        return "sweep the lake"
    if "SCHEDULE_ARN" in letter.attributes:
        return f"start what schedule {_end(letter.attributes['SCHEDULE_ARN'])} starts"
    return f"a message that nothing here can read: {letter.body[:80]!r}"


def failure(letter: DeadLetter) -> str:
    """Say what failed and why, as far as the message knows."""
    noted = letter.attributes
    why = _why(noted.get("ERROR_CODE"), noted.get("ERROR_MESSAGE"))
    tries = f" after {noted['RETRY_ATTEMPTS']} tries" if "RETRY_ATTEMPTS" in noted else ""
    target = _end(noted.get("TARGET_ARN", "")) or "its target"
    if letter.notice is not None:
        kept = letter.notice.get("Failure") or {}
        told = _why(kept.get("Error"), kept.get("Cause"))
        undelivered = _why(noted.get("ErrorCode"), noted.get("ErrorMessage"))
        return (
            f"the topic did not take it: {told}"
            if kept
            else f"a subscriber of the topic could not be given it: {undelivered}"
        )
    if "SCHEDULE_ARN" in noted:
        return f"EventBridge Scheduler could not start {target}{tries}: {why}"
    if "RULE_ARN" in noted:
        return f"EventBridge could not deliver it to {target}{tries}: {why}"
    if "ErrorMessage" in noted:
        return f"the function failed: {_why(noted.get('ErrorCode'), noted['ErrorMessage'])}"
    if "requestPayload" in letter.document:
        answer = letter.document.get("responsePayload") or {}
        return f"the function failed: {_why(answer.get('errorType'), answer.get('errorMessage'))}"
    return (
        "it was received as often as the queue allows and never dealt with: the log of the "
        f"{letter.queue.name} queue's function says why"
    )


def _event(document: dict[str, Any], detail: dict[str, Any]) -> str:
    kind = str(document.get("detail-type", "event"))
    if "object" in detail:
        bucket = detail.get("bucket", {}).get("name", "?")
        found = detail["object"]
        version = found.get("version-id", "none")
        return f"{kind}: s3://{bucket}/{found.get('key', '?')} (version {version})"
    if "dataset" in detail:
        return f"{kind}: {detail['dataset']}, run {detail.get('run_id', 'unknown')}"
    return f"{kind} of {document.get('source', 'an unknown source')}"


def _why(code: str | None, message: str | None) -> str:
    return ": ".join(part for part in (code, message) if part) or "no reason was given"


def _end(arn: str) -> str:
    """Give the part of an ARN by which people know the resource."""
    return arn.partition(":stateMachine:")[2] or arn.rpartition(":")[2]
