import pytest

from lake_runtime.records import Claim
from open_run.work import BYTES_PER_INSPECTION, split_batches


def _claims(*sizes):
    return [
        Claim(
            arrival_id=str(number),
            bucket="raw",
            key=f"flights/{number}.csv",
            version_id="v",
            etag="e",
            size=size,
            registered_at="",
            event_time="",
            sequencer="",
        )
        for number, size in enumerate(sizes)
    ]


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], []),
        ([1], [1]),
        ([1] * 4, [2, 2]),
        ([1] * 5, [2, 2, 1]),
        ([BYTES_PER_INSPECTION, 1, 1], [1, 2]),
        ([BYTES_PER_INSPECTION * 3, BYTES_PER_INSPECTION * 3], [1, 1]),
        ([BYTES_PER_INSPECTION // 2, BYTES_PER_INSPECTION // 2, 0], [2, 1]),
    ],
)
def test_a_batch_ends_at_its_files_or_at_its_bytes(sizes, expected):
    batches = split_batches(_claims(*sizes), files=2)
    assert [len(batch) for batch in batches] == expected
    assert [claim for batch in batches for claim in batch] == _claims(*sizes)
