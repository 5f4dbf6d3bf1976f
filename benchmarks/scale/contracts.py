"""Generated contracts: copies of the sample's weather, which has a schedule, rules and an alarm."""

import re
from pathlib import Path
from typing import Final

from data_lake.contracts.reader import SUFFIX
from strata.paths import CONTRACTS

MODEL: Final = "weather"


def write_contracts(folder: Path, number: int) -> None:
    """Write so many contracts, each with its own name and raw prefix."""
    folder.mkdir(parents=True)
    text = (CONTRACTS / f"{MODEL}{SUFFIX}").read_text(encoding="utf-8")
    for one in range(1, number + 1):
        name = f"dataset_{one:04}"
        named = re.sub(rf"^(id:|name:|  - name:) {MODEL}$", rf"\1 {name}", text, flags=re.M)
        named = named.replace(f"prefix: {MODEL}/", f"prefix: {name}/")
        (folder / f"{name}{SUFFIX}").write_text(named, encoding="utf-8")
