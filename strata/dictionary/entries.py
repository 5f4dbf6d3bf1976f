"""What the dictionary tells of each table: its contract, and the words that only people read."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data_lake.contracts import ContractSet, DatasetContract, ProductContract, load_contracts
from data_lake.contracts.reader import SUFFIX, read_contract
from strata.products.graph import LakeGraph, read_graph

Contract = DatasetContract | ProductContract


@dataclass(frozen=True)
class Entry:
    """One table: its contract, what people wrote about it, and who reads it.

    A text is empty where the contract says nothing.
    """

    contract: Contract
    usage: str
    limitations: str
    one_row: str
    domain: str
    contacts: tuple[str, ...]
    status: str
    read_by: tuple[str, ...]

    @property
    def name(self) -> str:
        """The table's name."""
        return self.contract.name


@dataclass(frozen=True)
class Dictionary:
    """All tables, datasets first, and what is built from what."""

    entries: tuple[Entry, ...]
    graph: LakeGraph


def read_entries(folder: Path) -> Dictionary:
    """Read the contracts of a folder; raises `ContractError` for contracts that are not valid."""
    contracts = load_contracts(folder)
    graph = read_graph(contracts)
    entries = [_entry(folder, contracts, graph, part.name) for part in graph.parts]
    return Dictionary(tuple(entries), graph)


def _entry(folder: Path, contracts: ContractSet, graph: LakeGraph, name: str) -> Entry:
    document = read_contract(folder / f"{name}{SUFFIX}").document
    data: dict[str, Any] = document.data if document else {}
    description = data.get("description") or {}
    team = data.get("team") or {}
    members = team.get("members") or () if isinstance(team, dict) else ()
    contract = contracts.datasets.get(name) or contracts.products[name]
    return Entry(
        contract=contract,
        usage=description.get("usage", ""),
        limitations=description.get("limitations", ""),
        one_row=data["schema"][0].get("dataGranularityDescription", ""),
        domain=data.get("domain", ""),
        contacts=tuple(member["username"] for member in members if member.get("username")),
        status=data.get("status", ""),
        read_by=tuple(target for source, target in graph.edges if source == name),
    )
