"""What `strata circuit` writes is what the functions read, and the reverse."""

import pytest

from data_lake.contracts import ContractSet
from strata.circuits import list_circuits, move_circuit, show_circuit
from strata.errors import StrataError
from strata.local.lake import LocalLake
from tests.functions.support.resources import OWNER, REGION


@pytest.fixture
def deployed(lake, emulator):
    """Give the lake as the command line finds it."""
    return LocalLake(
        endpoint=emulator.endpoint,
        pid=0,
        account=emulator.account,
        region=REGION,
        prefix=OWNER,
        outputs={"LedgerTableName": lake.ledger.name},
        folder="",
    )


@pytest.fixture
def contracts():
    """Give contracts by name; their content is of no concern here."""
    return ContractSet(datasets=dict.fromkeys(("flights", "airlines")), products={})


def test_a_circuit_that_a_person_opens_stops_runs_and_one_that_is_closed_lets_them(
    lake, deployed, contracts
):
    lake.arrive("flights/a.csv")
    # When a person opens the circuit
    row = move_circuit(deployed, contracts, "flights", "open", who="ada", why="moving house")
    # Then no run opens
    assert (row["state"], row["by"], row["why"]) == ("open", "ada", "moving house")
    refused = lake.open("run-1")
    assert refused["status"] == "circuit_open"
    assert "moving house" in refused["notice"]["message"]
    # When it is closed, then one does
    move_circuit(deployed, contracts, "flights", "closed", who="bob", why="moved")
    assert lake.open("run-2")["status"] == "opened"
    # And both are remembered with who and why
    history = show_circuit(deployed, contracts, "flights")
    assert [(entry["from"], entry["to"], entry["by"]) for entry in history] == [
        ("closed", "open", "ada"),
        ("open", "closed", "bob"),
    ]


def test_a_circuit_that_failures_opened_is_listed_first_and_closed_by_hand(
    lake, deployed, contracts
):
    lake.change_contract(circuit={"failures": 1, "cool_down_minutes": 60})
    lake.arrive("flights/a.csv")
    lake.fail("run-1")
    rows = list_circuits(deployed, contracts)
    assert [(row["dataset"], row["state"]) for row in rows] == [
        ("flights", "open"),
        ("airlines", "closed"),
    ]
    assert rows[0]["by"] == "run run-1"
    assert rows[0]["tried_after"] > rows[0]["since"]
    move_circuit(deployed, contracts, "flights", "closed", who="bob", why="mended")
    assert lake.open("run-2")["status"] == "opened"


def test_a_circuit_that_failures_opened_can_be_kept_open_by_hand(lake, deployed, contracts):
    lake.change_contract(circuit={"failures": 1, "cool_down_minutes": 60})
    lake.arrive("flights/a.csv")
    lake.fail("run-1")
    row = move_circuit(deployed, contracts, "flights", "open", who="ada", why="wait for me")
    assert row["tried_after"] is None


@pytest.mark.parametrize(
    ("move", "message"),
    [
        (("flihgts", "open", "x"), "no contract is named flihgts; did you mean flights"),
        (("flights", "closed", "x"), "the circuit of flights is closed already"),
        (("flights", "open", " "), "--why: must say something: got ' '"),
    ],
)
def test_what_makes_no_sense_is_refused(deployed, contracts, move, message):
    dataset, to, why = move
    with pytest.raises(StrataError, match=message):
        move_circuit(deployed, contracts, dataset, to, who="ada", why=why)
