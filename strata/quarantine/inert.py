"""Cells of a CSV file that a spreadsheet shows and never runs.

A cell that begins with one of `STARTS` may be taken for a formula, so an apostrophe is put before
it. A cell that already has apostrophes before such a start gets one more, so that taking one away
gives every text back as it was.
"""

import re

STARTS = "=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20"
"""What OWASP lists, with the full-width forms that some spreadsheets take alike."""
_RISKY = re.compile(f"'*[{STARTS}]")
_INERT = re.compile(f"'+[{STARTS}]")


def inert(cell: str) -> str:
    """Give a cell's text so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if _RISKY.match(cell) else cell


def restored(cell: str) -> str:
    """Give the text that `inert` was given."""
    return cell[1:] if _INERT.match(cell) else cell
