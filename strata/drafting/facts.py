"""What the values of a sample say about its columns: types, nulls, keys, lists of codes."""

from dataclasses import dataclass
from itertools import combinations

from strata.drafting.sample import NULL_WORDS, Sample
from strata.drafting.shapes import pattern_of
from strata.drafting.types import Type, Values, type_of

MOST_CODES = 12
"""A text column with at most so many different values is taken for a list of codes."""
MOST_KEY_COLUMNS = 8
"""So many columns are tried in pairs as a key."""
NUMERIC = {"integer": "TRY_CAST(v AS HUGEINT)", "number": "TRY_CAST(v AS DOUBLE)"}


@dataclass(frozen=True)
class ColumnFacts:
    """One column of a sample: its type in the contract and what its values have in common."""

    name: str
    type: Type
    rows: int
    nulls: int
    distinct: int
    least: str | None
    most: str | None
    codes: tuple[str, ...]
    """Every value of a text column that has few of them."""
    lengths: tuple[int, int] | None = None
    """Of the shortest and of the longest text, in characters."""
    pattern: str | None = None
    """A regular expression that every text matches, where they have one shape."""

    @property
    def required(self) -> bool:
        """Whether every row has a value."""
        return self.nulls == 0

    @property
    def unique(self) -> bool:
        """Whether the column alone tells every row of the sample from every other."""
        return self.required and self.distinct == self.rows


@dataclass(frozen=True)
class Facts:
    """What is known of a sample."""

    rows: int
    columns: list[ColumnFacts]
    null_words: tuple[str, ...]
    pairs: list[tuple[str, str]]
    """Pairs of columns that tell every row from every other, where no column does alone."""


def learn(sample: Sample) -> Facts:
    """Look at every value of a sample."""
    words = _null_words(sample)
    columns = [_column(Values(sample, place, words)) for place in range(len(sample.names))]
    pairs = [] if any(column.unique for column in columns) else _pairs(sample, columns)
    return Facts(columns[0].rows, columns, words, pairs)


def _null_words(sample: Sample) -> tuple[str, ...]:
    """Give the words that stand for nothing, seen in columns that are otherwise not text."""
    found: set[str] = set()
    if sample.format == "parquet":
        return ()
    for place, kind in enumerate(sample.types):
        if kind != "VARCHAR":
            (seen,) = Values(sample, place, ()).ask("list(DISTINCT v)")
            found |= set(seen) & set(NULL_WORDS)
    return tuple(word for word in NULL_WORDS if word in found)


def _column(values: Values) -> ColumnFacts:
    kind = type_of(values)
    order = NUMERIC.get(kind.logical, "v")
    rows, present, distinct, least, most = values.ask(
        f"count(*), count(v), count(DISTINCT v), arg_min(v, {order}), arg_max(v, {order})"
    )
    codes: list[str] = []
    if kind.logical == "string" and distinct <= MOST_CODES:
        (codes,) = values.ask("coalesce(list(DISTINCT v ORDER BY v) FILTER (v IS NOT NULL), [])")
    return ColumnFacts(
        name=values.sample.names[values.place],
        type=kind,
        rows=rows,
        nulls=rows - present,
        distinct=distinct,
        least=least,
        most=most,
        codes=tuple(codes),
        lengths=_lengths(values) if kind.logical == "string" else None,
        pattern=pattern_of(values) if kind.logical == "string" and not codes else None,
    )


def _lengths(values: Values) -> tuple[int, int] | None:
    least, most = values.ask("min(length(v)), max(length(v))")
    return None if least is None else (least, most)


def _pairs(sample: Sample, columns: list[ColumnFacts]) -> list[tuple[str, str]]:
    tried = [
        place
        for place, column in enumerate(columns)
        if column.required and column.type.logical not in ("number", "boolean")
    ][:MOST_KEY_COLUMNS]
    return [
        (columns[one].name, columns[other].name)
        for one, other in combinations(tried, 2)
        if Values(sample, one, ()).ask("count(*)")[0] == _together(sample, one, other)
    ]


def _together(sample: Sample, one: int, other: int) -> int:
    sql = f"SELECT count(DISTINCT (c{one}, c{other})) FROM sample"  # noqa: S608 - no input of people
    answer: int = sample.connection.execute(sql).fetchall()[0][0]
    return answer
