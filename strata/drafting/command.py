"""`strata contract new`: a contract from a sample file, and a copy of the file if its header is not
one that tables can have."""

import csv
import io
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import duckdb

from data_lake.contracts.columns import NAME
from strata.drafting.draft import draft
from strata.drafting.facts import learn
from strata.drafting.sample import Sample, read_sample
from strata.drafting.unpacking import PACKED
from strata.errors import StrataError

SUFFIX = ".odcs.yaml"
LONGEST_NAME = 128


def new_contract(dataset: str, file: Path, folder: Path, *, clean_copy: Path | None = None) -> Path:
    """Draft the contract of a dataset from a sample file; give the contract's file.

    Args:
        dataset: the table's name, which is also the contract's.
        file: the sample. The whole of it is read.
        folder: where contracts are.
        clean_copy: where to write the sample with column names that tables can have. Default:
            nowhere; then the contract says what the files call those columns.

    Raises:
        StrataError: the name is no table's, the contract exists, the sample cannot be read, or
            two of its columns would have one name.
    """
    if not NAME.fullmatch(dataset):
        raise StrataError(
            f"{dataset!r} cannot be the name of a table, which has lowercase letters, digits and "
            f"underscores and begins with a letter; use {legal_name(dataset)}"
        )
    target = folder / f"{dataset}{SUFFIX}"
    if not folder.is_dir():
        raise StrataError(f"{folder} is not a folder")
    if target.exists():
        raise StrataError(f"{target} exists already; edit it, or remove it first")
    with duckdb.connect() as connection:
        sample = read_sample(file, connection)
        names = [legal_name(name, f"column_{place}") for place, name in enumerate(sample.names, 1)]
        _check_names(sample, names)
        sample_of_table = replace(sample, names=names)
        sources = names if clean_copy is not None or not _has_names(sample) else sample.names
        text = draft(dataset, sample_of_table, learn(sample_of_table), sources)
    if clean_copy is not None:
        _write_copy(sample, names, clean_copy)
    target.write_text(text, encoding="utf-8")
    return target


def legal_name(name: str, otherwise: str = "dataset") -> str:
    """Give the nearest name that a table or column can have."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    plain = re.sub(r"[^a-z0-9]+", "_", words).strip("_")
    if plain and not plain[0].isalpha():
        plain = f"{otherwise.partition('_')[0]}_{plain}"
    return plain[:LONGEST_NAME] or otherwise


def _has_names(sample: Sample) -> bool:
    """Whether the file itself names its columns."""
    return bool(sample.options.get("header", True))


def _check_names(sample: Sample, names: list[str]) -> None:
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        given = ", ".join(
            repr(old) for old, new in zip(sample.names, names, strict=True) if new in twice
        )
        raise StrataError(f"{sample.file}: columns must have names of their own: got {given}")


def _write_copy(sample: Sample, names: list[str], target: Path) -> None:
    """Write the sample again, its header changed and every other byte as it was."""
    if sample.format != "csv" or not _has_names(sample):
        raise StrataError("--clean-copy is for CSV files with a header")
    if sample.file.suffix.lower() in PACKED:
        raise StrataError(f"--clean-copy is for plain files; unpack {sample.file} first")
    if target.exists():
        raise StrataError(f"{target} exists already; name another file for --clean-copy")
    header, _, rows = sample.file.read_bytes().partition(b"\n")
    text = io.StringIO()
    # A file with two kinds of line ends puzzles those who guess how it is written.
    end = "\r\n" if header.endswith(b"\r") else "\n"
    delimiter = sample.options.get("delimiter", ",")
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerow(names)
    target.write_bytes(text.getvalue().encode() + rows)
