"""`strata contract diff`."""

import json
from collections.abc import Sequence
from pathlib import Path

from data_lake.contracts import ContractError, ContractSet
from strata.comparison.contracts import compare_contracts
from strata.comparison.judgement import judge
from strata.comparison.sources import at_revision, read
from strata.comparison.wording import as_json, in_words
from strata.errors import StrataError


def diff_contracts(
    paths: Sequence[Path],
    *,
    revision: str | None = None,
    migrated: Sequence[str] = (),
    json_wanted: bool = False,
) -> tuple[str, bool]:
    """Give what changed between two states of the contracts, and whether it may go on.

    Args:
        paths: two files or folders, the old one first; or one, which is compared with how it was
            at a revision of its repository.
        revision: that revision; for one path only. Default: HEAD.
        migrated: names of the datasets whose tables are rebuilt by hand.
        json_wanted: give JSON, not text.

    Raises:
        StrataError: a path or revision is not there, or a name in `migrated` did not change.
        ContractError: contracts that are not valid.
    """
    if len(paths) == 1:
        old = _as_it_was(paths[0], revision or "HEAD")
    elif revision is not None:
        raise StrataError("--against compares one file or folder with a revision: give one path")
    else:
        old = read(paths[0])
    comparisons = compare_contracts(old, read(paths[-1]))
    unknown = set(migrated) - {one.name for one in comparisons}
    if unknown:
        raise StrataError(f"--migrated {sorted(unknown)[0]}: no contract of that name changed")
    judgements = [judge(one, migrated) for one in comparisons]
    may_go_on = not any(one.blocked for one in judgements)
    if json_wanted:
        return json.dumps(as_json(judgements), indent=2, ensure_ascii=False), may_go_on
    return in_words(judgements), may_go_on


def _as_it_was(path: Path, revision: str) -> ContractSet:
    with at_revision(path, revision) as old_path:
        if not old_path.exists():
            return ContractSet({}, {})
        try:
            return read(old_path)
        except ContractError as error:
            raise StrataError(
                f"the contracts of revision {revision} are not valid: {error}"
            ) from error
