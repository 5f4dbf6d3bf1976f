"""Crawled table -> drift."""

from typing import TYPE_CHECKING

from check_drift.drift import Comparison, Drift, compare, table_name
from lake_runtime import clients
from lake_runtime.contracts import load_contracts
from lake_runtime.environment import Environment
from lake_runtime.handlers import Request, Response, state_machine_task

if TYPE_CHECKING:
    from types_boto3_glue.type_defs import TableTypeDef


class CheckDriftEnvironment(Environment):
    """The environment of the check_drift function."""

    raw_database: str


class CheckDriftRequest(Request):
    """Which run, and the prefix that the crawler puts before table names, if any."""

    run_id: str
    run_prefix: str
    table_prefix: str = ""


class DriftEntry(Response):
    """One difference: `added`, `removed`, `type` or `missing_table`.

    `found` is the crawler's type, `expected` the contract's; for `missing_table`, the table's name.
    """

    column: str | None
    change: str
    found: str | None
    expected: str | None


class DriftEvent(Response):
    """What others are told of drift: whose it is, the columns that differ, and both in words."""

    environment: str
    owner: str
    dataset: str
    run_id: str
    table: str
    columns: list[DriftEntry]
    reasons: list[str]


class CheckDriftResponse(Response):
    """The differences, empty where the raw files are as the contract allows, and the table.

    `ignored` are columns of raw files that the contract's evolution leaves out. `event` is told
    where there is drift.
    """

    drift: list[DriftEntry]
    event: DriftEvent | None = None
    ignored: list[str]
    table: str


@state_machine_task(CheckDriftRequest)
def handle(request: CheckDriftRequest) -> CheckDriftResponse:
    """Compare what the crawler found with the contract, if a crawler finds anything in such files.

    Inspection holds every file against the contract all the same.
    """
    environment = CheckDriftEnvironment.read()
    dataset = load_contracts(environment.contracts_uri).dataset(request.dataset)
    name = table_name(dataset.raw.prefix, request.table_prefix)
    table = _table(environment.raw_database, name) if dataset.raw.is_crawlable else None
    if not dataset.raw.is_crawlable:
        found = Comparison([], [])
    elif table is None:
        found = Comparison([Drift(None, "missing_table", None, name)], [])
    else:
        columns = table.get("StorageDescriptor", {}).get("Columns", [])
        found = compare(
            dataset,
            {column["Name"].lower(): column.get("Type", "string") for column in columns},
            [key["Name"].lower() for key in table.get("PartitionKeys", [])],
        )
    drift = [
        DriftEntry(
            column=entry.column,
            change=entry.change,
            found=entry.found,
            expected=entry.expected,
        )
        for entry in found.drift
    ]
    event = DriftEvent(
        environment=environment.environment,
        owner=environment.owner,
        dataset=request.dataset,
        run_id=request.run_id,
        table=name,
        columns=drift,
        reasons=[entry.describe() for entry in found.drift],
    )
    return CheckDriftResponse(
        drift=drift,
        event=event if drift else None,
        ignored=found.ignored,
        table=name,
    )


def _table(database: str, name: str) -> "TableTypeDef | None":
    try:
        return clients.glue().get_table(DatabaseName=database, Name=name)["Table"]
    except clients.glue().exceptions.EntityNotFoundException:
        return None
