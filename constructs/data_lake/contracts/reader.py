"""Reads one contract file, and a product's SQL beside it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from data_lake.contracts.columns import Table, read_table
from data_lake.contracts.extensions import DatasetExtensions, ProductExtensions
from data_lake.contracts.header import Header, check_schema_object, read_header
from data_lake.contracts.models import (
    DatasetContract,
    ProductContract,
    Quality,
    QuarantineSettings,
    Trigger,
)
from data_lake.contracts.product_sql import read_sql
from data_lake.contracts.protection_checks import protection_problems
from data_lake.contracts.rules import Rules, read_rules
from data_lake.contracts.standard import standard_problems
from data_lake.contracts.table_checks import table_problems
from data_lake.model_problems import model_problems
from data_lake.problems import DocumentError, FieldPath, Problem
from data_lake.yaml_marks import MarkedDocument, read_document

SUFFIX = ".odcs.yaml"
Extensions = DatasetExtensions | ProductExtensions


@dataclass
class ContractFile:
    """One contract file as far as it could be read; ``contract`` only if nothing is wrong."""

    path: Path
    file: str
    is_product: bool = False
    problems: list[Problem] = field(default_factory=list)
    document: MarkedDocument | None = None
    extensions: Extensions | None = None
    sql: str = ""
    table: Table = field(default_factory=Table)
    rules: Rules = field(default_factory=Rules)
    contract: DatasetContract | ProductContract | None = None

    @property
    def name(self) -> str:
        """The contract's name, which is the file's without ``.odcs.yaml``."""
        return self.path.name.removesuffix(SUFFIX)

    @property
    def sql_file(self) -> str:
        """The name that messages give to the product's SQL."""
        return self.file.removesuffix(SUFFIX) + ".sql"

    def extension_path(self, loc: FieldPath) -> FieldPath:
        """Where a place of the extensions stands in the document."""
        items = self.document.data.get("customProperties") or () if self.document else ()
        model = ProductExtensions if self.is_product else DatasetExtensions
        known = {field.alias for field in model.model_fields.values()}
        for index, item in enumerate(items):
            if item["property"] == loc[0]:
                return (
                    "customProperties",
                    index,
                    "value" if loc[0] in known else "property",
                    *loc[1:],
                )
        return ("customProperties", *loc)


def read_contract(path: Path) -> ContractFile:
    """Read one file; whatever is wrong ends up in its ``problems``."""
    result = ContractFile(path, f"{path.parent.name}/{path.name}")
    sql_path = path.with_name(f"{result.name}.sql")
    try:
        result.document = read_document(path, result.file)
    except DocumentError as error:
        result.problems.extend(error.problems)
        result.is_product = sql_path.exists()
        return result
    result.problems, readable = standard_problems(result.document)
    result.is_product = sql_path.exists() or _has_inputs(result.document.data)
    if readable:
        own: list[Problem] = []
        _read_on(result, sql_path, own)
        said = {problem.field for problem in result.problems}
        said |= {_meant(problem) for problem in result.problems}
        result.problems += [problem for problem in own if problem.field not in said]
    return result


def _meant(problem: Problem) -> str:
    """The field that was misspelt, so that it is not also reported as missing."""
    parent, _, _ = problem.field.rpartition(".")
    return f"{parent}.{problem.nearest}".removeprefix(".")


def _has_inputs(data: dict[str, Any]) -> bool:
    items = data.get("customProperties")
    return isinstance(items, list) and any(
        isinstance(item, dict) and item.get("property") == "inputs" for item in items
    )


def _read_on(result: ContractFile, sql_path: Path, problems: list[Problem]) -> None:
    document = result.document
    if document is None:
        return
    header = read_header(document, result.name, problems)
    if check_schema_object(document, header.name, problems):
        result.table = read_table(document, problems)
        problems += protection_problems(document, result.table, is_product=result.is_product)
        result.rules = read_rules(document, result.table, problems)
    result.extensions = _read_extensions(result, document, problems)
    if result.is_product:
        result.sql, sql_problems = read_sql(sql_path, result.sql_file)
        problems += sql_problems
    if result.extensions is None:
        return
    problems += table_problems(document, result.table, result.extensions, result.extension_path)
    if not problems and not result.problems:
        result.contract = _contract(header, result, result.extensions)


def _read_extensions(
    result: ContractFile, document: MarkedDocument, problems: list[Problem]
) -> Extensions | None:
    model = ProductExtensions if result.is_product else DatasetExtensions
    content: dict[str, Any] = {}
    for index, item in enumerate(document.data.get("customProperties") or ()):
        name = item["property"]
        if name in content:
            path = ("customProperties", index, "property")
            problems.append(document.problem(path, "is given twice; keep one"))
        content.setdefault(name, item["value"])
    try:
        extensions = model.model_validate(content)
    except ValidationError as error:
        problems += model_problems(error, model, document, result.extension_path)
        return None
    if (
        isinstance(extensions, DatasetExtensions)
        and extensions.trigger.mode == "schedule"
        and extensions.schedule is None
    ):
        rule = "needs the property schedule with cron and timeZone"
        problems.append(document.problem(result.extension_path(["trigger", "mode"]), rule))
    return extensions


def _contract(
    header: Header, result: ContractFile, extensions: Extensions
) -> DatasetContract | ProductContract:
    common: dict[str, Any] = {
        **vars(header),
        "format": extensions.table_format,
        "write_mode": extensions.write_mode,
        "version_column": extensions.version_column,
        "evolution": extensions.evolution,
        "publishing": extensions.publishing,
        **vars(result.table),
        "rules": result.rules.rules,
        "quality": Quality(threshold=extensions.quality_threshold),
        "engine": extensions.engine,
        "quarantine": QuarantineSettings(**extensions.quarantine.model_dump()),
        "circuit": extensions.circuit,
    }
    if isinstance(extensions, ProductExtensions):
        return ProductContract(
            **common,
            inputs=tuple(sorted(extensions.inputs)),
            sql=result.sql,
            incremental=extensions.incremental,
        )
    return DatasetContract(
        **common,
        raw=extensions.raw,
        trigger=_trigger(extensions),
        schedule=extensions.schedule,
        retry=extensions.retry,
    )


def _trigger(extensions: DatasetExtensions) -> Trigger:
    trigger, schedule = extensions.trigger, extensions.schedule
    if trigger.mode == "schedule" and schedule:
        return Trigger(mode=trigger.mode, **schedule.model_dump(exclude={"catch_up"}))
    if trigger.mode == "manifest":
        return Trigger(**trigger.model_dump(exclude={"every_minutes"}))
    if trigger.mode == "micro_batch":
        return Trigger(mode=trigger.mode, every_minutes=trigger.every_minutes)
    return Trigger(mode=trigger.mode)
