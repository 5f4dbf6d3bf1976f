"""The ingest machine, played through with the answers that its functions give."""

import json

import pytest

from check_drift.handler import CheckDriftRequest
from close_run.handler import CloseRunRequest
from inspect_files.handler import InspectRequest
from judge.handler import JudgeRequest
from open_run.handler import OpenRunRequest
from plan_read.handler import PlanReadRequest
from tests.synth.answers import EXECUTION, SIZE, checked, closed, inspected, judged, opened, planned
from tests.synth.player import Player, TaskFailedError

INPUT = {"dataset": "flights", "trigger": "on_arrival"}
PREFIX = f"runs/flights/{EXECUTION}/"
LATER = "2100-01-01T00:00:00Z"
BEFORE = "2020-01-01T00:00:00Z"


def crawled(status="SUCCEEDED", began=LATER, **more):
    """Give a crawler that is ready, and how its last crawl went."""
    last = {"Status": status, "StartTime": began, **more}
    return {"Crawler": {"Name": "raw", "State": "READY", "LastCrawl": last}}


READY = crawled()
RUNNING = {"Crawler": {"Name": "raw", "State": "RUNNING"}}
BUSY = TaskFailedError("Glue.CrawlerRunningException", "already started")
DRIFT = {"column": "tail", "change": "added", "found": "string", "expected": None}


ANSWERS = {
    "OpenRun": opened(),
    "InspectBatch": inspected(),
    "PlanRead": planned(),
    "StageRows": {"JobRunState": "SUCCEEDED"},
    "StartCrawler": {},
    "GetCrawler": READY,
    "EmitDrift": {"FailedEntryCount": 0},
    "CheckDrift": checked(),
    "Judge": judged("publish"),
    "PublishRows": {"JobRunState": "SUCCEEDED"},
    "CloseRun": closed,
    "CloseFailed": closed,
    "CloseQuarantined": closed,
    "CloseRejected": closed,
    "EmitEvent": {"FailedEntryCount": 0},
    "Notify": {"MessageId": "1"},
    "NotifyQuarantine": {"MessageId": "1"},
    "NotifyFailure": {"MessageId": "1"},
    "NotifyCircuitOpen": {"MessageId": "1"},
    "KeepNotice": {"MessageId": "1"},
    "KeepQuarantineNotice": {"MessageId": "1"},
    "KeepFailureNotice": {"MessageId": "1"},
    "KeepCircuitOpenNotice": {"MessageId": "1"},
    "KeepMoreWorkersNotice": {"MessageId": "1"},
    "StartNextRun": {},
    "StartRunAfterQuarantine": {},
    "StartRetry": {},
}


@pytest.fixture
def play(prod):
    """Give a function that plays the machine with some answers changed."""

    def play_with(given=INPUT, **changed):
        return Player(prod.definition("ingest"), ANSWERS | changed).play(given)

    return play_with


def test_a_good_run_is_published_told_and_closed(play):
    played = play()
    assert played.failure is None
    assert played.visited[-1] == "RunPublished"
    assert played.calls["CloseRun"][0]["Payload"]["outcome"] == "published"
    assert played.calls["EmitEvent"][0]["Entries"][0]["Detail"]["run_id"] == EXECUTION
    assert played.calls["Notify"][0]["Subject"] == "flights published"
    assert "StartNextRun" not in played.calls


def test_every_function_is_asked_in_its_own_words(play):
    played = play()
    asked = {
        "OpenRun": OpenRunRequest,
        "InspectBatch": InspectRequest,
        "PlanRead": PlanReadRequest,
        "CheckDrift": CheckDriftRequest,
        "Judge": JudgeRequest,
        "CloseRun": CloseRunRequest,
    }
    for state, request in asked.items():
        given = request.model_validate(played.calls[state][0]["Payload"])
        assert given.dataset == "flights"
        assert given.run_id == EXECUTION


def test_the_run_is_the_execution_and_its_folder_is_the_one_that_the_functions_use(play):
    played = play()
    assert played.calls["OpenRun"][0]["Payload"]["run_id"] == EXECUTION
    assert played.calls["OpenRun"][0]["Payload"]["execution_arn"] == "arn:execution"
    assert played.calls["StageRows"][0]["Arguments"] == {
        "--dataset": "flights",
        "--run_id": EXECUTION,
        "--run_prefix": PREFIX,
        "--input_uri": f"s3://artifacts/{PREFIX}input.json",
        "--enable-auto-scaling": "false",
    }
    assert SIZE.items() <= played.calls["StageRows"][0].items()
    assert not SIZE.keys() & played.calls["PublishRows"][0].keys()


@pytest.mark.parametrize("status", ["nothing_waiting", "busy"])
def test_a_run_that_finds_nothing_to_do_ends_well_and_touches_nothing(play, status):
    played = play(OpenRun=opened(status=status, claims=0, batches=[]))
    assert played.visited[-1] == "NothingToDo"
    assert set(played.calls) == {"OpenRun"}


def test_a_run_that_the_open_circuit_refuses_first_tells_it_and_ends_well(play):
    notice = {"subject": "flights: the circuit is open", "message": "{}"}
    played = play(OpenRun=opened(status="circuit_open", claims=0, batches=[], notice=notice))
    assert played.visited[-1] == "CircuitOpen"
    assert played.calls["NotifyCircuitOpen"][0]["Subject"] == notice["subject"]
    assert set(played.calls) == {"OpenRun", "NotifyCircuitOpen"}


def test_a_run_that_the_open_circuit_refuses_later_says_nothing(play):
    played = play(OpenRun=opened(status="circuit_open", claims=0, batches=[]))
    assert played.visited[-1] == "CircuitOpen"
    assert set(played.calls) == {"OpenRun"}


def test_a_lost_notice_of_an_open_circuit_is_no_failure_of_a_run(play):
    notice = {"subject": "flights: the circuit is open", "message": "{}"}
    refused = opened(status="circuit_open", claims=0, batches=[], notice=notice)
    played = play(OpenRun=refused, NotifyCircuitOpen=TaskFailedError("SNS.Down"))
    assert played.failure is None
    assert played.visited[-1] == "CircuitOpen"


def test_every_batch_is_inspected_and_one_batch_alone_is_still_a_list(play):
    uris = [f"s3://artifacts/{PREFIX}batches/{number:04}.json" for number in range(3)]
    played = play(OpenRun=opened(batches=[{"uri": uri} for uri in uris]))
    asked = [call["Payload"]["batch"]["uri"] for call in played.calls["InspectBatch"]]
    assert asked == uris
    assert len(play().calls["InspectBatch"]) == 1


INDEX = {"bucket": "artifacts", "key": f"{PREFIX}batches.json"}
MANY = [{"uri": f"s3://artifacts/{PREFIX}batches/{number:04}.json"} for number in range(40)]


def test_many_batches_are_inspected_from_a_list_in_s3_and_none_of_them_is_in_the_state(play):
    played = play(
        OpenRun=opened(batches=[], index=INDEX),
        InspectManyFiles=[MANY],
        InspectListedBatch=inspected(),
    )
    assert played.calls["InspectManyFiles"] == [{"Bucket": "artifacts", "Key": INDEX["key"]}]
    asked = [
        InspectRequest.model_validate(call["Payload"])
        for call in played.calls["InspectListedBatch"]
    ]
    assert [one.batch.uri for one in asked] == [one["uri"] for one in MANY]
    assert {(one.dataset, one.run_id, one.run_prefix) for one in asked} == {
        ("flights", EXECUTION, PREFIX)
    }
    assert "InspectBatch" not in played.calls
    assert played.visited[-1] == "RunPublished"


def one_of_many_fails():
    """Give the answers of a Map of which one item in 40 fails."""
    return [TaskFailedError("Broken"), *(inspected() for _ in MANY[1:])]


def test_one_failed_inspection_of_many_fails_the_run_unless_the_contract_tolerates_it(play):
    played = play(
        OpenRun=opened(batches=[], index=INDEX),
        InspectManyFiles=[MANY],
        InspectListedBatch=one_of_many_fails(),
    )
    assert played.failure["Error"] == "States.ExceedToleratedFailureThreshold"
    assert "StageRows" not in played.calls


@pytest.mark.parametrize(("percent", "published"), [(2.4, False), (2.5, True)])
def test_as_many_inspections_may_fail_as_the_contract_says(play, percent, published):
    played = play(
        OpenRun=opened(batches=[], index=INDEX, tolerated_failure_percent=percent),
        InspectManyFiles=[MANY],
        InspectListedBatch=one_of_many_fails(),
    )
    assert ("PublishRows" in played.calls) is published


def test_a_run_without_an_acceptable_file_is_closed_as_rejected(play):
    played = play(PlanRead=planned(accepted=0, rejected=2))
    assert played.calls["CloseRejected"][0]["Payload"]["outcome"] == "rejected"
    assert played.visited[-1] == "RunQuarantined"
    assert "StageRows" not in played.calls
    assert "NotifyQuarantine" in played.calls


@pytest.mark.parametrize(
    ("decision", "outcome"), [("quarantine", "quarantined"), ("empty", "rejected")]
)
def test_rows_that_are_not_good_enough_are_not_published(play, decision, outcome):
    played = play(Judge=judged(decision))
    assert "PublishRows" not in played.calls
    close = "CloseQuarantined" if outcome == "quarantined" else "CloseRejected"
    assert played.calls[close][0]["Payload"]["outcome"] == outcome
    assert played.visited[-1] == "RunQuarantined"


def test_drift_is_a_warning_of_the_published_run(play):
    played = play(CheckDrift=checked([DRIFT]))
    assert played.calls["CloseRun"][0]["Payload"]["warnings"] == [DRIFT]
    assert play().calls["CloseRun"][0]["Payload"]["warnings"] == []


def test_the_crawl_is_waited_for(play):
    played = play(GetCrawler=[RUNNING, RUNNING, READY])
    assert len(played.calls["GetCrawler"]) == 3
    assert played.visited.count("WaitForCrawler") == 3
    assert played.visited[-1] == "RunPublished"


def test_a_crawl_that_never_ends_fails_the_run(play):
    played = play(GetCrawler=RUNNING)
    assert played.failure["Error"] == "CrawlerDidNotSucceed"
    assert len(played.calls["GetCrawler"]) == 240


def test_a_crawl_that_failed_fails_the_run_with_what_the_crawler_said(play):
    failed = crawled("FAILED", ErrorMessage="no access")
    played = play(GetCrawler=failed)
    assert played.failure["Error"] == "CrawlerDidNotSucceed"
    told = json.loads(played.failure["Cause"])
    assert told == {"State": "READY", "LastCrawl": failed["Crawler"]["LastCrawl"]}
    assert "Judge" not in played.calls


def test_nothing_is_crawled_where_a_crawler_would_find_nothing(play):
    played = play(PlanRead=planned(crawl=False))
    assert "StartCrawler" not in played.calls
    assert "CheckDrift" not in played.calls
    assert played.calls["CloseRun"][0]["Payload"]["warnings"] == []
    assert played.visited[-1] == "RunPublished"


def test_a_busy_crawler_is_waited_for_and_started_again_if_it_had_begun_before(play):
    # Given a crawl of another run that began before this run's files were there
    played = play(
        StartCrawler=[BUSY, {}], GetCrawler=[RUNNING, crawled(began=BEFORE), RUNNING, READY]
    )
    # Then it is not taken for this run's: the crawler is started once it is free
    assert len(played.calls["StartCrawler"]) == 2
    assert len(played.calls["GetCrawler"]) == 4
    assert played.visited[-1] == "RunPublished"


def test_a_crawl_that_another_run_began_after_the_files_were_there_serves_this_one_too(play):
    played = play(StartCrawler=[BUSY], GetCrawler=[RUNNING, READY])
    assert len(played.calls["StartCrawler"]) == 1
    assert "CheckDrift" in played.calls


def test_a_failed_crawl_of_before_is_no_failure_of_this_run(play):
    old = crawled("FAILED", began=BEFORE)
    played = play(StartCrawler=[BUSY, {}], GetCrawler=[old, READY])
    assert played.failure is None
    assert len(played.calls["StartCrawler"]) == 2


def test_a_crawler_that_is_never_free_fails_the_run(play):
    played = play(StartCrawler=BUSY, GetCrawler=RUNNING)
    assert played.failure["Error"] == "CrawlerDidNotSucceed"


def test_drift_is_an_event_with_the_columns_that_differ(play):
    played = play(CheckDrift=checked([DRIFT]))
    (entry,) = played.calls["EmitDrift"][0]["Entries"]
    assert (entry["Source"], entry["DetailType"]) == ("strata.lake", "DriftFound")
    assert entry["Detail"]["columns"] == [DRIFT]
    assert (entry["Detail"]["dataset"], entry["Detail"]["run_id"]) == ("flights", EXECUTION)
    assert "EmitDrift" not in play().calls


def test_a_lost_event_of_drift_is_told_as_a_warning_of_the_run(play):
    played = play(CheckDrift=checked([DRIFT]), EmitDrift=TaskFailedError("Events.Down", "gone"))
    assert played.calls["CloseRun"][0]["Payload"]["warnings"] == [
        DRIFT,
        {"Error": "Events.Down", "Cause": "gone"},
    ]
    assert played.visited[-1] == "RunPublished"


@pytest.mark.parametrize(
    "state",
    ["InspectBatch", "PlanRead", "StageRows", "StartCrawler", "CheckDrift", "Judge", "OpenRun"],
)
def test_a_failure_before_publishing_closes_the_run_and_ends_as_that_failure(play, state):
    played = play(**{state: TaskFailedError("Broken", "it broke")})
    assert "PublishRows" not in played.calls
    close = played.calls["CloseFailed"][0]["Payload"]
    assert close["outcome"] == "failed"
    assert close["error"] == {"Error": "Broken", "Cause": "it broke"}
    assert "NotifyFailure" in played.calls
    assert played.failure == {"Error": "Broken", "Cause": "it broke"}


def test_a_failing_branch_does_not_hide_what_the_other_one_did(play):
    played = play(StageRows=TaskFailedError("Broken"))
    assert "CheckDrift" in played.calls


def test_a_failed_publish_is_closed_as_failed(play):
    played = play(PublishRows=TaskFailedError("States.TaskFailed", "the job run"))
    assert played.calls["CloseFailed"][0]["Payload"]["error"]["Error"] == "States.TaskFailed"
    assert played.failure["Error"] == "States.TaskFailed"


def test_a_run_that_had_published_before_it_failed_goes_on_as_published(play):
    played = play(
        PublishRows=TaskFailedError("States.Timeout"),
        CloseFailed=lambda asked: closed(
            asked, outcome="published_with_warnings", event={"dataset": "flights"}
        ),
    )
    assert played.failure is None
    assert "EmitEvent" in played.calls
    assert played.visited[-1] == "RunPublished"


@pytest.mark.parametrize("state", ["EmitEvent", "Notify"])
def test_a_lost_side_effect_leaves_the_run_published(play, state):
    played = play(**{state: TaskFailedError("SNS.SdkClientException")})
    assert played.failure is None
    assert played.visited[-1] == "RunPublished"
    assert {"EmitEvent", "Notify"} <= set(played.calls)


NOTICES = {
    "Notify": {},
    "NotifyQuarantine": {"Judge": judged("quarantine")},
    "NotifyFailure": {"Judge": TaskFailedError("Broken")},
}


@pytest.mark.parametrize("notice", NOTICES)
def test_a_notice_that_the_topic_refuses_is_kept_as_it_was_with_the_reason(play, notice):
    refused = TaskFailedError("SNS.KMSDisabledException", "the key is disabled")
    played = play(**NOTICES[notice], **{notice: refused})
    (kept,) = played.calls[f"Keep{notice.removeprefix('Notify')}Notice"]
    asked = played.calls[notice][0]
    assert json.loads(kept["MessageBody"]) == {
        "Subject": asked["Subject"],
        "Message": asked["Message"],
        "Failure": {"Error": "SNS.KMSDisabledException", "Cause": "the key is disabled"},
    }
    told = play(**NOTICES[notice])
    assert played.visited[-1] == told.visited[-1]
    assert not [name for name in told.calls if name.startswith("Keep")]


@pytest.mark.parametrize("notice", NOTICES)
def test_a_notice_that_can_not_even_be_kept_changes_nothing_about_the_run(play, notice):
    keep = f"Keep{notice.removeprefix('Notify')}Notice"
    lost = {notice: TaskFailedError("SNS.Down"), keep: TaskFailedError("SQS.Down")}
    played, told = play(**NOTICES[notice], **lost), play(**NOTICES[notice])
    assert played.failure == told.failure
    if notice != "Notify":
        assert played.visited[-1] == told.visited[-1]


def test_what_arrived_meanwhile_gets_a_run_of_its_own(play):
    played = play(CloseRun=lambda asked: closed(asked, more_waiting=True))
    (start,) = played.calls["StartNextRun"]
    assert start["Name"] == "flights-next"
    assert start["Input"] == {"dataset": "flights", "trigger": "more_waiting"}
    assert start["StateMachineArn"].endswith("-ingest:live")
    assert played.visited[-1] == "RunPublished"


def test_what_arrived_while_a_batch_was_quarantined_gets_a_run_too(play):
    played = play(
        Judge=judged("quarantine"),
        CloseQuarantined=lambda asked: closed(asked, more_waiting=True),
    )
    assert played.calls["StartRunAfterQuarantine"][0]["Name"] == "flights-next"


def test_a_next_run_that_cannot_be_started_does_not_undo_the_published_one(play):
    played = play(
        CloseRun=lambda asked: closed(asked, more_waiting=True),
        StartNextRun=TaskFailedError("StepFunctions.ExecutionAlreadyExistsException"),
    )
    assert played.visited[-1] == "RunPublished"


def test_a_file_that_changed_under_the_run_is_read_by_another_run_at_once(play):
    played = play(
        Judge=TaskFailedError("SourceChanged", "the version moved"),
        CloseFailed=lambda asked: closed(asked, more_waiting=True),
    )
    assert played.calls["StartRetry"][0]["Name"] == "flights-next"
    assert played.failure["Error"] == "SourceChanged"


def test_a_run_that_cannot_even_be_closed_says_so_and_ends_as_its_own_failure(play):
    played = play(Judge=TaskFailedError("Broken", "it broke"), CloseFailed=TaskFailedError("Worse"))
    notice = played.calls["NotifyFailure"][0]
    assert notice["Subject"] == "Run could not be closed"
    message = json.loads(notice["Message"])
    assert (message["severity"], message["outcome"]) == ("critical", "unknown")
    assert message["reasons"] == ["Broken"]
    assert "it may have published" in message["next_step"]
    assert played.failure == {"Error": "Broken", "Cause": "it broke"}


def test_a_failed_notice_does_not_hide_the_failure(play):
    played = play(
        Judge=TaskFailedError("Broken", "it broke"), NotifyFailure=TaskFailedError("SNS.Down")
    )
    assert played.failure == {"Error": "Broken", "Cause": "it broke"}


def test_an_answer_that_no_choice_knows_fails_the_run_loudly(play):
    odd = judged("publish")
    odd["Payload"]["decision"] = "perhaps"
    played = play(Judge=odd)
    assert played.failure["Error"] == "UnexpectedAnswer"
    assert "perhaps" in played.failure["Cause"]
    assert "PublishRows" not in played.calls


@pytest.mark.parametrize("missing", ["dataset", "trigger"])
def test_an_execution_without_its_input_fails_before_it_touches_anything(play, missing):
    played = play({name: value for name, value in INPUT.items() if name != missing})
    assert played.failure["Error"] == "States.QueryEvaluationError"
    assert played.calls == {}


@pytest.mark.parametrize("field", ["input_uri", "accepted"])
def test_an_answer_that_lacks_a_field_fails_the_run(play, field):
    answer = planned()
    del answer["Payload"][field]
    played = play(PlanRead=answer)
    assert played.failure is not None
    assert "PublishRows" not in played.calls
