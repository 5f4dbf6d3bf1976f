"""Problems that name file, line, field, rule and value, and suggest the nearest valid name."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

FieldPath = Sequence[str | int]


@dataclass(frozen=True)
class Problem:
    """One thing wrong in one file; ``str()`` is one line. ``line`` counts from 1."""

    file: str
    line: int
    field: str
    rule: str
    value: str = ""
    nearest: str = ""

    def __str__(self) -> str:
        got = f": got {self.value}" if self.value else ""
        hint = f"; did you mean {self.nearest!r}?" if self.nearest else ""
        return " ".join(f"{self.file}:{self.line}: {self.field}: {self.rule}{got}{hint}".split())


class DocumentError(ValueError):
    """Everything wrong with the documents read, one line per problem."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def nearest(word: object, options: Iterable[str]) -> str:
    """The option that looks most like ``word``, or "" when none does."""
    by_lower = {option.lower(): option for option in options}
    written = str(word).lower()
    # A swap of letters is the commonest slip, and difflib ranks it low.
    swapped = [option for option in by_lower if sorted(option) == sorted(written)]
    found = swapped or difflib.get_close_matches(written, by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else ""


def shown(value: object, limit: int = 80) -> str:
    """``value`` as one short line of text."""
    text = "true" if value is True else "false" if value is False else repr(value)
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def dotted(path: FieldPath) -> str:
    """``("a", "b", 0, "c")`` as ``a.b[0].c``; the whole document is ``document``."""
    texts = [f"[{part}]" if isinstance(part, int) else part for part in path]
    text = "".join(part if part.startswith("[") else f".{part}" for part in texts)
    return text.removeprefix(".") or "document"
