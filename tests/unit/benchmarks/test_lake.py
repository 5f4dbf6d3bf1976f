"""The job that is measured is told of its input what the deployed one is told."""

from pathlib import Path

from benchmarks.lake import arrival
from lake_spark.inputs import TASK_BYTES, input_files, packed_bytes


def test_the_job_knows_how_long_its_file_is(tmp_path: Path) -> None:
    source = tmp_path / "lineitem.csv"
    source.write_text("a,b\n" * 1000)
    (file,) = input_files({"files": [arrival("lineitem/lineitem.csv", source)]})
    assert (file.key, file.size) == ("lineitem/lineitem.csv", 4000)
    assert packed_bytes([file]) > TASK_BYTES
