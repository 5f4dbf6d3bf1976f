"""Dead letters reach those that they were meant for, and none is lost on the way."""

import json

import pytest

from strata.dead_letters import redriving
from strata.dead_letters.dropping import drop
from strata.dead_letters.queues import dead_letter_queues, queue_named
from strata.dead_letters.redriving import deliver, redrive
from strata.dead_letters.words import failure, subject
from strata.errors import StrataError
from tests.functions.support.deployed import Recorder, deployed_lake

PARTS = ("Arrival", "Curate", "Notice", "Schedule", "Sweep")
SCHEDULE = "arn:aws:scheduler:us-east-1:000000000000:schedule/lake/flights"


@pytest.fixture
def deployed(lake, emulator):
    """Give a lake with its dead-letter queues, all empty."""
    urls = {
        f"{part}DeadLetterQueueUrl": lake.sqs.create_queue(
            QueueName=f"{part.lower()}-dead-{lake.suffix}"
        )["QueueUrl"]
        for part in PARTS
    }
    found = deployed_lake(lake, emulator, **urls, SweepFunctionName="sweep")
    found.given["lambda"] = Recorder()
    return found


def die(deployed, queue, body, **attributes):
    """Put a message into a dead-letter queue."""
    text = body if isinstance(body, str) else json.dumps(body)
    return deployed.client("sqs").send_message(
        QueueUrl=queue_named(deployed, queue).url,
        MessageBody=text,
        MessageAttributes={
            name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
        },
    )["MessageId"]


def told(deployed, queue):
    """Give what a queue's messages are about and why they failed."""
    with queue_named(deployed, queue).held(50) as letters:
        return [(subject(letter), failure(letter)) for letter in letters]


def inputs(lake, machine):
    """Give the inputs of the executions of a machine."""
    found = lake.sfn.list_executions(stateMachineArn=machine)["executions"]
    return [
        json.loads(lake.sfn.describe_execution(executionArn=one["executionArn"])["input"])
        for one in found
    ]


@pytest.fixture(autouse=True)
def _alias(lake):
    """Give the machines the alias under which everything starts them."""
    for machine in (lake.machine, lake.curate):
        version = lake.sfn.publish_state_machine_version(stateMachineArn=machine)
        lake.sfn.create_state_machine_alias(
            name="live",
            routingConfiguration=[
                {"stateMachineVersionArn": version["stateMachineVersionArn"], "weight": 100}
            ],
        )


def test_every_queue_is_found_by_its_output_under_the_name_of_its_alarm(deployed):
    assert [queue.name for queue in dead_letter_queues(deployed)] == [
        "arrivals",
        "curate",
        "notices",
        "schedules",
        "sweep",
    ]
    with pytest.raises(StrataError, match="no dead-letter queue is named arival; did you mean arr"):
        queue_named(deployed, "arival")


def test_looking_at_messages_leaves_them_for_others_to_see_at_once(deployed):
    die(deployed, "sweep", {"trigger": "sweep"}, ErrorCode="200", ErrorMessage="out of memory")
    for _ in range(2):
        assert told(deployed, "sweep") == [
            ("sweep the lake", "the function failed: 200: out of memory")
        ]


def test_an_arrival_that_was_never_registered_goes_back_to_its_queue_and_into_the_books(
    lake, deployed
):
    # Given an arrival whose event died
    version = lake.upload("flights/a+b c.csv")
    body = json.dumps(lake.event(version))
    die(deployed, "arrivals", body)
    ((about, why),) = told(deployed, "arrivals")
    assert about.startswith("Object Created: s3://raw-")
    assert "flights/a+b c.csv" in about
    assert "received as often as the queue allows" in why
    # When it is redriven
    done = redrive(queue_named(deployed, "arrivals"))
    assert (done.sent, done.left) == (1, [])
    assert queue_named(deployed, "arrivals").count() == 0
    # Then the source queue has it as it was, and registering it works
    (message,) = lake.sqs.receive_message(QueueUrl=lake.arrival_queue)["Messages"]
    assert message["Body"] == body
    assert lake.register(message["Body"]) == []
    assert lake.status(version) == "waiting"


def test_an_event_that_did_not_start_the_curate_machine_starts_it_with_its_detail(lake, deployed):
    detail = {"dataset": "flights", "run_id": "run-1", "kind": "dataset"}
    event = {"source": "strata.lake", "detail-type": "DatasetPublished", "detail": detail}
    attributes = {"RULE_ARN": "arn:aws:events:x:0:rule/r", "TARGET_ARN": f"{lake.curate}:live"}
    attributes |= {"ERROR_CODE": "NO_PERMISSIONS", "ERROR_MESSAGE": "not allowed"}
    die(deployed, "curate", event, **attributes)
    ((about, why),) = told(deployed, "curate")
    assert about == "DatasetPublished: flights, run run-1"
    assert why.endswith(":live: NO_PERMISSIONS: not allowed")
    assert redrive(queue_named(deployed, "curate")).sent == 1
    assert inputs(lake, lake.curate) == [detail]


def test_a_start_that_scheduler_lost_is_made_up_for_once_though_it_is_redriven_twice(
    lake, deployed
):
    content = {"dataset": "flights", "trigger": "schedule"}
    attributes = {"SCHEDULE_ARN": SCHEDULE, "TARGET_ARN": f"{lake.machine}:live"}
    die(deployed, "schedules", content, **attributes, RETRY_ATTEMPTS="10")
    ((about, why),) = told(deployed, "schedules")
    assert about == "start a run of flights (schedule)"
    assert "EventBridge Scheduler could not start" in why
    assert "after 10 tries" in why
    queue = queue_named(deployed, "schedules")
    with queue.held(1) as letters:
        again = next(letters)
    assert redrive(queue).sent == 1
    deliver(again)
    assert inputs(lake, lake.machine) == [content]


def test_a_start_whose_message_lacks_its_input_takes_it_from_the_schedule(lake, deployed):
    content = {"dataset": "flights", "trigger": "schedule"}
    schedule = Recorder()
    deployed.given["scheduler"] = schedule
    object.__setattr__(
        schedule, "get_schedule", lambda **_: {"Target": {"Input": json.dumps(content)}}
    )
    die(deployed, "schedules", "{}", SCHEDULE_ARN=SCHEDULE, TARGET_ARN=f"{lake.machine}:live")
    assert told(deployed, "schedules")[0][0] == "start what schedule schedule/lake/flights starts"
    assert redrive(queue_named(deployed, "schedules")).sent == 1
    assert inputs(lake, lake.machine) == [content]


@pytest.mark.parametrize(
    "body",
    [
        {"trigger": "sweep"},
        {"requestPayload": {"trigger": "sweep"}, "responsePayload": {"errorType": "Oops"}},
    ],
)
def test_a_failed_asynchronous_call_is_made_again(deployed, body):
    die(deployed, "sweep", body)
    assert redrive(queue_named(deployed, "sweep")).sent == 1
    ((name, call),) = deployed.given["lambda"].calls
    assert (name, call["FunctionName"], call["InvocationType"]) == ("invoke", "sweep", "Event")
    assert json.loads(call["Payload"]) == {"trigger": "sweep"}


NOTICE = {"Subject": "[dev] warning: flights: failed", "Message": '{"notice": "run_failed"}'}


@pytest.mark.parametrize(
    ("kept", "noted", "why"),
    [
        (
            {"Failure": {"Error": "SNS.KMSDisabledException", "Cause": "the key is disabled"}},
            {},
            "the topic did not take it: SNS.KMSDisabledException: the key is disabled",
        ),
        (
            {"Type": "Notification", "MessageId": "m-1"},
            {"ErrorCode": "503", "ErrorMessage": "https endpoint"},
            "a subscriber of the topic could not be given it: 503: https endpoint",
        ),
    ],
    ids=["refused by the topic", "not delivered by the topic"],
)
def test_a_notice_that_was_never_told_is_told_as_it_was(deployed, kept, noted, why):
    deployed.given["sns"] = Recorder()
    die(deployed, "notices", NOTICE | kept, **noted)
    assert told(deployed, "notices") == [("tell: [dev] warning: flights: failed", why)]
    assert redrive(queue_named(deployed, "notices")).sent == 1
    ((name, call),) = deployed.given["sns"].calls
    assert (name, call) == ("publish", {"TopicArn": deployed["AlertTopicArn"], **NOTICE})
    assert queue_named(deployed, "notices").count() == 0


def test_drift_that_was_never_told_goes_back_to_the_bus_whose_rule_tells_it(deployed):
    bus = Recorder()
    deployed.given["events"] = bus
    detail = {"dataset": "flights", "run_id": "run-1", "reasons": ["a column more"]}
    event = {"source": "strata.lake", "detail-type": "DriftFound", "detail": detail}
    die(deployed, "curate", event, RULE_ARN="r", TARGET_ARN="arn:aws:sns:us-east-1:0:alerts")
    assert redrive(queue_named(deployed, "curate")).sent == 1
    ((name, call),) = bus.calls
    (entry,) = call["Entries"]
    assert (name, entry["Source"], entry["DetailType"]) == (
        "put_events",
        "strata.lake",
        "DriftFound",
    )
    assert json.loads(entry["Detail"]) == detail


def test_what_cannot_be_delivered_stays_and_the_others_go_on(lake, deployed):
    # Given three messages of which one is for a machine that is gone, and one is no message at all
    event = {"dataset": "flights", "trigger": "schedule"}
    gone = lake.machine.replace("ingest-", "gone-")
    first = die(deployed, "schedules", event, TARGET_ARN=f"{gone}:live")
    die(deployed, "schedules", event, TARGET_ARN=f"{lake.machine}:live")
    third = die(deployed, "schedules", "hello", TARGET_ARN=f"{lake.machine}:live")
    # When all are redriven
    done = redrive(queue_named(deployed, "schedules"))
    # Then one arrived, and two are in the queue still, to be seen at once
    assert done.sent == 1
    assert {letter.id for letter, _ in done.left} == {first, third}
    with queue_named(deployed, "schedules").held(50) as letters:
        assert {letter.id for letter in letters} == {first, third}


def test_a_message_leaves_its_queue_only_after_it_was_delivered(lake, deployed, monkeypatch):
    def die_instead(_letter):
        raise KeyboardInterrupt

    die(deployed, "arrivals", lake.event(lake.upload("flights/a.csv")))
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(redriving, "deliver", die_instead)
        redrive(queue_named(deployed, "arrivals"))
    assert redrive(queue_named(deployed, "arrivals")).sent == 1


def test_one_message_is_redriven_by_the_beginning_of_its_id(lake, deployed):
    first = die(deployed, "arrivals", lake.event(lake.upload("flights/a.csv")))
    second = die(deployed, "arrivals", lake.event(lake.upload("flights/b.csv")))
    assert redrive(queue_named(deployed, "arrivals"), [first[:13]]).sent == 1
    with queue_named(deployed, "arrivals").held(50) as letters:
        assert [letter.id for letter in letters] == [second]


def test_what_is_dropped_is_kept_with_who_did_it_and_why(lake, deployed):
    message = die(deployed, "sweep", {"trigger": "sweep"}, ErrorMessage="out of memory")
    (dropped,) = drop(queue_named(deployed, "sweep"), [], who="ada", why="mended by hand")
    assert dropped.id == message
    assert queue_named(deployed, "sweep").count() == 0
    key = f"dead-letters/sweep/{message}.json"
    kept = json.loads(lake.s3.get_object(Bucket=lake.quarantine, Key=key)["Body"].read())
    assert (kept["who"], kept["why"]) == ("ada", "mended by hand")
    assert json.loads(kept["body"]) == {"trigger": "sweep"}
    assert kept["failure"] == "the function failed: out of memory"
