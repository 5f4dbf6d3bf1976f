"""What blocks: versions that were not raised, and tables that cannot follow."""

import pytest

from strata.comparison import judge
from tests.unit.strata.comparison.support import columns, comparison, dataset

WIDER = columns({"name": "id", "type": "bigint"})
SAFE = {"columns": WIDER}
BREAKING = {"freshness_hours": 48}
REBUILD = {"primary_key": ("id", "day")}
WORDS = {"owner": "finance"}


@pytest.mark.parametrize(
    ("version", "facts", "reason"),
    [
        ("1.1.0", SAFE, None),
        ("1.0.1", SAFE, None),
        ("1.0.0", SAFE, "version is still 1.0.0: a change of what runs do needs a new one, 1.1.0"),
        ("1.0.0", WORDS, None),
        ("0.9.0", WORDS, "version goes back from 1.0.0 to 0.9.0"),
        ("2.0.0", BREAKING, None),
        ("1.9.0", BREAKING, "version is 1.9.0: a breaking change needs a new major version, 2.0.0"),
        ("2.0.0", {"columns": WIDER, "evolution": "strict"}, "needs evolution: additive"),
        ("2.0.0", REBUILD, "needs a new dataset name, or a table rebuilt by hand"),
    ],
)
def test_a_change_is_blocked_for_a_reason_or_goes_on(
    version: str, facts: dict[str, object], reason: str | None
) -> None:
    judgement = judge(comparison(dataset(), dataset(version=version, **facts)))

    if reason is None:
        assert judgement.blocked == ()
    else:
        assert len(judgement.blocked) == 1
        assert reason in judgement.blocked[0]


def test_a_table_rebuilt_by_hand_still_needs_a_new_major_version() -> None:
    raised = judge(comparison(dataset(), dataset(version="2.0.0", **REBUILD)), ["orders"])
    not_raised = judge(comparison(dataset(), dataset(version="1.1.0", **REBUILD)), ["orders"])

    assert raised.blocked == ()
    assert "needs a new major version, 2.0.0" in not_raised.blocked[0]


def test_another_version_of_the_same_contract_is_told_and_goes_on() -> None:
    judgement = judge(comparison(dataset(), dataset(version="1.0.1")))

    assert (judgement.blocked, judgement.next_version) == ((), None)
