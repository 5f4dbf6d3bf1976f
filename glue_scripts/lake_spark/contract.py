"""The compiled contracts as the jobs use them: plain, frozen dataclasses."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lake_spark.columns import ARRIVED, ARRIVED_COLUMN, ColumnContract, parse_column
from lake_spark.errors import ContractMismatch, ContractMissing
from lake_spark.raw_format import RawFormat, parse_raw
from lake_spark.rules import Rule, parse_rule
from lake_spark.storage import read_json

FORMAT = 1
"""The version of the compiled bundle that this package reads."""
INTERNAL = "__"
"""Names that begin so are the jobs' own columns; a contract may not use them."""


@dataclass(frozen=True)
class Contract:
    """A dataset or, with `sql`, a data product.

    `raw` is None for products; `inputs` and `sql` are empty for datasets. Where rows are merged,
    `version_column` tells which of two rows with the same key is newer; without it, arrival does.
    `evolution` is how far files and table may differ from the contract: strict, additive or
    permissive. `atomicity` is how much of a Parquet table changes at once: partition or table.
    `clear_quarantine` lets quarantine keep the values of classified columns. `fingerprint`
    changes with what a product computes; `shuffle_partitions` is None where Spark's own setting is
    right; `incremental` gives, by input, its partition columns and the product's of the same
    values.
    """

    name: str
    kind: str
    version: str
    description: str
    format: str
    write_mode: str
    columns: tuple[ColumnContract, ...]
    primary_key: tuple[str, ...]
    partition_by: tuple[str, ...]
    rules: tuple[Rule, ...]
    raw: RawFormat | None
    inputs: tuple[str, ...]
    sql: str
    version_column: str | None = None
    evolution: str = "strict"
    atomicity: str = "partition"
    clear_quarantine: bool = False
    fingerprint: str = ""
    shuffle_partitions: int | None = None
    incremental: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def hidden(self) -> frozenset[str]:
        """The columns whose values neither quarantine nor a reason may show."""
        if self.clear_quarantine:
            return frozenset()
        return frozenset(column.name for column in self.columns if column.is_classified)

    @property
    def column_names(self) -> list[str]:
        """The names of the columns, in the contract's order."""
        return [column.name for column in self.columns]

    @property
    def may_be_absent(self) -> frozenset[str]:
        """What raw files call the columns that they may lack.

        A classified column is none of them: under another name it would not be protected.
        """
        if self.evolution == "strict":
            return frozenset()
        optional = (one for one in self.columns if not (one.required or one.is_classified))
        return frozenset(column.raw_name for column in optional)

    @property
    def ignores_unknown(self) -> bool:
        """Whether raw files may have columns that the contract does not know."""
        return self.evolution == "permissive"

    @property
    def tells_unknown_members(self) -> bool:
        """Whether records may have members that are left out, and so have to be told."""
        return self.ignores_unknown and self.raw is not None and self.raw.format == "jsonl"

    @property
    def raw_names(self) -> list[str]:
        """What raw files call the columns, in the contract's order."""
        return [column.raw_name for column in self.columns]

    @property
    def partition_terms(self) -> list[str]:
        """What the table is partitioned by, in the words of Iceberg's SQL."""
        terms = {column.name: column.partition_term for column in self.columns}
        return [terms[name] for name in self.partition_by]

    @property
    def merges_by_arrival(self) -> bool:
        """Whether the newest version of a key is the one that arrived last.

        Rows of products do not arrive; they are as new as their build.
        """
        return self.write_mode == "merge" and self.raw is not None and not self.version_column

    @property
    def newest_by(self) -> str | None:
        """The stored column whose highest value is the newest version of a key, if any."""
        return ARRIVED if self.merges_by_arrival else self.version_column

    @property
    def stored_columns(self) -> tuple[ColumnContract, ...]:
        """The columns of the table: the contract's, and the lake's own."""
        own = (ARRIVED_COLUMN,) if self.merges_by_arrival else ()
        return (*self.columns, *own)

    @property
    def stored_names(self) -> list[str]:
        """The names of the table's columns."""
        return [column.name for column in self.stored_columns]


def load_contract(uri: str, name: str) -> Contract:
    """Read one contract out of the compiled bundle at an S3 URI.

    Raises `ContractMissing` if the bundle has another format or does not hold the name, and
    `ContractMismatch` if the contract uses names that the jobs cannot tell apart.
    """
    bundle = read_json(uri)
    if bundle.get("format") != FORMAT:
        raise ContractMissing(
            f"{uri}: format {bundle.get('format')!r} is not the {FORMAT} that this job reads; "
            "deploy contracts and jobs of the same version"
        )
    known = {**bundle["datasets"], **bundle["products"]}
    if name not in known:
        raise ContractMissing(f"{uri}: no contract named {name!r}; it holds {sorted(known)}")
    return parse_contract(known[name])


def parse_contract(entry: Mapping[str, Any]) -> Contract:
    """Turn one entry of the bundle into a `Contract`."""
    keys = tuple(entry.get("primary_key") or ())
    raw = parse_raw(entry["raw"]) if entry.get("raw") else None
    contract = Contract(
        name=entry["name"],
        kind=entry["kind"],
        version=entry["version"],
        description=entry.get("description") or "",
        format=entry["format"],
        write_mode=entry["write_mode"],
        # A key without a value can be neither merged nor deduplicated, so a key is required.
        columns=tuple(parse_column(column, keys, raw) for column in entry["columns"]),
        primary_key=keys,
        partition_by=tuple(entry.get("partition_by") or ()),
        rules=tuple(parse_rule(rule, entry["name"]) for rule in entry.get("rules") or ()),
        raw=raw,
        inputs=tuple(entry.get("inputs") or ()),
        sql=entry.get("sql") or "",
        version_column=entry.get("version_column"),
        evolution=entry.get("evolution") or "strict",
        atomicity=(entry.get("publishing") or {}).get("atomicity") or "partition",
        clear_quarantine=bool((entry.get("quarantine") or {}).get("clear_values")),
        fingerprint=entry.get("fingerprint") or "",
        shuffle_partitions=(entry.get("engine") or {}).get("shuffle_partitions"),
        incremental=_incremental(entry.get("incremental") or {}),
    )
    _check_names(contract)
    return contract


def _incremental(entry: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Give, by input, the column of the product for each column of the input."""
    found: dict[str, dict[str, str]] = {}
    for part in entry.get("partitions") or ():
        for name, column in part["inputs"].items():
            found.setdefault(name, {})[column] = part["column"]
    return found


def _check_names(contract: Contract) -> None:
    reserved = [name for name in contract.column_names if name.startswith(INTERNAL)]
    if reserved:
        raise ContractMismatch(
            f"{contract.name}: column {reserved[0]!r} begins with {INTERNAL!r}, which is reserved"
        )
    folded = Counter(name.lower() for name in contract.column_names)
    twice = [name for name, times in folded.items() if times > 1]
    if twice:
        raise ContractMismatch(
            f"{contract.name}: column {twice[0]!r} is declared twice; Spark does not tell upper "
            "from lower case"
        )
    for part in ("primary_key", "partition_by"):
        for name in getattr(contract, part):
            if name not in contract.column_names:
                raise ContractMismatch(f"{contract.name}: {part} names no column: {name!r}")
