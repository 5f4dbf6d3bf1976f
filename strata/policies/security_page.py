"""The figures in docs/security.md and docs/cost.md, between their marks."""

from pathlib import Path
from typing import Final

from strata.paths import ROOT

FILE: Final = ROOT / "docs" / "security.md"
BEGIN: Final = "<!-- figures: made by `make snapshots` -->\n"
END: Final = "<!-- end of figures -->\n"


def with_figures(page: str, made: str, file: Path = FILE) -> str:
    """Give the page with other figures between its marks; `file` is the page's name in an error.

    Raises:
        ValueError: a mark is missing.
    """
    if BEGIN not in page or END not in page:
        raise ValueError(f"{file}: needs the marks {BEGIN.strip()!r} and {END.strip()!r}")
    before, rest = page.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    return f"{before}{BEGIN}\n{made}\n{END}{after}"
