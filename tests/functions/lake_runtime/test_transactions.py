import threading

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from lake_runtime import clients
from lake_runtime.errors import LedgerUnsettled
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


@pytest.fixture
def service(ledger, monkeypatch):
    """Give a function that lines up the service's answers: codes per action, or None for done."""
    monkeypatch.setattr("lake_runtime.transactions.time.sleep", lambda seconds: None)
    with Stubber(clients.dynamodb().meta.client) as stubber:

        def answers(*lines):
            for codes in lines:
                if codes is None:
                    stubber.add_response("transact_write_items", {})
                else:
                    stubber.add_client_error(
                        "transact_write_items",
                        service_error_code="TransactionCanceledException",
                        modeled_fields={"CancellationReasons": [{"Code": code} for code in codes]},
                    )

        yield answers


def _groups(ledger, count):
    return [[ledger.put(f"A{number}", {})] for number in range(count)]


def test_refusals_that_the_service_tells_one_by_one_are_each_taken_for_the_right_group(
    ledger, service
):
    service(
        ["ConditionalCheckFailed", "None", "None"],
        ["ConditionalCheckFailed", "None"],
        None,
    )
    assert write_groups(_groups(ledger, 3)) == [False, False, True]


@pytest.mark.parametrize(
    "code", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]
)
def test_what_passes_by_itself_is_tried_again(ledger, service, code):
    service([code], [code], None)
    assert write_groups(_groups(ledger, 1)) == [True]


def test_a_conflict_that_stays_is_an_error_that_can_be_retried(ledger, service):
    service(*[["TransactionConflict"]] * 6)
    with pytest.raises(LedgerUnsettled, match="safe to repeat"):
        write_groups(_groups(ledger, 1))


def test_any_other_cancellation_is_the_services_own_error(ledger, service):
    service(["ValidationError"])
    with pytest.raises(ClientError):
        write_groups(_groups(ledger, 1))
