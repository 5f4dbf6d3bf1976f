"""Reads and checks a product's SQL: one SELECT that reads exactly the product's inputs."""

from collections.abc import Sequence
from pathlib import Path

from data_lake.contracts import sql
from data_lake.problems import Problem, nearest


def read_sql(path: Path, file: str) -> tuple[str, list[Problem]]:
    """The statement in ``path`` without its closing semicolon, or what is wrong with it."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return "", [Problem(file, 1, "sql", "is required: the SELECT that builds the product")]
    except UnicodeDecodeError as error:
        return "", [Problem(file, 1, "sql", "must be UTF-8 text; save it as UTF-8", str(error))]
    fault = sql.statement_fault(sql.tokens(text))
    if fault:
        return "", [Problem(file, fault[0], "sql", *fault[1:])]
    return text.strip().removesuffix(";").rstrip(), []


def table_problems(text: str, file: str, inputs: Sequence[str]) -> list[Problem]:
    """Tables that the statement reads without their being inputs of the product."""
    problems: list[Problem] = []
    for token in sql.tables(sql.tokens(text)):
        if token.word in inputs:
            continue
        rule = "reads a table that is not among the contract's inputs"
        if "." in token.word:
            rule = "must name an input alone, without its database"
        near = nearest(token.word.rpartition(".")[2], inputs)
        problems.append(Problem(file, token.line, "sql", rule, token.value, near))
    return problems


def tables_read(text: str) -> set[str]:
    """Names of the tables that the statement reads."""
    return {token.word for token in sql.tables(sql.tokens(text))}
