"""Drop: rows and files leave quarantine for good, with a record of who decided it and why."""

from strata.errors import StrataError
from strata.lakes import Lake
from strata.quarantine.change import Change, new_change
from strata.quarantine.changes import begin, finish
from strata.quarantine.choosing import choose
from strata.quarantine.replaying import finish_open
from strata.quarantine.selection import Selection
from strata.quarantine.zone import Quarantine

OF_RECORDS = ("run_id", "source_key", "source_version", "source_line", "rule_ids")


def drop(lake: Lake, dataset: str, selection: Selection, reason: str) -> Change | None:
    """Take rows and files out of quarantine; give the change, or None if nothing is meant.

    Their places in the raw files, the rules they broke, the reason and who gave it are kept.
    """
    if not reason.strip():
        raise StrataError("dropping needs a reason: --reason 'why nobody needs them'")
    quarantine = Quarantine(lake, dataset)
    finish_open(quarantine)
    choice = choose(quarantine, selection)
    if not choice:
        return None
    change = new_change(quarantine, "drop", reason, choice)
    records = [{name: row[name] for name in OF_RECORDS} for row in choice.rows]
    quarantine.write_json(f"{change.folder}records.json", records)
    begin(quarantine, change)
    return finish(quarantine, change)
