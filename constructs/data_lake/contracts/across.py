"""Checks that need more than one contract: names, raw prefixes, and what products read."""

from collections.abc import Iterator, Sequence

from data_lake.contracts.extensions import DatasetExtensions, ProductExtensions
from data_lake.contracts.incremental_checks import incremental_problems
from data_lake.contracts.product_graph import find_cycles
from data_lake.contracts.product_sql import table_problems, tables_read
from data_lake.contracts.reader import ContractFile
from data_lake.contracts.references import reference_problems
from data_lake.problems import Problem, nearest


def across_problems(files: Sequence[ContractFile]) -> list[Problem]:
    """What is wrong between contracts. A file with problems of its own still counts as there."""
    return [
        *_names(files),
        *_ids(files),
        *_prefixes(files),
        *_products(files),
        *_cycles(files),
        *reference_problems(files),
    ]


def _names(files: Sequence[ContractFile]) -> Iterator[Problem]:
    owners = {file.name: file for file in files}
    for file in files:
        named = file.document.data.get("name") if file.document else None
        if not file.document or not isinstance(named, str) or named == file.name:
            continue
        taken = f"is taken by {owners[named].file}; it " if named in owners else ""
        rule = f"{taken}must equal the file's name, {file.name}"
        yield file.document.problem(["name"], rule, nearest=file.name)


def _ids(files: Sequence[ContractFile]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for file in files:
        contract_id = file.document.data.get("id") if file.document else None
        if not file.document or not isinstance(contract_id, str):
            continue
        if contract_id in first:
            yield file.document.problem(["id"], f"is taken by {first[contract_id]}")
        first.setdefault(contract_id, f"{file.file}:{file.document.line(['id'])}")


def _prefixes(files: Sequence[ContractFile]) -> Iterator[Problem]:
    claims: list[tuple[str, str]] = []
    for file in files:
        if not file.document or not isinstance(file.extensions, DatasetExtensions):
            continue
        prefix = file.extensions.raw.prefix
        path = file.extension_path(["raw", "prefix"])
        for claimed, place in claims:
            if prefix.startswith(claimed) or claimed.startswith(prefix):
                how = "is also" if claimed == prefix else f"overlaps {claimed!r},"
                rule = f"{how} claimed by {place}; a file must belong to one dataset"
                yield file.document.problem(path, rule)
        claims.append((prefix, f"{file.file}:{file.document.line(path)}"))


def _products(files: Sequence[ContractFile]) -> Iterator[Problem]:
    known = [file.name for file in files]
    contracts = {file.name: file.contract for file in files}
    for file in files:
        if not file.document or not isinstance(file.extensions, ProductExtensions):
            continue
        inputs = file.extensions.inputs
        meant = {nearest(name, known) for name in inputs if name not in known}
        tables = table_problems(file.sql, file.sql_file, [*inputs, *meant])
        # A misspelt name is one problem, not also the absence of the right one.
        read = tables_read(file.sql) | {problem.nearest for problem in tables}
        for index, name in enumerate(inputs):
            path = file.extension_path(["inputs", index])
            if name not in known:
                near = nearest(name, known)
                rule = "must be a dataset or a product with a contract"
                yield file.document.problem(path, rule, nearest=near)
            elif name in inputs[:index]:
                yield file.document.problem(path, "is given twice; keep one")
            elif file.sql and name not in read:
                yield file.document.problem(path, f"is not read by {file.sql_file}; remove it")
        yield from tables
        yield from incremental_problems(file, contracts)


def _cycles(files: Sequence[ContractFile]) -> Iterator[Problem]:
    products = {
        file.name: (file, file.extensions.inputs)
        for file in files
        if file.document and isinstance(file.extensions, ProductExtensions)
    }
    for cycle in find_cycles({name: inputs for name, (_, inputs) in products.items()}):
        links = []
        for name, read in zip(cycle, (*cycle[1:], cycle[0]), strict=True):
            file, inputs = products[name]
            path = file.extension_path(["inputs", inputs.index(read)])
            links.append((file, path, read))
        told = ", ".join(
            f"{file.name} reads {read} ({file.file}:{file.document.line(path)})"
            for file, path, read in links
            if file.document
        )
        first, path, _ = links[0]
        if first.document:
            rule = f"makes a cycle: {told}; a product cannot be built from itself"
            yield first.document.problem(path, rule)
