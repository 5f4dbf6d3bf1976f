"""A deployed lake is looked at, with and without a canary file; emulated."""

import pytest

from data_lake.contracts import load_contracts
from strata.cli import main
from strata.errors import StrataError
from strata.promotion.smoke import (
    canary,
    check_dead_letters,
    check_stacks,
    run_that_finds_nothing,
    shuffled,
)
from strata.query import query
from strata.runs import runs

AIRLINES = "SELECT carrier, name FROM processed.airlines ORDER BY carrier"
SECONDS = 240


@pytest.fixture(scope="session")
def contracts(contracts_folder):
    return load_contracts(contracts_folder)


def test_stacks_in_order_and_empty_dead_letters_pass(loaded):
    assert f"{loaded.prefix}-processing" in check_stacks(loaded)
    check_dead_letters(loaded)


def test_a_run_that_finds_nothing_goes_through_the_machine_and_writes_no_data(loaded, contracts):
    before = len(runs(loaded))
    idle = run_that_finds_nothing(loaded, contracts, seconds=SECONDS)
    assert idle in contracts.datasets
    assert len(runs(loaded)) == before


def test_a_canary_is_published_and_leaves_the_table_as_it_was(loaded, contracts, samples):
    airlines = next(one.file for one in samples if one.key.startswith("airlines/"))
    before = query(loaded, AIRLINES).to_pylist()
    said = []

    def send():
        return canary(
            loaded, contracts, "airlines", airlines, "seed", seconds=SECONDS, tell=said.append
        )

    first = send()
    assert first["outcome"] == "published"
    assert "/airlines/smoke-" in said[0]
    assert query(loaded, AIRLINES).to_pylist() == before
    assert send()["recognised"]
    assert query(loaded, AIRLINES).to_pylist() == before


def test_a_canary_that_the_contract_refuses_is_told_in_the_words_of_its_run(
    loaded, contracts, tmp_path
):
    file = tmp_path / "airlines.csv"
    file.write_text("carrier,fare\nUA,99\n")
    with pytest.raises(StrataError, match=r"airlines/smoke-.* ended as rejected: .*"):
        canary(loaded, contracts, "airlines", file, "seed", seconds=SECONDS, tell=lambda _: None)


def test_an_unknown_dataset_gets_no_canary(loaded, contracts, tmp_path):
    with pytest.raises(StrataError, match="did you mean airlines"):
        canary(loaded, contracts, "airline", tmp_path / "none", "seed", seconds=1)


def test_production_gets_no_made_up_data(capsys):
    with pytest.raises(SystemExit):
        main(["smoke", "--env", "prod", "--canary", "airlines"])
    assert "prod gets no made-up data" in capsys.readouterr().err


def test_rows_are_put_in_another_order_and_none_is_lost():
    text = "a,b\n" + "".join(f"{at},x\n" for at in range(20)) + "last,x"
    one, two = shuffled(text, "one"), shuffled(text, "two")
    assert one != two
    assert one == shuffled(text, "one")
    assert one.splitlines()[0] == "a,b"
    assert sorted(one.splitlines()) == sorted(text.splitlines())
