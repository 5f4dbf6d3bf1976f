"""Checks of rules that refer to another dataset: it exists, and so do its columns, of one type."""

from collections.abc import Iterator, Mapping, Sequence

from data_lake.contracts.reader import ContractFile
from data_lake.contracts.rules import Reference
from data_lake.problems import Problem, nearest

_WHOLE_NUMBERS = {"int", "bigint"}


def reference_problems(files: Sequence[ContractFile]) -> Iterator[Problem]:
    """What is wrong with the references between contracts."""
    known = {file.name: file for file in files}
    for file in files:
        for reference in file.rules.references:
            yield from _problems(file, reference, known)


def _problems(
    file: ContractFile, reference: Reference, known: Mapping[str, ContractFile]
) -> Iterator[Problem]:
    rule, entry = reference.rule, reference.entry
    path = (*entry.path, *reference.locate(["dataset"]))
    target = known.get(str(rule.dataset))
    datasets = [other.name for other in known.values() if not other.is_product]
    if rule.dataset == file.name:
        yield entry.document.problem(path, "must be another dataset than the rule's own")
    elif target is None:
        near = nearest(rule.dataset, [name for name in datasets if name != file.name])
        yield entry.document.problem(path, "must be a dataset with a contract", nearest=near)
    elif target.is_product:
        yield entry.document.problem(path, "must be a dataset, and is a product")
    elif target.table.columns:
        yield from _keys(file, reference, target)


def _keys(file: ContractFile, reference: Reference, target: ContractFile) -> Iterator[Problem]:
    rule, entry = reference.rule, reference.entry
    document = entry.document
    written = entry.content["implementation"].get("keys")
    for number, (name, key) in enumerate(zip(rule.columns, rule.keys or (), strict=False)):
        path = (*entry.path, *reference.locate(["keys", number] if written else ["dataset"]))
        column, found = file.table.column(name), target.table.column(key)
        if found is None:
            near = nearest(key, [column.name for column in target.table.columns])
            text = f"must be a column of {target.name}"
            yield document.problem(path, text, value=repr(key), nearest=near)
        elif found.protection and found.protection.method != "none":
            text = f"cannot be looked up in {target.name}, whose protection of it is"
            yield document.problem(path, f"{text} {found.protection.method}", value=repr(key))
        elif column and column.type and found.type and not _same(column.type, found.type):
            text = f"is {found.type} in {target.name} and {column.name} is {column.type}"
            yield document.problem(path, f"{text}; refer to a column of the same type")


def _same(one: str, other: str) -> bool:
    return one == other or {one, other} == _WHOLE_NUMBERS
