"""Faults that come again and again: poison, deaf services, and failure after failure."""

from collections.abc import Callable

import pytest

from strata.dead_letters.queues import dead_letter_queues
from strata.dead_letters.redriving import redrive
from strata.dead_letters.words import failure, subject
from strata.local.faults import Fault
from tests.faults.feed import BROKEN, Feed, csv
from tests.faults.support import Ending, assert_survived

GetFeed = Callable[[str], Feed]
PUBLISHED = Ending("published", notice="run_published")
FAILED = Ending("failed", notice="run_failed")


def dead_letters(feed: Feed) -> int:
    """Count the messages in the dead-letter queue of arrivals."""
    name = "ApproximateNumberOfMessages"
    found = feed.lake.client("sqs").get_queue_attributes(
        QueueUrl=feed.lake["ArrivalDeadLetterQueueUrl"], AttributeNames=[name]
    )
    return int(found["Attributes"][name])


@pytest.mark.fault(27, by="run")
def test_one_poisonous_message_goes_to_the_dead_letters_and_the_others_are_registered(
    feed: GetFeed,
) -> None:
    orders = feed("poisoned")
    before = dead_letters(orders)
    orders.queue("this is no event")
    for number in range(9):
        orders.put(f"{number}.csv", csv((number, 1)))
    orders.settle()
    assert dead_letters(orders) == before + 1
    assert_survived(orders, PUBLISHED, rows=[(number, 1) for number in range(9)])
    orders.lake.client("sqs").purge_queue(QueueUrl=orders.lake["ArrivalDeadLetterQueueUrl"])


@pytest.mark.fault(27, by="injected")
@pytest.mark.fault(28, by="injected")
def test_an_event_that_the_ledger_refused_to_the_end_is_loaded_once_it_is_redriven(
    feed: GetFeed,
) -> None:
    orders = feed("redriven")
    down = Fault(
        "dynamodb:TransactWriteItems", error="InternalServerError", where="redriven/a.csv", times=0
    )
    with orders.faults.armed(down):
        orders.put("a.csv", csv((1, 1)))
        orders.settle()
    assert orders.arrivals() == []
    (queue,) = [one for one in dead_letter_queues(orders.lake) if one.part == "Arrival"]
    done = redrive(queue)
    assert (done.sent, done.left) == (1, [])
    orders.settle()
    assert_survived(orders, PUBLISHED, rows=[(1, 1)])


@pytest.mark.fault(27, by="run")
def test_a_function_that_dies_while_it_registers_is_called_again(feed: GetFeed) -> None:
    orders = feed("crashing")
    registering = Fault("dynamodb:TransactWriteItems", kill=True, where="crashing/a.csv")
    with orders.faults.armed(registering):
        orders.put("a.csv", csv((1, 1)))
        orders.settle()
    assert_survived(orders, PUBLISHED, rows=[(1, 1)])


@pytest.mark.fault(28, by="injected")
def test_a_run_outlives_the_services_that_are_told_of_it(feed: GetFeed) -> None:
    orders = feed("deaf")
    with orders.faults.armed(
        Fault("state:Notify", error="SNS.InternalErrorException", where=orders.name, times=2),
        Fault("state:EmitEvent", error="EventBridge.InternalException", where=orders.name, times=2),
        Fault("dynamodb:GetItem", error="InternalServerError", status=500, where=orders.name),
    ):
        (run,) = orders.put_all(a_csv=csv((1, 1)))
    assert run["outcome"] == "published"
    assert_survived(orders, PUBLISHED, rows=[(1, 1)])


@pytest.mark.fault(28, by="injected")
@pytest.mark.parametrize(
    ("name", "state", "ending"),
    [
        ("unheeded", "Notify", PUBLISHED),
        ("unheeded_failure", "NotifyFailure", Ending("failed", notice="run_failed", says=BROKEN)),
    ],
)
def test_a_notice_that_is_never_taken_is_kept_until_somebody_sends_it_again(
    feed: GetFeed, name: str, state: str, ending: Ending
) -> None:
    orders = feed(name)
    down = Fault(f"state:{state}", error="SNS.KMSDisabledException", where=name, times=0)
    with orders.faults.armed(down):
        if ending is PUBLISHED:
            orders.put_all(a_csv=csv((1, 1)))
        else:
            orders.fail("a.csv", csv((1, 1)))
    (run,) = orders.runs()
    assert run["outcome"] == ending.outcome
    assert orders.notices() == []
    (queue,) = [one for one in dead_letter_queues(orders.lake) if one.name == "notices"]
    with queue.held(10) as letters:
        (why,) = [failure(letter) for letter in letters if name in subject(letter)]
    assert why.startswith("the topic did not take it: SNS.KMSDisabledException")
    assert redrive(queue).left == []
    (told,) = orders.notices()
    assert (told["run_id"], told["outcome"]) == (run["run_id"], ending.outcome)
    assert_survived(orders, ending, PUBLISHED, rows=[(1, 1)])


def cool_down(feed: Feed) -> None:
    """Let the cool-down of the dataset's open circuit be over."""
    key = {"scope": f"{feed.lake.region}#{feed.lake.prefix}#{feed.name}", "item": "CIRCUIT"}
    feed.lake.client("dynamodb").update_item(
        TableName=feed.lake["LedgerTableName"],
        Key={name: {"S": value} for name, value in key.items()},
        UpdateExpression="SET retry_at = :past",
        ExpressionAttributeValues={":past": {"S": "2026-01-01T00:00:00.000000Z"}},
    )


@pytest.mark.fault(33, by="run")
def test_a_dataset_that_fails_again_and_again_stops_alone_until_a_trial_goes_well(
    feed: GetFeed,
) -> None:
    orders, other = feed("fragile"), feed("beside_fragile")
    for number in (1, 2):
        orders.fail(f"{number}.csv", csv((number, 1)))
    orders.put("3.csv", csv((3, 1)))
    other.put("a.csv", csv((1, 1)))
    runs = orders.settle()
    assert [run["outcome"] for run in runs] == ["failed", "failed"]
    assert "circuit_open" in {one["notice"] for one in orders.notices()}
    assert_survived(other, PUBLISHED, rows=[(1, 1)])
    cool_down(orders)
    assert_survived(orders, FAILED, PUBLISHED, rows=[(1, 1), (2, 1), (3, 1)])


@pytest.mark.fault(33, by="run")
def test_a_file_that_failed_as_often_as_it_may_is_parked_with_its_reason(feed: GetFeed) -> None:
    orders = feed("impatient")
    orders.fail("bad.csv", csv((1, 1)))
    orders.fail("other.csv", csv((2, 1)))
    assert orders.arrival("bad.csv")["status"] == "parked"
    told = Ending(status="parked", says=BROKEN)
    assert_survived(orders, told, FAILED, PUBLISHED, rows=[(2, 1)])


@pytest.mark.fault(34, by="injected")
def test_datasets_that_fail_together_open_their_own_circuits_and_come_back(
    feed: GetFeed,
) -> None:
    feeds = [feed("stormy_1"), feed("stormy_2")]
    broken = [Fault("state:PlanRead", error=BROKEN, where=orders.name, times=2) for orders in feeds]
    with feeds[0].faults.armed(*broken):
        for number in (1, 2):
            for orders in feeds:
                orders.put(f"{number}.csv", csv((number, 1)))
            for orders in feeds:
                orders.settle()
    for orders in feeds:
        assert [run["outcome"] for run in orders.runs()] == ["failed", "failed"]
        assert orders.notices()[-1]["severity"] == "critical"
        cool_down(orders)
    for orders in feeds:
        assert_survived(orders, FAILED, PUBLISHED, rows=[(1, 1), (2, 1)])
