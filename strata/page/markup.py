"""HTML that cannot be broken by what it shows: everything is escaped unless it was built here."""

import html
import re
from collections.abc import Iterable

VOID = frozenset({"meta", "rect", "circle", "line", "path", "polyline", "polygon", "br"})
"""Elements without content; the SVG ones are closed in the tag, as HTML allows for them."""
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)


class Markup(str):
    """Text that is HTML already; only `el`, `join` and `trusted` make it."""

    __slots__ = ()


Child = str | int | Markup | Iterable[Markup] | None


def el(tag: str, *children: Child, **attributes: str | float | bool | None) -> Markup:
    """Give an element. Children that are not `Markup` are text; attributes are always escaped.

    `class_` is `class`, an underscore in a name is a hyphen; None and False leave an attribute out.
    """
    written = [f"<{tag}"]
    for name, value in attributes.items():
        if value is None or value is False:
            continue
        written.append(f" {name.rstrip('_').replace('_', '-')}")
        if value is not True:
            written.append(f'="{_attribute(value)}"')
    if tag in VOID:
        return Markup("".join(written) + ("/>" if tag not in ("meta", "br") else ">"))
    return Markup(f"{''.join(written)}>{join(*children)}</{tag}>")


def join(*children: Child) -> Markup:
    """Give several pieces as one; what is not `Markup` is escaped."""
    return Markup("".join(_child(child) for child in children))


def trusted(text: str) -> Markup:
    """Take text as HTML; for constants of this package only, never for anything from data."""
    return Markup(text)


def visible(text: str) -> str:
    """Give text with characters that hide or reorder others (controls, bidi) spelled out."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def _child(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Markup):
        return child
    if isinstance(child, str | int):
        return html.escape(visible(str(child)), quote=False)
    return "".join(_child(part) for part in child)


def _attribute(value: str | float) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return html.escape(visible(str(value)), quote=True)
