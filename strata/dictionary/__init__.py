"""The data dictionary: what every table of the lake means, from its contract, as one page."""

from pathlib import Path

from strata.dictionary.entries import read_entries
from strata.dictionary.page import render

__all__ = ["read_entries", "render", "write_dictionary"]


def write_dictionary(folder: Path, file: Path) -> Path:
    """Write the page about the contracts of a folder; give its path.

    Raises `ContractError` for contracts that are not valid.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(render(read_entries(folder)), encoding="utf-8")
    return file.resolve()
