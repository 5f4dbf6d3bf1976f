"""Whether the partitions that an incremental product names are there, in it and in its inputs."""

from collections.abc import Iterator, Mapping

from data_lake.contracts import sql
from data_lake.contracts.extensions import ProductExtensions
from data_lake.contracts.models import Column, DatasetContract, ProductContract
from data_lake.contracts.reader import ContractFile
from data_lake.problems import Problem, nearest

Contract = DatasetContract | ProductContract


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
    seen: set[str] = set()
    for index, part in enumerate(extensions.incremental.partitions):
        path = ["incremental", "partitions", index]
        product = contracts.get(file.name)
        if part.column in seen:
            at = file.extension_path([*path, "column"])
            yield document.problem(at, "is given twice; keep one")
        elif product is not None and (fault := _fault(product, part.column)):
            yield document.problem(file.extension_path([*path, "column"]), *fault)
        seen.add(part.column)
        for name, column in part.inputs.items():
            at = file.extension_path([*path, "inputs", name])
            if name not in extensions.inputs:
                rule = "is not among the contract's inputs"
                yield document.problem(
                    at, rule, value=repr(name), nearest=nearest(name, extensions.inputs)
                )
                continue
            source = contracts.get(name)
            found = _input_fault(product, part.column, source, column) if source else None
            if found:
                yield document.problem(at, *found)
            elif file.sql and not _is_named(file.sql, column):
                rule = f"is not read by {file.sql_file}, so no partition follows from it"
                yield document.problem(at, rule)


def _fault(contract: Contract, column: str) -> tuple[str, str | None, str] | None:
    """Rule, value and nearest name where a contract is not partitioned by a column."""
    if column in contract.partition_by:
        return None
    rule = f"must be a column that {contract.name} is partitioned by"
    near = nearest(column, contract.partition_by)
    return rule, None, near


def _input_fault(
    product: Contract | None, own: str, source: Contract, column: str
) -> tuple[str, str | None, str] | None:
    if source.format != "iceberg":
        rule = f"needs an Iceberg table, whose snapshots tell what changed; {source.name} is not one"
        return rule, None, ""
    fault = _fault(source, column)
    if fault or product is None:
        return fault
    types = _type(product, own), _type(source, column)
    if None not in types and types[0] != types[1]:
        rule = f"must have the type of {product.name}.{own}, {types[0]}, and is {types[1]}"
        return rule, None, ""
    return None


def _type(contract: Contract, name: str) -> str | None:
    found: list[Column] = [column for column in contract.columns if column.name == name]
    return found[0].type if found else None


def _is_named(statement: str, column: str) -> bool:
    words = (token.word for token in sql.tokens(statement) if token.kind == "name")
    return any(word.rpartition(".")[2] == column for word in words)
