"""The report page: what the lake did, gathered first, then drawn as one self-contained file."""

from pathlib import Path

from strata.local.lake import LocalLake
from strata.page.document import render
from strata.page.gathering import gather
from strata.page.story import Story

__all__ = ["Story", "gather", "render", "write_page"]


def write_page(lake: LocalLake, file: Path) -> Path:
    """Write the page about a running lake to `file`, folders made if missing; give its path."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(render(gather(lake)), encoding="utf-8")
    return file.resolve()
