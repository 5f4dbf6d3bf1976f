"""Looks into SQL just far enough to say which tables and columns it names, and on which line.

This is no parser: Spark has the last word. It catches the slip of a name before anything is
deployed.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

_TOKEN = re.compile(
    r"(?P<skip>\s+|--[^\n]*|/\*.*?\*/)"
    r"|(?P<text>'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.)*\")"
    r"|(?P<name>`[^`]+`(?:\.`?\w+`?)*|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)"
    r"|(?P<number>\d[\w.]*)"
    r"|(?P<mark>.)",
    re.DOTALL,
)
_QUERY_STARTS = ("select", "with")
_NO_TABLE = ("lateral", "values", "unnest", *_QUERY_STARTS)
# Functions that have FROM among their arguments.
_FROM_FUNCTIONS = ("extract", "trim", "substring", "substr", "overlay")
_EXPRESSION_WORDS = frozenset(
    (
        *("and", "or", "not", "is", "null", "true", "false", "in", "between", "like", "ilike"),
        *("rlike", "regexp", "escape", "case", "when", "then", "else", "end", "cast", "try_cast"),
        *("as", "distinct", "from", "div", "mod", "any", "all", "some", "exists", "interval"),
        *("date", "timestamp", "year", "years", "month", "months", "week", "weeks", "day", "days"),
        *("hour", "hours", "minute", "minutes", "second", "seconds", "int", "integer", "bigint"),
        *("smallint", "tinyint", "float", "double", "decimal", "string", "boolean"),
        *("current_date", "current_timestamp"),
    )
)


@dataclass(frozen=True)
class Token:
    """One word, text, number or mark of SQL; ``line`` counts from 1."""

    kind: str
    value: str
    line: int

    @property
    def word(self) -> str:
        """The value in lower case without backticks."""
        return self.value.lower().replace("`", "")


def tokens(sql: str) -> list[Token]:
    """The tokens of ``sql`` without blanks and comments."""
    found: list[Token] = []
    line = 1
    for match in _TOKEN.finditer(sql):
        if match.lastgroup != "skip":
            found.append(Token(str(match.lastgroup), match[0], line))
        line += match[0].count("\n")
    return found


def statement_fault(words: Sequence[Token]) -> tuple[int, str, str] | None:
    """Line, rule and value of what makes this other than one SELECT, or None."""
    if not words or words[0].word not in _QUERY_STARTS:
        found = words[0].value if words else "nothing"
        return (words[0].line if words else 1, "must be one SELECT", found)
    for token in words[:-1]:
        if token.value == ";":
            return (token.line, "must be one SELECT, without a second statement", ";")
    return None


def tables(words: Sequence[Token]) -> list[Token]:
    """The tables that a query reads, in order, without its own common table expressions."""
    own = set(_common_tables(words))
    named = [words[index] for index in _table_positions(words)]
    return [token for token in named if token.word not in own]


def columns(words: Sequence[Token], known: Collection[str]) -> list[Token]:
    """The names in a condition that are ``known`` columns, or could be nothing but columns."""
    return [
        token
        for index, token in enumerate(words)
        if token.kind == "name"
        and _value(words, index + 1) != "("
        and (token.word in known or token.word not in _EXPRESSION_WORDS)
    ]


def _value(words: Sequence[Token], index: int) -> str:
    return words[index].word if 0 <= index < len(words) else ""


def _common_tables(words: Sequence[Token]) -> Iterator[str]:
    for index in range(1, len(words)):
        if (
            words[index].word == "as"
            and _value(words, index + 1) == "("
            and _value(words, index + 2) in _QUERY_STARTS
        ):
            before = index - 1
            if words[before].value == ")":
                while before > 0 and words[before].value != "(":
                    before -= 1
                before -= 1
            yield _value(words, before)


def _table_positions(words: Sequence[Token]) -> Iterator[int]:
    callers: list[str] = []
    for index, token in enumerate(words):
        if token.value == "(":
            callers.append(_value(words, index - 1))
        elif token.value == ")" and callers:
            callers.pop()
        elif token.word == "join":
            yield from _tables_after(words, index + 1)
        elif token.word == "from":
            inside_function = bool(callers) and callers[-1] in _FROM_FUNCTIONS
            if not inside_function and _value(words, index - 1) != "distinct":
                yield from _tables_after(words, index + 1)


def _tables_after(words: Sequence[Token], index: int) -> Iterator[int]:
    """Positions of the tables of a FROM list or a JOIN that starts at ``index``."""
    while True:
        if _value(words, index) == "(":
            if _value(words, index + 1) not in _QUERY_STARTS:
                index += 1
                continue
            index = _closing(words, index)
        elif index >= len(words) or words[index].kind != "name" or words[index].word in _NO_TABLE:
            return
        elif _value(words, index + 1) == "(":
            index = _closing(words, index + 1)
        else:
            yield index
        index += 1
        while index < len(words) and words[index].kind == "name" and _is_alias(words[index]):
            index += 1
        if _value(words, index) != ",":
            return
        index += 1


def _is_alias(token: Token) -> bool:
    clauses = "where join inner left right full cross natural on group order having limit union"
    return token.word not in clauses.split()


def _closing(words: Sequence[Token], index: int) -> int:
    depth = 0
    for position in range(index, len(words)):
        depth += {"(": 1, ")": -1}.get(words[position].value, 0)
        if depth == 0:
            return position
    return len(words)
