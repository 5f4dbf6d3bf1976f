"""Taking dead letters out for good; each is kept in the quarantine zone with who did it and why."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from strata.dead_letters.queues import DeadLetter, DeadLetterQueue, chosen
from strata.dead_letters.words import failure, subject


def drop(queue: DeadLetterQueue, ids: Sequence[str], *, who: str, why: str) -> list[DeadLetter]:
    """Drop every message of a queue, or those of the given ids, and give them.

    What is dropped is written to `dead-letters/<queue>/<message>.json` of the quarantine zone
    first, as long as that zone keeps things.
    """
    dropped = []
    with queue.held(queue.count()) as letters:
        for letter in letters:
            if chosen(letter, ids):
                _keep(letter, who=who, why=why)
                letter.delete()
                dropped.append(letter)
    return dropped


def _keep(letter: DeadLetter, *, who: str, why: str) -> None:
    content = {
        "queue": letter.queue.name,
        "message": letter.id,
        "subject": subject(letter),
        "failure": failure(letter),
        "sent_at": letter.sent_at.isoformat(),
        "body": letter.body,
        "attributes": letter.attributes,
        "who": who,
        "why": why,
        "dropped_at": datetime.now(UTC).isoformat(),
    }
    lake = letter.queue.lake
    lake.client("s3").put_object(
        Bucket=lake["QuarantineBucketName"],
        Key=f"dead-letters/{letter.queue.name}/{letter.id}.json",
        Body=json.dumps(content, ensure_ascii=False, sort_keys=True).encode(),
        ContentType="application/json",
    )
