"""The curate machine, played through with the answers that its functions give."""

import json

import pytest

from close_run.handler import CloseRunRequest
from judge.handler import JudgeRequest
from open_run.handler import OpenRunRequest
from plan_products.handler import PlanProductsRequest
from tests.synth.answers import EXECUTION, SIZE, closed, judged, opened, products
from tests.synth.player import Player, TaskFailedError

EVENT = {
    "environment": "prod",
    "owner": "strata-prod",
    "dataset": "flights",
    "run_id": "flights-1",
    "snapshot_id": "7",
    "kind": "dataset",
}
ANSWERS = {
    "PlanProducts": products(["daily_punctuality"]),
    "OpenRun": opened(kind="product", claims=0, batches=[]),
    "BuildProduct": {"JobRunState": "SUCCEEDED"},
    "Judge": judged("publish"),
    "PublishProduct": {"JobRunState": "SUCCEEDED"},
    "CloseRun": closed,
    "CloseFailed": closed,
    "CloseQuarantined": closed,
    "CloseRejected": closed,
    "CloseSkipped": closed,
    "EmitEvent": {"FailedEntryCount": 0},
    "Notify": {"MessageId": "1"},
    "NotifyQuarantine": {"MessageId": "1"},
    "NotifyFailure": {"MessageId": "1"},
    "NotifyCircuitOpen": {"MessageId": "1"},
    "KeepMoreWorkersNotice": {"MessageId": "1"},
}


@pytest.fixture
def play(prod):
    """Give a function that plays the machine with some answers changed."""

    def play_with(given=EVENT, **changed):
        return Player(prod.definition("curate"), ANSWERS | changed).play(given)

    return play_with


def test_a_product_is_built_published_told_and_closed(play, prod):
    played = play()
    assert played.failure is None
    assert played.visited[-1] == "ProductsBuilt"
    run_id = f"{EXECUTION}-daily_punctuality"
    folder = f"runs/daily_punctuality/{run_id}/"
    artifacts = prod.buckets()["artifacts"]["BucketName"]
    assert played.calls["BuildProduct"][0]["Arguments"] == {
        "--dataset": "daily_punctuality",
        "--run_id": run_id,
        "--run_prefix": folder,
        "--input_uri": f"s3://{artifacts}/{folder}input.json",
        "--enable-auto-scaling": "false",
    }
    assert SIZE.items() <= played.calls["BuildProduct"][0].items()
    assert not SIZE.keys() & played.calls["PublishProduct"][0].keys()
    assert played.calls["CloseRun"][0]["Payload"]["outcome"] == "published"
    assert played.calls["EmitEvent"][0]["Entries"][0]["DetailType"] == "DatasetPublished"
    assert "Notify" in played.calls


def test_every_function_is_asked_in_its_own_words(play):
    played = play()
    asked = {
        "PlanProducts": PlanProductsRequest,
        "OpenRun": OpenRunRequest,
        "Judge": JudgeRequest,
        "CloseRun": CloseRunRequest,
    }
    for state, request in asked.items():
        request.model_validate(played.calls[state][0]["Payload"])


def test_a_dataset_without_products_ends_well_at_once(play):
    played = play(PlanProducts=products())
    assert played.failure is None
    assert set(played.calls) == {"PlanProducts"}


@pytest.mark.parametrize("status", ["nothing_waiting", "busy"])
def test_a_product_whose_inputs_did_not_move_is_left_alone(play, status):
    played = play(OpenRun=opened(status=status, kind="product", claims=0, batches=[]))
    assert played.failure is None
    assert "BuildProduct" not in played.calls


@pytest.mark.parametrize(
    ("notice", "told"),
    [(None, False), ({"subject": "daily: the circuit is open", "message": "{}"}, True)],
)
def test_a_product_whose_circuit_is_open_is_left_alone_and_told_of_once(play, notice, told):
    refused = opened(status="circuit_open", kind="product", claims=0, batches=[], notice=notice)
    played = play(OpenRun=refused)
    assert played.failure is None
    assert ("NotifyCircuitOpen" in played.calls) is told
    assert "BuildProduct" not in played.calls


@pytest.mark.parametrize(
    ("decision", "close"), [("quarantine", "CloseQuarantined"), ("empty", "CloseRejected")]
)
def test_a_product_that_is_not_good_enough_is_not_published(play, decision, close):
    played = play(Judge=judged(decision))
    assert "PublishProduct" not in played.calls
    assert close in played.calls
    assert "NotifyQuarantine" in played.calls
    assert played.failure is None


def test_a_product_whose_inputs_moved_meanwhile_is_built_again_as_another_run(play):
    played = play(
        CloseRun=[
            closed({"Payload": {"dataset": "p", "run_id": "1", "outcome": "published"}}, **again)
            for again in ({"more_waiting": True, "next_name": "p-next"}, {})
        ]
    )
    runs = [call["Payload"]["run_id"] for call in played.calls["OpenRun"]]
    assert runs == [f"{EXECUTION}-daily_punctuality", "p-next"]
    second = played.calls["BuildProduct"][1]["Arguments"]
    assert second["--run_prefix"] == "runs/daily_punctuality/p-next/"
    assert second["--input_uri"].endswith("runs/daily_punctuality/p-next/input.json")


def test_a_product_that_failed_while_an_input_moved_is_built_again_and_the_execution_still_fails(
    play,
):
    failed = {"Payload": {"dataset": "p", "run_id": "1", "outcome": "failed"}}
    played = play(
        BuildProduct=[TaskFailedError("Broken"), {}],
        CloseFailed=closed(failed, more_waiting=True, next_name="p-next"),
    )
    runs = [call["Payload"]["run_id"] for call in played.calls["OpenRun"]]
    assert runs == [f"{EXECUTION}-daily_punctuality", "p-next"]
    assert len(played.calls["NotifyFailure"]) == 1
    assert played.calls["CloseRun"][0]["Payload"]["run_id"] == "p-next"
    assert played.failure["Error"] == "ProductsFailed"


def test_a_product_that_goes_on_failing_while_its_inputs_move_is_given_up_after_ten_rounds(play):
    failed = {"Payload": {"dataset": "p", "run_id": "1", "outcome": "failed"}}
    played = play(
        BuildProduct=TaskFailedError("Broken"),
        CloseFailed=closed(failed, more_waiting=True, next_name="p-next"),
    )
    assert len(played.calls["OpenRun"]) == 10
    assert played.failure["Error"] == "ProductsFailed"


def test_the_products_of_one_wave_are_built_before_those_of_the_next(play):
    played = play(PlanProducts=products(["left", "right"], ["top"]))
    ended = [name for name in played.visited if name in ("OpenRun", "CloseRun")]
    opened_ = [call["Payload"]["dataset"] for call in played.calls["OpenRun"]]
    assert opened_ == ["left", "right", "top"]
    assert ended == ["OpenRun", "CloseRun"] * 3
    assert played.failure is None


def test_a_product_that_failed_does_not_keep_the_next_wave_from_being_looked_at(play):
    played = play(
        PlanProducts=products(["left", "right"], ["top"]),
        BuildProduct=[TaskFailedError("Broken"), {}, {}],
    )
    assert [call["Arguments"]["--dataset"] for call in played.calls["PublishProduct"]] == [
        "right",
        "top",
    ]
    (failed,) = listed(json.loads(played.failure["Cause"]))
    assert failed["product"] == "left"


@pytest.mark.parametrize("case", ["opening", "building"])
def test_a_product_without_anything_new_is_closed_as_skipped(play, case):
    unchanged = opened(status="unchanged", kind="product", claims=0, batches=[])
    changed = {"OpenRun": unchanged} if case == "opening" else {"Judge": judged("unchanged")}
    played = play(**changed)
    assert [call["Payload"]["outcome"] for call in played.calls["CloseSkipped"]] == ["skipped"]
    assert ("BuildProduct" in played.calls) == (case == "building")
    assert not {"PublishProduct", "EmitEvent", "Notify"} & set(played.calls)
    assert played.failure is None


def test_a_product_is_not_built_for_ever(play):
    played = play(CloseRun=lambda asked: closed(asked, more_waiting=True))
    assert len(played.calls["BuildProduct"]) == 10
    assert played.failure is None


@pytest.mark.parametrize("state", ["OpenRun", "BuildProduct", "Judge", "PublishProduct"])
def test_a_failing_product_is_closed_and_told_and_fails_the_execution_at_its_end(play, state):
    played = play(**{state: TaskFailedError("Broken", "it broke")})
    assert played.calls["CloseFailed"][0]["Payload"]["error"]["Error"] == "Broken"
    assert "NotifyFailure" in played.calls
    assert played.failure["Error"] == "ProductsFailed"
    (failed,) = listed(json.loads(played.failure["Cause"]))
    assert failed == {"product": "daily_punctuality", "failed": True, "error": "Broken"}


def test_a_failing_product_does_not_stop_the_others(play):
    played = play(
        PlanProducts=products(["a", "b", "c"]),
        BuildProduct=[{}, TaskFailedError("Broken"), {}],
    )
    published = [call["Arguments"]["--dataset"] for call in played.calls["PublishProduct"]]
    assert published == ["a", "c"]
    (failed,) = listed(json.loads(played.failure["Cause"]))
    assert failed["product"] == "b"


def test_a_product_that_had_published_before_it_failed_counts_as_built(play):
    played = play(
        PublishProduct=TaskFailedError("States.Timeout"),
        CloseFailed=lambda asked: closed(
            asked, outcome="published_with_warnings", event={"dataset": "daily_punctuality"}
        ),
    )
    assert played.failure is None
    assert "EmitEvent" in played.calls


def test_an_event_whose_products_cannot_be_planned_fails_with_that_error(play):
    played = play(PlanProducts=TaskFailedError("ContractMissing", "no bundle"))
    assert played.failure == {"Error": "ContractMissing", "Cause": "no bundle"}


def test_an_answer_that_no_choice_knows_fails_the_product_loudly(play):
    odd = judged("publish")
    odd["Payload"]["decision"] = "perhaps"
    played = play(Judge=odd)
    assert played.calls["CloseFailed"][0]["Payload"]["error"]["Error"] == "UnexpectedAnswer"
    assert played.failure["Error"] == "ProductsFailed"


def test_only_this_lakes_datasets_start_the_machine_and_a_lost_event_is_kept(lake):
    (rule,) = (
        rule
        for rule in lake.properties("AWS::Events::Rule")
        if rule["EventPattern"].get("detail-type") == ["DatasetPublished"]
    )
    assert rule["EventPattern"]["source"] == ["strata.lake"]
    assert rule["EventPattern"]["detail"] == {
        "owner": [lake.settings.prefix],
        "kind": ["dataset"],
    }
    (target,) = rule["Targets"]
    assert target["Arn"].endswith(f"{lake.settings.prefix}-curate:live")
    assert target["InputPath"] == "$.detail"
    assert target["DeadLetterConfig"]["Arn"]
    assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] == 24 * 60 * 60


def listed(value):
    """Give a JSONata sequence of one as the list that it is."""
    return value if isinstance(value, list) else [value]
