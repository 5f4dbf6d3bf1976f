"""Stated usage: how much comes to each dataset, and how much is asked of each table."""

from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from config.lifecycle import Strict
from data_lake.contracts import ContractSet
from data_lake.problems import nearest
from strata.cost.cases import Case
from strata.cost.reading import read_model
from strata.errors import StrataError
from strata.paths import ROOT

FOLDER = ROOT / "config" / "usage"
"""Where the profile of each environment is: `<environment>.yaml`."""
Files = Annotated[float, Field(ge=0, le=10_000_000)]
Rows = Annotated[float, Field(ge=0, le=1_000_000_000_000)]
Gigabytes = Annotated[float, Field(ge=0, le=1_000_000)]
Times = Annotated[float, Field(ge=0, le=86_400)]
Queries = Annotated[float, Field(ge=0, le=1_000_000)]
_BYTES_PER_ROW = 100_000


class Asked(Strict):
    """What readers ask of a table through Athena."""

    queries_per_day: Queries = 0
    gb_per_query: Gigabytes = 0
    table_gb: Gigabytes | None = None


class DatasetUsage(Asked):
    """What comes to a dataset.

    Attributes:
        files_per_day: files; a fraction where one comes less than daily.
        times_per_day: how many separate times a day they come. Default: each by itself.
        rows_per_day: rows in these files.
        gb_per_day: their bytes as they come, in GB.
        table_gb: the size of the table. Default: everything that came, compressed. State it where
            a run replaces what the last one wrote.
        queries_per_day: queries of the table.
        gb_per_query: what each scans.
    """

    files_per_day: Files
    times_per_day: Times | None = None
    rows_per_day: Rows
    gb_per_day: Gigabytes

    @field_validator("times_per_day")
    @classmethod
    def _not_more_than_files(cls, times: float | None, info: ValidationInfo) -> float | None:
        files = info.data.get("files_per_day")
        if times is not None and files is not None and times > files:
            raise ValueError(f"must be at most files_per_day {files:g}")
        if times == 0 and files:
            raise ValueError(f"must be more than 0, because files_per_day is {files:g}")
        return times

    @field_validator("rows_per_day", "gb_per_day")
    @classmethod
    def _comes_in_files(cls, amount: float, info: ValidationInfo) -> float:
        if amount and info.data.get("files_per_day") == 0:
            raise ValueError("must be 0, because files_per_day is 0")
        return amount

    @field_validator("gb_per_day")
    @classmethod
    def _fits_the_rows(cls, gigabytes: float, info: ValidationInfo) -> float:
        rows = info.data.get("rows_per_day")
        if rows and gigabytes * 1e9 / rows > _BYTES_PER_ROW:
            raise ValueError(
                f"must be at most {_BYTES_PER_ROW:,} bytes for each of rows_per_day {rows:g}"
            )
        return gigabytes


class ProductUsage(Asked):
    """What a build of a product writes, and what its table holds."""

    rows_per_build: Rows
    table_gb: Gigabytes


class Spread(Strict):
    """By how much less, or more, than stated may come: factors of every volume."""

    low: float = Field(default=0.5, gt=0, le=1)
    high: float = Field(default=2.0, ge=1, le=100)


class Usage(Strict):
    """A usage profile.

    Attributes:
        months: the age of the lake for which the month is estimated: so long is data kept by now.
        spread: of the volumes, for the low and the high case.
        datasets: by name.
        products: by name.
    """

    months: int = Field(ge=1, le=240)
    spread: Spread = Spread()
    datasets: dict[str, DatasetUsage]
    products: dict[str, ProductUsage] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.datasets and self.products:
            raise ValueError("products are built when datasets are published; state datasets")
        return self

    def volume(self, case: Case) -> float:
        """Give the factor of every volume."""
        return {Case.LOW: self.spread.low, Case.HIGH: self.spread.high}.get(case, 1.0)


EMPTY = Usage(months=1, datasets={}, products={})
"""A lake to which nothing comes."""


def read_usage(path: Path, contracts: ContractSet) -> Usage:
    """Read a profile and hold its names against the contracts.

    Raises:
        StrataError: the file has problems, or names what is not a dataset or product.
    """
    usage, document = read_model(path, Usage)
    problems = []
    for field, known, others in (
        ("datasets", contracts.datasets, contracts.products),
        ("products", contracts.products, contracts.datasets),
    ):
        named: dict[str, Any] = getattr(usage, field)
        for name in named:
            if name not in known:
                kind = field.removesuffix("s")
                rule = f"is not a {kind} of the contracts"
                if name in others:
                    rule += f", but a {'product' if kind == 'dataset' else 'dataset'}"
                near = nearest(name, known)
                problems.append(document.problem((field, name), rule, value=name, nearest=near))
    if problems:
        raise StrataError("\n".join(map(str, problems)))
    return usage


def profile_of(environment: str, folder: Path = FOLDER) -> Path:
    """Give the profile of an environment; raises `StrataError` where there is none."""
    file = folder / f"{environment}.yaml"
    if not file.exists():
        have = ", ".join(sorted(one.stem for one in folder.glob("*.yaml"))) or "none"
        raise StrataError(
            f"config/usage/{environment}.yaml: there is no such profile (there are: {have}); write "
            "one, or name another file with --profile"
        )
    return file
