"""The burst holds what it says, and the same seed makes the same one."""

from collections import Counter

from benchmarks.load.burst import SECONDS, make_burst


def test_a_burst_has_duplicates_bad_files_and_events_that_come_twice_or_out_of_order() -> None:
    burst = make_burst(2000, 20, seed=1)
    assert burst == make_burst(2000, 20, seed=1)
    assert burst != make_burst(2000, 20, seed=2)
    assert len(burst.contents) + burst.bad + burst.duplicates == len(burst.files) == 2000
    assert burst.bad > 0
    assert burst.duplicates > burst.bad
    told = Counter(number for _, number in burst.deliveries)
    assert set(told) == set(range(2000))
    assert set(told.values()) == {1, 2}
    order = [number for _, number in burst.deliveries]
    assert order != sorted(order)


def test_all_datasets_have_files_and_all_files_come_within_the_minute() -> None:
    burst = make_burst(30, 30, seed=1)
    assert {file.dataset for file in burst.files} == set(burst.datasets)
    assert max(file.at for file in burst.files) <= SECONDS


def test_equal_contents_are_equal_bytes_and_no_others() -> None:
    burst = make_burst(2000, 20, seed=1)
    good = [file for file in burst.files if file.content is not None]
    assert len({(file.dataset, file.body) for file in good}) == len(burst.contents)
