"""The input: order lines of TPC-H with a known share of bad and duplicate ones."""

import json
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from data_lake.contracts import load_contracts
from data_lake.contracts.models import DatasetContract
from strata.paths import ROOT, cache_folder
from strata.tpch.defects import field_defects, record_defects
from strata.tpch.generator import order_lines
from strata.tpch.injector import inject

BAD_SHARE = 0.01
DUPLICATE_SHARE = 0.02
READ_ALIKE = ("too few fields", "too many fields")
"""The damaged records that all contenders' readers see the same way."""


@dataclass(frozen=True)
class Truth:
    """What is in the input: rows, those that are good and newest, and bad ones by rule."""

    rows: int
    good: int
    rules: dict[str, int]

    @property
    def bad(self) -> int:
        """The number of bad rows; each breaks one rule."""
        return sum(self.rules.values())


def contract() -> DatasetContract:
    """Give the contract of the order lines, which are measured alone: without its references."""
    whole = load_contracts(ROOT / "examples" / "tpch" / "contracts").datasets["lineitem"]
    rules = tuple(rule for rule in whole.rules if rule.kind != "reference")
    return whole.model_copy(update={"rules": rules})


def order_lines_file(rows: int) -> tuple[Path, Truth]:
    """Give a CSV file of so many rows and the truth about it, made once and kept."""
    folder = cache_folder() / "benchmarks"
    file, truth_file = folder / f"lineitem-{rows}.csv", folder / f"lineitem-{rows}.json"
    if not truth_file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        truth_file.write_text(json.dumps(asdict(_write(file, rows))))
    return file, Truth(**json.loads(truth_file.read_text()))


def _write(file: Path, rows: int) -> Truth:
    bad, duplicates = int(rows * BAD_SHARE), int(rows * DUPLICATE_SHARE)
    base = rows - bad - duplicates
    defects = field_defects(contract())
    defects += [defect for defect in record_defects() if defect.name in READ_ALIKE]
    rules: Counter[str] = Counter()
    with order_lines(base) as (header, lines), file.open("wb") as target:
        target.write(header + b"\n")
        for record in inject(lines, base, bad=bad, duplicates=duplicates, defects=defects):
            target.write(record.text + b"\n")
            rules.update(record.rules)
    return Truth(rows, base, dict(rules))
