"""The deployed sweep, with the permissions of its own role."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from strata.activity import wait_until_quiet
from strata.local.lake import LocalLake
from strata.runs import arrivals
from tests.faults.losing import no_events

KEY = "airlines/_never announced+1.csv"
"""A name that is skipped, so that no other test of this lake sees a run of it."""


@pytest.fixture
def impatient(lake: LocalLake) -> Iterator[str]:
    """Give the sweep's function, which for the length of a test leaves nothing to others."""
    functions, name = lake.client("lambda"), lake["SweepFunctionName"]
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    changed = variables | {"GRACE_MINUTES": "0", "PASS_MINUTES": "0"}
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": changed})
    yield name
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables})


def sweep(lake: LocalLake, name: str) -> Any:
    """Call the function as its schedule does and give its answer; an error of it fails the test."""
    answer = lake.client("lambda").invoke(FunctionName=name, Payload=b'{"trigger": "sweep"}')
    content = answer["Payload"].read()
    assert "FunctionError" not in answer, content
    return json.loads(content)


def test_an_object_whose_event_was_lost_comes_into_the_books(
    lake: LocalLake, impatient: str
) -> None:
    # Given an object that came while events were lost
    with no_events(lake):
        lake.client("s3").put_object(Bucket=lake["RawBucketName"], Key=KEY, Body=b"x")
        wait_until_quiet(lake)
        assert KEY not in {one["key"] for one in arrivals(lake)}
    # When the lake is swept
    assert sweep(lake, impatient)["unheard"] >= 1
    wait_until_quiet(lake)
    # Then it went the way of every arrival
    (found,) = [one for one in arrivals(lake) if one["key"] == KEY]
    assert found["status"] == "skipped"
    # And the next sweep has nothing to do about it
    assert sweep(lake, impatient)["unheard"] == 0
