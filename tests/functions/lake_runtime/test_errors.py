import json

import pytest

from lake_runtime.errors import ErrorClass, classify, explain


@pytest.mark.parametrize(
    ("error", "cause", "expected"),
    [
        ("Glue.ConcurrentRunsExceededException", "", ErrorClass.THROTTLING),
        ("Lambda.TooManyRequestsException", "", ErrorClass.THROTTLING),
        ("Glue.ThrottlingException", "Rate exceeded", ErrorClass.THROTTLING),
        ("Lambda.ServiceException", "", ErrorClass.TRANSIENT),
        ("SourceChanged", "", ErrorClass.TRANSIENT),
        ("LeaseLost", "", ErrorClass.TRANSIENT),
        ("PublishConflict", "", ErrorClass.TRANSIENT),
        ("States.Timeout", "", ErrorClass.RESOURCES),
        (
            "States.TaskFailed",
            '{"ErrorMessage":"java.lang.OutOfMemoryError"}',
            ErrorClass.RESOURCES,
        ),
        ("States.TaskFailed", '{"JobRunState":"TIMEOUT"}', ErrorClass.RESOURCES),
        ("Glue.AccessDeniedException", "", ErrorClass.PERMISSION),
        ("ClientError", "An error occurred (AccessDenied) when calling", ErrorClass.PERMISSION),
        ("States.TaskFailed", "java.lang.NumberFormatException", ErrorClass.DATA),
        ("ContractMissing", "contracts: no dataset is named 'x'", ErrorClass.CODE),
        ("ReportMissing", "", ErrorClass.CODE),
        ("AttributeError", "'NoneType' object has no attribute 'x'", ErrorClass.CODE),
        ("States.TaskFailed", "", ErrorClass.CODE),
        ("", "", ErrorClass.CODE),
    ],
)
def test_an_error_has_the_class_that_decides_how_it_is_handled(error, cause, expected):
    assert classify(error, cause) is expected


def test_the_name_of_an_error_counts_for_more_than_its_cause():
    assert classify("Glue.AccessDeniedException", "Rate exceeded") is ErrorClass.PERMISSION
    assert classify("Glue.ThrottlingException", "AccessDenied") is ErrorClass.THROTTLING


def test_a_message_of_the_lakes_own_is_told_whole():
    cause = json.dumps({"errorType": "SourceChanged", "errorMessage": "1 of 3 files was replaced"})
    assert explain("SourceChanged", cause) == "SourceChanged: 1 of 3 files was replaced"


def test_a_message_of_an_aws_service_is_told_whole():
    message = "An error occurred (AccessDenied) when calling the PutItem operation: role may not"
    cause = json.dumps({"errorType": "ClientError", "errorMessage": message})
    assert explain("ClientError", cause) == f"ClientError: {message}"


def test_a_cause_that_may_quote_a_record_is_told_by_the_names_of_its_exceptions():
    # Given a Glue job that failed over a value of a record
    cause = json.dumps(
        {
            "JobName": "stage",
            "Id": "jr_1",
            "ErrorMessage": "org.apache.spark.SparkException: cannot cast 'Jane Doe, 4111-1111'",
        }
    )
    # When the failure is explained
    told = explain("States.TaskFailed", cause)
    # Then the job is named and the value is not
    assert told == "States.TaskFailed: Glue job stage run jr_1: org.apache.spark.SparkException"


def test_an_unforeseen_exception_is_told_without_its_message():
    cause = json.dumps({"errorType": "ValueError", "errorMessage": "bad value 'Jane Doe'"})
    assert "Jane" not in explain("ValueError", cause)


def test_a_cause_that_is_no_json_does_not_hide_the_error():
    assert explain("States.Runtime", "something went wrong") == "States.Runtime"
    assert explain("", "") == "unknown error"


def test_an_explanation_is_one_short_line():
    cause = json.dumps({"errorMessage": "first\nsecond " + "x" * 1000})
    told = explain("ReportMissing", cause)
    assert "\n" not in told
    assert len(told) == 400
