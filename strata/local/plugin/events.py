"""Events that services publish by themselves on AWS and the emulator leaves out."""

import json
from typing import Any


def publish(source: str, detail_type: str, detail: dict[str, Any], resources: list[str]) -> None:
    """Put one service event on the default bus of the current account and region."""
    from ministack.services import eventbridge  # noqa: PLC0415 - reads its settings when imported

    entry = {
        "Source": source,
        "DetailType": detail_type,
        "Detail": json.dumps(detail, default=str),
        "Resources": resources,
    }
    eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
