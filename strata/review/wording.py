"""A review as text for a terminal, as Markdown for a comment, and as JSON."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from strata.review.points import Weight
from strata.review.report import Told

MOST_CHARACTERS: Final = 50_000
"""A comment of GitHub holds 65,536 characters, and other parts stand in it as well."""
NOTHING: Final = "No reviewed template (tests/snapshots/) changed."
_TITLES: Final = {
    Weight.LOSS: "DATA LOSS",
    Weight.CARE: "Look closely",
    Weight.NOTE: "For the record",
}


def counted(told: Sequence[Told]) -> str:
    """Say how many points of each weight there are."""
    if not told:
        return NOTHING
    counts = Counter(one.point.weight for one in told)
    parts = [f"{counts[weight]} × {word}" for weight, word in _TITLES.items() if counts[weight]]
    return ", ".join(parts) + "."


def as_text(told: Sequence[Told]) -> str:
    """Give the review for a terminal."""
    return "\n".join([*_lines(told), counted(told)])


def _lines(told: Sequence[Told]) -> Iterator[str]:
    for weight, word in _TITLES.items():
        chosen = [one for one in told if one.point.weight is weight]
        if chosen:
            yield f"{word}:"
            for one in chosen:
                yield f"  {one.stack} ({where(one)}): {one.point.text}"
            yield ""


def where(one: Told) -> str:
    """Say in which environments a point holds."""
    if one.everywhere and len(one.environments) > 1:
        return "every environment"
    return ", ".join(one.environments)


def as_markdown(told: Sequence[Told], most: int = MOST_CHARACTERS) -> str:
    """Give the review as Markdown, cut to so many characters, saying how many points are left out.

    What loses data stands first, so it is what stays.
    """
    lines, used, left = [counted(told)], 0, 0
    for weight, word in _TITLES.items():
        chosen = [one for one in told if one.point.weight is weight]
        if not chosen:
            continue
        fold = weight is Weight.NOTE
        head = f"<details><summary>{word} ({len(chosen)})</summary>" if fold else f"### {word}"
        lines += ["", head, ""]
        for one in chosen:
            line = f"- **{one.stack}** · {where(one)} · {_escaped(one.point.text)}"
            used += len(line)
            if used > most:
                left += 1
            else:
                lines.append(line)
        lines += ["", "</details>"] * fold
    if left:
        lines += ["", f"**{left} more points** are left out here; `make review` prints all."]
    return "\n".join(lines)


def _escaped(text: str) -> str:
    """Keep what a template says from being read as Markdown, HTML or a mention."""
    for sign in "\\`*_<>[]|#":
        text = text.replace(sign, f"\\{sign}" if sign not in "<>" else f"&{_HTML[sign]};")
    return text.replace("@", "&#64;").replace("\n", " ")


_HTML: Final = {"<": "lt", ">": "gt"}


def as_json(told: Sequence[Told]) -> dict[str, Any]:
    """Give the same as JSON types; `data_loss` says whether anything is lost."""
    return {
        "data_loss": any(one.point.weight is Weight.LOSS for one in told),
        "points": [
            {
                "weight": one.point.weight.value,
                "topic": one.point.topic.value,
                "stack": one.stack,
                "environments": list(one.environments),
                "text": one.point.text,
            }
            for one in told
        ],
    }
