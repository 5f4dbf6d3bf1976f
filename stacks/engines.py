"""Whether an environment has the time that contracts ask for."""

from pathlib import Path

from config.settings import Settings
from data_lake.contracts import ContractError, ContractSet
from data_lake.problems import Problem
from data_lake.yaml_marks import read_document

MARGIN_MINUTES = 15
"""What a run needs besides its job: to inspect, judge and publish."""


def check_engines(contracts: ContractSet, settings: Settings, folder: Path) -> None:
    """Refuse a job timeout that the environment's pipelines would not live to see.

    Args:
        contracts: the lake's.
        settings: the environment.
        folder: where the contracts were read.

    Raises:
        ContractError: a contract's ``engine.timeoutMinutes`` is too long.
    """
    longest = settings.pipeline.timeout_minutes - MARGIN_MINUTES
    problems: list[Problem] = []
    for name, contract in sorted((contracts.datasets | contracts.products).items()):
        minutes = contract.engine.timeout_minutes
        if minutes is None or minutes <= longest:
            continue
        file = f"{name}.odcs.yaml"
        document = read_document(folder / file, f"{folder.name}/{file}")
        items = document.data["customProperties"]
        index = [item["property"] for item in items].index("engine")
        rule = (
            f"must be at most {longest}, which is pipeline.timeout_minutes of environment "
            f"{settings.environment} less {MARGIN_MINUTES} for the rest of the run"
        )
        path = ("customProperties", index, "value", "timeoutMinutes")
        problems.append(document.problem(path, rule))
    if problems:
        raise ContractError(problems)
