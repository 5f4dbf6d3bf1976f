"""Tables and columns are found in SQL as people really write it."""

import pytest

from data_lake.contracts import sql


@pytest.mark.parametrize(
    ("statement", "tables"),
    [
        ("select 1", []),
        ("select * from a", ["a"]),
        ("SELECT * FROM A x JOIN `b` AS y ON x.i = y.i", ["a", "b"]),
        ("select * from a, b as x, c where a.i = b.i", ["a", "b", "c"]),
        ("select * from a left outer join b using (i) cross join c", ["a", "b", "c"]),
        ("select * from (select * from a) s, b", ["b", "a"]),
        ("select * from (a join b on a.i = b.i)", ["a", "b"]),
        ("with x as (select * from a), y as (select * from x) select * from y join b", ["a", "b"]),
        ("with x (i, j) as (select 1, 2) select * from x, a", ["a"]),
        ("select * from a where i in (select i from b)", ["a", "b"]),
        ("select * from a union all select * from b", ["a", "b"]),
        ("select extract(year from d), trim(both ' ' from t) from a", ["a"]),
        ("select i is distinct from j from a", ["a"]),
        ("select 'from x', \"from y\" -- from z\n/* from w */ from a", ["a"]),
        ("select 'it''s from x', 'a\\' from y' from a", ["a"]),
        ("select sum(i) over (partition by j order by k) from a", ["a"]),
        ("select e from a lateral view explode(a.list) t as e", ["a"]),
        ("select * from range(10) r, a", ["a"]),
        ("select * from lake.a", ["lake.a"]),
    ],
)
def test_the_tables_that_a_query_reads_are_named_once_each_place(
    statement: str, tables: list[str]
) -> None:
    assert [token.word for token in sql.tables(sql.tokens(statement))] == tables


def test_a_token_knows_its_line_behind_comments_and_long_texts() -> None:
    words = sql.tokens("select 'two\nlines' -- and\n/* a\ncomment */ from orders")

    assert [(token.word, token.line) for token in words if token.kind == "name"] == [
        ("select", 1),
        ("from", 4),
        ("orders", 4),
    ]


@pytest.mark.parametrize(
    ("condition", "columns"),
    [
        ("a > 1 and b is not null", ["a", "b"]),
        ("coalesce(a, 0) between 0 and 9", ["a"]),
        ("`a` like 'b%'", ["a"]),
        ("cast(a as decimal) % 100 < 60", ["a"]),
        ("case when a then b else c end", ["a", "b", "c"]),
        ("d >= date '2013-01-01' + interval 1 day", ["d"]),
        ("hour * 100 + minute = 5", ["hour", "minute"]),
    ],
)
def test_the_columns_of_a_condition_are_its_names_but_for_sqls_own_words(
    condition: str, columns: list[str]
) -> None:
    found = sql.columns(sql.tokens(condition), known={"a", "b", "hour", "minute"})

    assert [token.word for token in found] == columns


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("select 1", None),
        ("with a as (select 1) select * from a;", None),
        ("", (1, "must be one SELECT", "nothing")),
        ("\ninsert into a select 1", (2, "must be one SELECT", "insert")),
        ("select 1;\nselect 2", (1, "must be one SELECT, without a second statement", ";")),
        ("select ';'", None),
    ],
)
def test_only_one_select_is_accepted(statement: str, fault: tuple[int, str, str] | None) -> None:
    assert sql.statement_fault(sql.tokens(statement)) == fault
