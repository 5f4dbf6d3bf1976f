import threading

import pytest

from lake_runtime.ledger import Ledger
from lake_runtime.transactions import write_groups


@pytest.fixture
def ledger(lake):
    return Ledger(lake.ledger.name, lake.scope("flights"))


def test_a_group_whose_condition_fails_is_refused_whole_and_the_others_are_written(ledger):
    # Given an item that is there already
    write_groups([[ledger.put("A", {})]])
    # When it is put again as new beside another, and a third group stands alone
    refused = [ledger.put("A", {}, only_if_absent=True), ledger.put("B", {})]
    written = write_groups([refused, [ledger.put("C", {})]])
    # Then only the group that stands alone is written
    assert written == [False, True]
    assert ledger.get("B") is None
    assert ledger.get("C") is not None


def test_more_changes_than_one_request_takes_are_all_written(ledger):
    groups = [[ledger.put(f"A{n}", {}), ledger.put(f"B{n}", {})] for n in range(120)]
    assert write_groups(groups) == [True] * 120
    assert all(ledger.get(f"B{n}") for n in (0, 49, 50, 119))


def test_of_many_writers_of_one_item_exactly_one_is_told_that_it_wrote(ledger):
    won = []

    def write(number):
        group = [ledger.put("A", {"by": number}, only_if_absent=True)]
        if write_groups([group])[0]:
            won.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert ledger.get("A")["by"] == won[0]
