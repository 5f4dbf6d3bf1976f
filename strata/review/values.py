"""Values of templates as words, and where two of them differ."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

LONGEST: Final = 160
_HASH = re.compile(r"(?<=[a-z])[0-9A-F]{8}(?=$|\.|\})")
"""What the CDK puts behind a logical id to make it unique."""

Place = tuple[str, ...]


def short(logical_id: str) -> str:
    """Give a logical id, or a text with references, without the CDK's suffixes."""
    return _HASH.sub("", logical_id)


def shown(value: Any) -> str:
    """Give a value as a reader would write it: references as ${Name.Attribute}, long ones cut."""
    text = spelt(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def spelt(value: Any) -> str:
    """Give a value in full, the same text for the same value."""
    if isinstance(value, str):
        return short(value)
    if isinstance(value, dict) and len(value) == 1:
        ((function, argument),) = value.items()
        if function == "Ref":
            return f"${{{short(argument)}}}"
        if function == "Fn::GetAtt":
            return f"${{{short('.'.join(argument))}}}"
        if function == "Fn::GetStackOutput":
            return f"${{{argument['StackName']}.{short(argument['OutputName'])}}}"
    return short(json.dumps(value, sort_keys=True, ensure_ascii=False))


def changed_places(old: Any, new: Any, place: Place = ()) -> Iterator[tuple[Place, Any, Any]]:
    """Give each place at which two values differ, with what was and what is there.

    Lists are one place, unless they are equally long and hold mappings. What is missing on one
    side is None.
    """
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted({*old, *new}):
            yield from changed_places(old.get(name), new.get(name), (*place, name))
    elif _alike(old, new):
        for position, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from changed_places(before, after, (*place, str(position)))
    elif old != new:
        yield place, old, new


def _alike(old: Any, new: Any) -> bool:
    return (
        isinstance(old, list)
        and isinstance(new, list)
        and len(old) == len(new)
        and all(isinstance(one, dict) and len(one) > 1 for one in (*old, *new))
    )


def difference(old: Any, new: Any) -> str:
    """Say what became of a value: `was 1, is 5`, `is new: 5`, `is gone (was 1)`."""
    if old is None:
        return f"is new: {shown(new)}"
    if new is None:
        return f"is gone (was {shown(old)})"
    if isinstance(old, list) and isinstance(new, list):
        lost = [shown(one) for one in old if one not in new]
        gained = [shown(one) for one in new if one not in old]
        parts = ["lost " + "; ".join(lost)] * bool(lost) + ["gained " + "; ".join(gained)] * bool(
            gained
        )
        return ", ".join(parts) or "is in another order"
    before, after = shown(old), shown(new)
    if before == after:
        before, after = _around(spelt(old), spelt(new))
    return f"was {before}, is {after}"


def _around(old: str, new: str) -> tuple[str, str]:
    """Give two long texts from shortly before the place at which they part."""
    same = next(
        (at for at, (one, two) in enumerate(zip(old, new, strict=False)) if one != two),
        min(len(old), len(new)),
    )
    start = max(0, same - 20)
    return shown("…" + old[start:]), shown("…" + new[start:])
