"""The shape that all texts of a column have, as a regular expression."""

import re
from itertools import groupby

from strata.drafting.types import Values

MOST_SHAPES = 200
"""So many different lengths of the parts are looked at."""
MOST_PARTS = 9
"""A pattern of more parts says little that a person would check."""
CLASSES = {"9": "[0-9]", "A": "[A-Z]", "a": "[a-z]"}
# Letters and digits by their class, everything else as it stands.
SHAPE = (
    "regexp_replace(regexp_replace(regexp_replace(v, '[a-z]', 'a', 'g'), '[A-Z]', 'A', 'g'), "
    "'[0-9]', '9', 'g')"
)


def pattern_of(values: Values) -> str | None:
    """Give a regular expression for the whole of each text; None if they have no shape in common.

    Texts of letters alone have none: words and names are of any length.
    """
    (shapes,) = values.ask(f"(list(DISTINCT {SHAPE}) FILTER (v IS NOT NULL))[:{MOST_SHAPES + 1}]")
    runs = [[(mark, len(list(same))) for mark, same in groupby(shape)] for shape in shapes or ()]
    marks = {tuple(mark for mark, _ in run) for run in runs}
    if len(runs) > MOST_SHAPES or len(marks) != 1:
        return None
    (parts,) = marks
    if "9" not in parts or len(parts) > MOST_PARTS or not "".join(parts).isascii():
        return None
    lengths = [[run[place][1] for run in runs] for place in range(len(parts))]
    written = (
        _part(mark, min(found), max(found)) for mark, found in zip(parts, lengths, strict=True)
    )
    return f"^{''.join(written)}$"


def _part(mark: str, least: int, most: int) -> str:
    text = CLASSES.get(mark) or re.escape(mark)
    if least == most:
        return text if least == 1 else f"{text}{{{least}}}"
    return f"{text}{{{least},{most}}}"
