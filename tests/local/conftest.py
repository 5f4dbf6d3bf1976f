"""One deployed local lake for all end-to-end tests, fed once with small real and bad files."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from backports import zstd

from strata.activity import wait_until_quiet
from strata.arrivals import put_object
from strata.local.lake import LocalLake, bring_up, take_down
from strata.notices import notices, open_inbox
from strata.paths import ROOT
from strata.sample_data import Upload, damaged_files, real_files, split_by_manifest

SAMPLE_LINES = 3_001
"""Header and 3,000 flights: enough for every step, and quick."""
NEXT_PLANES = 1_500
"""How many aircraft the second batch has, which takes the place of the first."""
PACKED = "airports/packed airports.csv"
"""The key of a file that does not say what it is."""


FIXTURES = sorted((ROOT / "tests/fixtures").glob("*.odcs.yaml"))
"""Contracts of datasets that single modules load, at any time beside the sample's."""
BESIDE_THE_SAMPLE = tuple(file.name.partition(".")[0] for file in FIXTURES)


@pytest.fixture(scope="session")
def contracts_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the sample contracts, and those of `tests/fixtures/`."""
    folder = tmp_path_factory.mktemp("lake contracts") / "contracts"
    shutil.copytree(ROOT / "contracts", folder)
    for contract in FIXTURES:
        shutil.copy(contract, folder)
    return folder


@pytest.fixture(scope="session")
def lake(tmp_path_factory: pytest.TempPathFactory, contracts_folder: Path) -> Iterator[LocalLake]:
    """Give a lake that was deployed from the synthesised templates, still empty."""
    folder = tmp_path_factory.mktemp("lake")
    running = bring_up(folder=folder, contracts=contracts_folder)
    open_inbox(running)
    try:
        yield running
    finally:
        take_down(folder)


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[Upload]:
    """Give the real files, the flights cut to a few thousand and the weather to January."""
    folder = tmp_path_factory.mktemp("samples")
    airlines, *others, weather, flights = real_files(folder)
    short = folder / "some flights.csv"
    with flights.file.open() as whole:
        short.write_text("".join(line for _, line in zip(range(SAMPLE_LINES), whole, strict=False)))
    january = folder / "january.csv"
    header, *hours = weather.file.read_text().splitlines(keepends=True)
    january.write_text("".join([header, *(line for line in hours if line[4:11] == "2013,1,")]))
    return [
        airlines,
        Upload("flights/some flights.csv", short, "a part of the real file"),
        Upload(weather.key, january, "a part of the real file"),
        *others,
    ]


@pytest.fixture(scope="session")
def loaded(lake: LocalLake, samples: list[Upload]) -> LocalLake:
    """Give the lake after the real files went through it."""
    flights = [upload for upload in samples if upload.key.startswith("flights/")]
    _feed(lake, [upload for upload in samples if upload not in flights])
    _feed(lake, flights)
    return lake


@pytest.fixture(scope="session")
def tried(
    loaded: LocalLake, samples: list[Upload], tmp_path_factory: pytest.TempPathFactory
) -> LocalLake:
    """Give the lake after the files that are wrong went through it, too."""
    folder = tmp_path_factory.mktemp("damaged")
    others = [*_next_planes(folder, samples), _packed(folder, samples)]
    _feed(loaded, [*damaged_files(folder, again=samples[0]), *others])
    return loaded


def _next_planes(folder: Path, samples: list[Upload]) -> list[Upload]:
    """Give a smaller batch of planes, its manifest before its files."""
    (planes,) = [upload for upload in samples if upload.key == "planes/planes-1.csv"]
    fewer = folder / "planes.csv"
    fewer.write_text("".join(planes.file.read_text().splitlines(keepends=True)[: NEXT_PLANES + 1]))
    *parts, manifest = split_by_manifest(fewer, folder)
    return [
        Upload(upload.key.replace("planes/", "planes/next/"), upload.file, upload.story)
        for upload in (manifest, *parts)
    ]


def _packed(folder: Path, samples: list[Upload]) -> Upload:
    """Give the airports once more, in Zstandard, which neither Spark nor a crawler reads."""
    (airports,) = [upload for upload in samples if upload.key == "airports/airports.csv"]
    packed = folder / "airports.zst"
    packed.write_bytes(zstd.compress(airports.file.read_bytes()))
    return Upload(PACKED, packed, "the same airports, packed")


@pytest.fixture(scope="session")
def sent(tried: LocalLake) -> list[dict[str, object]]:
    """Give every notice that the lake has sent until now."""
    return notices(tried)


def _feed(lake: LocalLake, uploads: list[Upload]) -> None:
    for upload in uploads:
        assert Path(upload.file).exists()
        put_object(lake, upload.key, upload.file)
    wait_until_quiet(lake, seconds=300)
