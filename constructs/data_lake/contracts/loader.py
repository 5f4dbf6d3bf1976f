"""Reads a folder of contracts and says everything that is wrong with it at once."""

from pathlib import Path

from data_lake.contracts.across import across_problems
from data_lake.contracts.contract_set import ContractSet
from data_lake.contracts.models import DatasetContract, ProductContract
from data_lake.contracts.reader import SUFFIX, ContractFile, read_contract
from data_lake.problems import DocumentError, Problem


class ContractError(DocumentError):
    """Contracts that cannot be used; one line per problem, all problems of all files at once."""


def load_contracts(folder: Path) -> ContractSet:
    """The valid contracts ``<name>.odcs.yaml`` of a folder; products have ``<name>.sql`` beside.

    Raises:
        ContractError: carries every problem as ``file:line: field: rule: value; nearest name``.
    """
    paths = sorted(folder.glob(f"*{SUFFIX}"))
    if not paths:
        rule = f"must hold contracts named <dataset>{SUFFIX}"
        raise ContractError([Problem(folder.name, 1, "folder", rule, "none")])
    files = [read_contract(path) for path in paths]
    problems = [problem for file in files for problem in file.problems]
    problems += across_problems(files) + _stray_files(folder, files)
    if problems:
        by_place = sorted(problems, key=lambda found: (found.file, found.line))
        raise ContractError(by_place)
    contracts = {file.name: file.contract for file in files}
    return ContractSet(
        {name: each for name, each in contracts.items() if isinstance(each, DatasetContract)},
        {name: each for name, each in contracts.items() if isinstance(each, ProductContract)},
    )


def _stray_files(folder: Path, files: list[ContractFile]) -> list[Problem]:
    problems: list[Problem] = []
    products = {file.name for file in files if file.is_product}
    for path in sorted(folder.iterdir()):
        name = f"{folder.name}/{path.name}"
        if path.suffix in (".yaml", ".yml") and not path.name.endswith(SUFFIX):
            rule = f"must end in {SUFFIX}, or the contract is never read"
            near = f"{path.name.split('.')[0]}{SUFFIX}"
            problems.append(Problem(name, 1, "file", rule, repr(path.name), near))
        elif path.suffix == ".sql" and path.stem not in products:
            rule = f"belongs to no product; add {path.stem}{SUFFIX} with inputs, or remove it"
            problems.append(Problem(name, 1, "file", rule, repr(path.name)))
    return problems
