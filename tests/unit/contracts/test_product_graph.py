"""Products are ordered by what they read, and circles among them are found."""

from graphlib import CycleError

import pytest

from data_lake.contracts.product_graph import find_cycles, waves

DIAMOND = {"top": ["left", "right"], "left": ["flights"], "right": ["flights", "airlines"]}


def test_products_come_in_waves_of_which_each_reads_earlier_ones() -> None:
    assert waves(DIAMOND) == [["left", "right"], ["top"]]
    assert waves({}) == []


def test_a_product_that_reads_datasets_and_a_product_comes_after_the_product() -> None:
    assert waves({"a": ["flights", "b"], "b": ["airlines"]}) == [["b"], ["a"]]


def test_some_products_can_be_ordered_alone() -> None:
    assert waves(DIAMOND, ["top", "left"]) == [["left"], ["top"]]


def test_a_circle_cannot_be_ordered() -> None:
    with pytest.raises(CycleError):
        waves({"a": ["b"], "b": ["a"]})


def test_there_is_no_cycle_in_a_diamond() -> None:
    assert find_cycles(DIAMOND) == []


def test_each_cycle_is_found_and_begins_with_its_first_name() -> None:
    inputs = {"d": ["c"], "c": ["d"], "a": ["x"], "x": ["b"], "b": ["a"], "self": ["self"]}
    assert find_cycles(inputs) == [("a", "x", "b"), ("c", "d"), ("self",)]


def test_a_cycle_runs_from_each_product_to_one_that_it_reads() -> None:
    inputs = {"a": ["c"], "b": ["a"], "c": ["b"]}
    ((*cycle,),) = find_cycles(inputs)
    assert cycle == ["a", "c", "b"]
    assert all(
        read in inputs[name] for name, read in zip(cycle, [*cycle[1:], cycle[0]], strict=True)
    )
