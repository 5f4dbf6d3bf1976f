"""Which types of columns hold every value of which others."""

import re

WIDER = {("int", "bigint"), ("float", "double")}
"""The pairs that a run widens a column of a table by, besides decimals."""


def is_wider(old: str, new: str) -> bool:
    """Tell whether a table's column can become `new` from `old` with every value kept."""
    if (old, new) in WIDER:
        return True
    before, after = (re.fullmatch(r"decimal\((\d+),(\d+)\)", name) for name in (old, new))
    return bool(before and after and before[2] == after[2] and int(after[1]) > int(before[1]))
