import json

import pytest

from lake_runtime.notices import Severity, make_notice, subject_line


def _notice(**changes):
    given = {
        "kind": "run_failed",
        "severity": Severity.CRITICAL,
        "environment": "prod",
        "dataset": "flights",
        "headline": "run failed",
        "next_step": "Look.",
    }
    return make_notice(**(given | changes))


@pytest.mark.parametrize(
    "text",
    ["two\nlines", "tab\tstop", "bell\x07", "Straße ✈ 🛫", "x" * 300, "a\r\nBcc: someone"],
)
def test_a_subject_is_always_one_that_sns_accepts(text):
    subject = subject_line(text)
    assert 1 <= len(subject) <= 100
    assert all(" " <= char <= "~" for char in subject)


def test_a_subject_that_fits_is_left_as_it_is():
    assert _notice().subject == "[prod] critical: flights: run failed"


def test_the_message_is_json_that_says_what_to_do():
    message = json.loads(_notice(counts={"rows_in": 3}, reasons=["because"]).message)
    assert message == {
        "notice": "run_failed",
        "severity": "critical",
        "environment": "prod",
        "dataset": "flights",
        "run_id": None,
        "outcome": None,
        "counts": {"rows_in": 3},
        "reasons": ["because"],
        "next_step": "Look.",
        "runbook": None,
    }


def test_of_many_reasons_the_first_twenty_are_told_and_the_rest_counted():
    reasons = json.loads(_notice(reasons=[str(n) for n in range(5000)]).message)["reasons"]
    assert reasons == [*(str(n) for n in range(20)), "and 4980 more"]


def test_a_notice_leads_to_its_runbook_where_people_find_it(monkeypatch):
    def led_to():
        return json.loads(_notice(runbook="error-data").message)["runbook"]

    assert led_to() == "docs/runbooks/error-data.md"
    monkeypatch.setenv("RUNBOOKS", "https://wiki.example.com/strata")
    assert led_to() == "https://wiki.example.com/strata/error-data.md"
