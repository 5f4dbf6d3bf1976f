"""TPC-H as a second lake: eight tables that refer to each other, brought up by `--contracts`."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from data_lake.contracts import load_contracts
from strata.activity import wait_until_quiet
from strata.arrivals import put
from strata.local.lake import LocalLake, bring_up, take_down
from strata.notices import open_inbox
from strata.page import gather
from strata.paths import ROOT
from strata.query import query
from strata.runs import runs
from strata.tpch.defects import field_defects
from strata.tpch.generator import generate
from strata.tpch.injector import Record, inject

CONTRACTS = ROOT / "examples" / "tpch" / "contracts"
SCALE = 0.001
WAVES = (("region", "part"), ("nation",), ("supplier", "customer"), ("partsupp", "orders"))
"""Tables that may be loaded together: those that they refer to come before."""
DAMAGED = "lineitem"


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    """Give the order lines, one of them damaged in each way that a value can be."""
    file = generate(tmp_path_factory.mktemp("lines"), SCALE, [DAMAGED])[DAMAGED]
    lines = file.read_bytes().splitlines()[1:]
    defects = field_defects(load_contracts(CONTRACTS).datasets[DAMAGED])
    return list(inject(lines, len(lines), bad=len(defects), duplicates=0, defects=defects))


@pytest.fixture(scope="module")
def tpch(records: list[Record], tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalLake]:
    """Give a lake with the contracts of TPC-H, loaded as its README says."""
    folder = tmp_path_factory.mktemp("tpch")
    files = generate(folder / "files", SCALE)
    header = files[DAMAGED].read_bytes().partition(b"\n")[0]
    files[DAMAGED].write_bytes(b"\n".join([header, *(one.text for one in records)]) + b"\n")
    lake = bring_up(folder=folder, contracts=CONTRACTS)
    open_inbox(lake)
    contracts = load_contracts(Path(lake.contracts))
    try:
        for wave in (*WAVES, (DAMAGED,)):
            for table in wave:
                put(lake, contracts, table, files[table])
            wait_until_quiet(lake, seconds=600)
        yield lake
    finally:
        take_down(folder)


def test_every_table_is_published_and_each_reference_was_looked_up(tpch: LocalLake) -> None:
    told = {run["dataset"]: (run["outcome"], run.get("reason")) for run in runs(tpch)}
    damaged = told.pop(DAMAGED)
    assert told == {table: ("published", None) for wave in WAVES for table in wave}
    assert damaged[0].startswith("published")
    assert "not evaluated" not in (damaged[1] or "")


def test_each_line_that_belongs_to_nothing_is_found_by_its_rule_and_no_other(
    tpch: LocalLake, records: list[Record]
) -> None:
    bad = Counter((one.text.decode(), tuple(sorted(one.rules))) for one in records if one.rules)
    rows = query(tpch, "SELECT raw_record, rule_ids FROM quarantine.lineitem").to_pylist()
    assert Counter((row["raw_record"], tuple(sorted(row["rule_ids"]))) for row in rows) == bad
    found = Counter(rule for rules in (row["rule_ids"] for row in rows) for rule in rules)
    assert found["line_order_known"] > 0
    assert found["line_part_supplied"] > 0


def test_the_lines_that_are_left_join_with_every_table(
    tpch: LocalLake, records: list[Record]
) -> None:
    (found,) = query(
        tpch,
        "SELECT COUNT(*) AS lines, COUNT(r_name) AS whole FROM processed.lineitem "
        "LEFT JOIN processed.orders ON o_orderkey = l_orderkey "
        "LEFT JOIN processed.customer ON c_custkey = o_custkey "
        "LEFT JOIN processed.nation ON n_nationkey = c_nationkey "
        "LEFT JOIN processed.region ON r_regionkey = n_regionkey",
    ).to_pylist()
    good = sum(not one.rules for one in records)
    assert found == {"lines": good, "whole": good}


def test_the_page_tells_of_the_contracts_of_this_lake(tpch: LocalLake) -> None:
    story = gather(tpch)
    assert {table.name: bool(table.description) for table in story.tables} == {
        table: True for wave in (*WAVES, (DAMAGED,)) for table in wave
    }
    assert story.thresholds.keys() >= {"region", DAMAGED}
