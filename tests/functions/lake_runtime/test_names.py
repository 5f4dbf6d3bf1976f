import pytest

from lake_runtime.names import skip_reason


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("flights/", "folder marker"),
        ("flights/.a.csv.crc", "hidden"),
        ("flights/_SUCCESS", "hidden"),
        ("flights/a.csv.tmp", "temporary"),
        ("flights/a.csv._COPYING_", "temporary"),
        ("flights/_temporary/0/part-1.csv", "temporary"),
    ],
)
def test_an_object_that_is_no_data_by_its_name_is_skipped_with_a_reason(key, reason):
    assert reason in skip_reason(key)


@pytest.mark.parametrize("key", ["flights/a.csv", "flights/a_b.csv", "flights/a.tmp.csv", "a"])
def test_any_other_name_may_hold_data(key):
    assert skip_reason(key) is None
