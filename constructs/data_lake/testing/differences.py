"""What two templates differ in, one line for each place."""

import json
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any, Final

LONGEST_VALUE: Final = 120


def differences(expected: Mapping[str, Any], actual: Mapping[str, Any]) -> list[str]:
    """List what differs, each line with the resource, its type, the property and both values.

    Args:
        expected: a normalised template, such as the one of a snapshot file.
        actual: a normalised template.
    """
    found, sides = [], (expected, actual)
    for section in sorted({*expected, *actual}):
        old, new = expected.get(section, {}), actual.get(section, {})
        if not isinstance(old, dict) or not isinstance(new, dict):
            before, after = ({section: each[section]} if section in each else {} for each in sides)
            found += [line.strip() for line in _compare(before, after, "")]
            continue
        for name in sorted({*old, *new}):
            title = f"{section}.{name}{_kind(old.get(name)) or _kind(new.get(name))}"
            if name not in new:
                found.append(f"{title}: was removed")
            elif name not in old:
                found.append(f"{title}: was added")
            else:
                found += [f"{title}{line}" for line in _compare(old[name], new[name], "")]
    return found


def _kind(entry: Any) -> str:
    return f" ({entry['Type']})" if isinstance(entry, dict) and "Type" in entry else ""


def _compare(old: Any, new: Any, path: str) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted({*old, *new}):
            here = f"{path}.{name}" if path else f" {name}"
            if name not in new:
                yield f"{here}: was removed: {_shown(old[name])}"
            elif name not in old:
                yield f"{here}: was added: {_shown(new[name])}"
            else:
                yield from _compare(old[name], new[name], here)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _compare_lists(old, new, path)
    elif old != new:
        yield f"{path}: was {_shown(old)}, is {_shown(new)}"


def _compare_lists(old: list[Any], new: list[Any], path: str) -> Iterator[str]:
    before, after = ([json.dumps(item, sort_keys=True) for item in each] for each in (old, new))
    changes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for change, old_from, old_to, new_from, new_to in changes:
        if change == "equal":
            continue
        pairs = min(old_to - old_from, new_to - new_from)
        for step in range(pairs):
            where = f"{path}[{new_from + step}]"
            yield from _compare(old[old_from + step], new[new_from + step], where)
        for item in old[old_from + pairs : old_to]:
            yield f"{path}: lost the item {_shown(item)}"
        for position in range(new_from + pairs, new_to):
            yield f"{path}[{position}]: was added: {_shown(new[position])}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
