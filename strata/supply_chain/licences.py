"""The licences of every part: written to docs/licences.md, refused where they are not allowed."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from license_expression import ExpressionError, get_spdx_licensing

from strata.errors import StrataError
from strata.paths import ROOT
from strata.supply_chain.parts import Part, parts

PAGE: Final = ROOT / "docs" / "licences.md"
ALLOWED: Final = frozenset(
    {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python", "ISC"}
    | {"MIT", "MIT-0", "MPL-2.0", "PSF-2.0", "Zlib"}
)
"""Licences that let the project be used, changed and passed on under its own."""
_LICENSING: Final = get_spdx_licensing()
_KINDS: Final = {"maven": "Java", "npm": "npm", "pypi": "Python"}


def refused(found: Sequence[Part]) -> list[str]:
    """Name each part whose licence is not allowed: of alternatives one must be, of a sum all."""
    return [
        f"{one.name} {one.version}: its licence must be one of {', '.join(sorted(ALLOWED))}: "
        f"got {one.licence}"
        for one in found
        if one.licence is not None and not is_allowed(one.licence)
    ]


def is_allowed(expression: str) -> bool:
    """Tell whether an SPDX expression is allowed; what is none is not."""
    try:
        return _holds(_LICENSING.parse(expression))
    except ExpressionError:
        return False


def _holds(part: Any) -> bool:
    if isinstance(part, _LICENSING.AND):
        return all(map(_holds, part.args))
    if isinstance(part, _LICENSING.OR):
        return any(map(_holds, part.args))
    return str(part) in ALLOWED


def page(found: Sequence[Part]) -> str:
    """Give the page: a table of every part with its licence."""
    lines = [
        "# Licences",
        "",
        "Every pinned part and its licence, as it states it itself; written by `make licences`.",
        "None of them is in the wheel: it is the library alone. Licences that are allowed: "
        + ", ".join(sorted(ALLOWED))
        + ".",
        "",
        "| part | version | from | licence |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {one.name} | {one.version} | {_KINDS[one.kind]} | {one.licence} |"
        for one in found
        if one.licence is not None
    ]
    elsewhere = [one.name for one in found if one.licence is None]
    if elsewhere:
        lines += ["", f"On other platforms only: {', '.join(elsewhere)}."]
    return "\n".join(lines) + "\n"


def write(file: Path = PAGE) -> None:
    """Write the page; raises `StrataError` naming each part whose licence is not allowed."""
    found = parts()
    if problems := refused(found):
        raise StrataError("\n".join(problems))
    file.write_text(page(found), encoding="utf-8")


if __name__ == "__main__":
    try:
        write()
    except StrataError as error:
        sys.exit(str(error))
