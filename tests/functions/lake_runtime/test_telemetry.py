"""What functions leave for those who look for a run afterwards."""

import pytest

from lake_runtime import telemetry


@pytest.fixture
def annotated(monkeypatch):
    """Give the annotations that are put on the trace."""
    found = {}
    monkeypatch.setattr(telemetry.tracer, "put_annotation", found.__setitem__)
    return found


def test_a_trace_is_found_by_its_dataset_and_its_run(annotated):
    telemetry.annotate_trace(dataset="flights", run_id="flights-0c1f")
    assert annotated == {"dataset": "flights", "run_id": "flights-0c1f"}


def test_a_call_that_has_no_run_yet_is_found_by_its_dataset(annotated):
    telemetry.annotate_trace(dataset="flights", run_id=None)
    assert annotated == {"dataset": "flights"}
