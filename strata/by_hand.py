"""Starting a run by hand: of what waits, or of a product whose inputs moved."""

import time
from datetime import UTC, datetime

from data_lake.contracts import ContractSet
from strata.books import Books, known_name
from strata.errors import StrataError
from strata.lakes import Lake
from strata.locking import LOCK
from strata.starting import start_execution

TRIGGER = "by_hand"


def start_by_hand(lake: Lake, contracts: ContractSet, name: str) -> str:
    """Start a run of a dataset or product and give its execution's ARN.

    Within the same second it is the same run; later, a run that has not opened yet takes what waits
    and the second one finds nothing. Raises `StrataError` where nothing waits, and while a run goes
    on, which takes or leads to what waits.
    """
    books = Books(lake, known_name(contracts, name))
    lock = books.item(LOCK)
    if lock is not None and lock["expires_at"] > time.time():
        raise StrataError(f"{name}: run {lock['run_id']} is going; it is followed by what waits")
    root, machine = name, lake["IngestStateMachineArn"]
    if name in contracts.products:
        machine = lake["CurateStateMachineArn"]
        while root in contracts.products:
            root = contracts.products[root].inputs[0]
    elif lock is None and next(books.items("WAITING#"), None) is None:
        raise StrataError(f"{name}: nothing waits; to load again what was loaded: --since <date>")
    execution = f"{name[:50]}-by-hand-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    arn = start_execution(lake, machine, execution, {"dataset": root, "trigger": TRIGGER})
    if arn is None:
        raise StrataError(f"{name}: a run was started by hand a moment ago: strata runs")
    return arn
