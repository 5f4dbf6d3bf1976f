"""A contract cannot ask for more time than its environment's pipelines have."""

import shutil
from pathlib import Path

import pytest

from config.loading import load_settings
from data_lake.contracts import ContractError, load_contracts
from stacks.engines import check_engines

CONTRACTS = Path(__file__).resolve().parents[3] / "contracts"


def test_a_job_that_would_outlast_its_run_is_refused_with_its_place(tmp_path: Path) -> None:
    folder = tmp_path / "contracts"
    shutil.copytree(CONTRACTS, folder)
    file = folder / "flights.odcs.yaml"
    text = file.read_text()
    assert text.count("timeoutMinutes: 45") == 1
    file.write_text(text.replace("timeoutMinutes: 45", "timeoutMinutes: 400"))
    line = 1 + text[: text.index("timeoutMinutes: 45")].count("\n")
    settings = load_settings("prod")
    with pytest.raises(ContractError) as raised:
        check_engines(load_contracts(folder), settings, folder)
    longest = settings.pipeline.timeout_minutes - 15
    assert str(raised.value) == (
        f"contracts/flights.odcs.yaml:{line}: customProperties[engine].value.timeoutMinutes: must "
        f"be at most {longest}, which is pipeline.timeout_minutes of environment prod less 15 for "
        "the rest of the run: got 400"
    )


@pytest.mark.parametrize("environment", ["local", "dev", "staging", "prod"])
def test_the_contracts_of_this_repository_fit_every_environment(environment: str) -> None:
    check_engines(load_contracts(CONTRACTS), load_settings(environment), CONTRACTS)
