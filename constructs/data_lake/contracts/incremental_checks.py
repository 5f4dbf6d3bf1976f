"""Whether the partitions that an incremental product names are there, in it and in its inputs."""

from collections.abc import Iterator, Mapping

from data_lake.contracts import sql
from data_lake.contracts.extensions import ProductExtensions
from data_lake.contracts.models import DatasetContract, ProductContract
from data_lake.contracts.reader import ContractFile
from data_lake.problems import Problem, nearest

Contract = DatasetContract | ProductContract
Fault = tuple[str, str]
"""A rule that is broken, and the nearest valid name."""


def incremental_problems(
    file: ContractFile, contracts: Mapping[str, Contract | None]
) -> Iterator[Problem]:
    """What is wrong with a product's ``incremental``.

    Args:
        file: the product's.
        contracts: every contract by name; ``None`` for one that has problems of its own.
    """
    extensions, document = file.extensions, file.document
    if not document or not isinstance(extensions, ProductExtensions) or not extensions.incremental:
        return
    for name, wanted, value in (
        ("tableFormat", "iceberg", extensions.table_format),
        ("writeMode", "replace", extensions.write_mode),
    ):
        if value != wanted:
            rule = f"must be {wanted} for an incremental product, whose partitions are replaced"
            yield document.problem(file.extension_path([name]), rule)
    product = contracts.get(file.name)
    seen: set[str] = set()
    for index, part in enumerate(extensions.incremental.partitions):
        at = file.extension_path(["incremental", "partitions", index, "column"])
        if part.column in seen:
            yield document.problem(at, "is given twice; keep one")
        elif product is not None and (fault := _fault(product, part.column)):
            yield document.problem(at, fault[0], nearest=fault[1])
        seen.add(part.column)
        for name, column in part.inputs.items():
            at = file.extension_path(["incremental", "partitions", index, "inputs", name])
            source = contracts.get(name)
            found = None
            if name not in extensions.inputs:
                rule = f"names {name!r}, which is not among the contract's inputs"
                found = (rule, nearest(name, extensions.inputs))
            elif source is not None:
                found = _input_fault(product, part.column, source, column)
            if not found and file.sql and not _is_named(file.sql, column):
                found = (f"is not read by {file.sql_file}, so no partition follows from it", "")
            if found:
                yield document.problem(at, found[0], nearest=found[1])


def _fault(contract: Contract, column: str) -> Fault | None:
    if column in contract.partition_by:
        (found,) = [each for each in contract.columns if each.name == column]
        if found.transform is None:
            return None
        rule = (
            f"must be a column whose own values {contract.name} is partitioned by, and it is "
            f"partitioned by {found.transform} of it"
        )
        return rule, ""
    rule = f"must be a column that {contract.name} is partitioned by"
    return rule, nearest(column, contract.partition_by)


def _input_fault(product: Contract | None, own: str, source: Contract, column: str) -> Fault | None:
    if source.format != "iceberg":
        return f"needs {source.name} to be an Iceberg table, whose snapshots tell changes", ""
    fault = _fault(source, column)
    if fault or product is None:
        return fault
    wanted, found = _type(product, own), _type(source, column)
    if wanted and wanted != found:
        return f"must have the type of {product.name}.{own}, {wanted}, and is {found}", ""
    return None


def _type(contract: Contract, name: str) -> str | None:
    found = [column.type for column in contract.columns if column.name == name]
    return found[0] if found else None


def _is_named(statement: str, column: str) -> bool:
    words = (token.word for token in sql.tokens(statement) if token.kind == "name")
    return any(word.rpartition(".")[2] == column for word in words)
