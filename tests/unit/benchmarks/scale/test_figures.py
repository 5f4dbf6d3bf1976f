"""What grows faster than the datasets is named."""

import json
import re
from dataclasses import replace

import pytest

from benchmarks.scale.contracts import write_contracts
from benchmarks.scale.figures import Figures, StackSize, faster, over_limits, sizes_of
from data_lake.contracts import load_contracts

TEN = Figures(
    datasets=10,
    stacks=(StackSize("Processing", 100, 1_000),),
    seconds=10,
    cpu=20,
    peak=1_000,
    idle_usd=10,
    used_usd=100,
)
HUNDRED = replace(TEN, datasets=100, stacks=(StackSize("Processing", 400, 9_000),))


def test_what_grows_no_faster_than_the_datasets_is_no_defect():
    assert faster(TEN, replace(HUNDRED, used_usd=1_000, cpu=200)) == []


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"stacks": (StackSize("Processing", 2_000, 9_000),)}, "resources"),
        ({"stacks": (StackSize("Processing", 400, 20_000),)}, "bytes of templates"),
        ({"cpu": 400}, "seconds of CPU"),
        ({"peak": 20_000}, "memory"),
        ({"idle_usd": 200}, "dollars of an idle lake"),
        ({"used_usd": 2_000}, "dollars of a lake in use"),
    ],
)
def test_what_grows_faster_is_named(changed, name):
    assert faster(TEN, replace(HUNDRED, **changed)) == [name]


def test_a_stack_past_a_limit_is_named_with_both():
    large = replace(TEN, stacks=(StackSize("Observability", 501, 10), StackSize("Other", 1, 1)))
    (told,) = over_limits([TEN, large])
    assert re.match("10 datasets: Observability has 501 resources of 500 and 10 bytes", told)


def test_nested_templates_are_counted_too(tmp_path):
    for name in ("A.template.json", "nested/B.template.json"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps({"Resources": {"One": {}}}))
    assert [(one.stack, one.resources) for one in sizes_of(tmp_path)] == [("A", 1), ("B", 1)]


def test_generated_contracts_are_valid_and_apart(tmp_path):
    write_contracts(tmp_path / "contracts", 3)
    found = load_contracts(tmp_path / "contracts").datasets
    assert list(found) == ["dataset_0001", "dataset_0002", "dataset_0003"]
    assert len({one.raw.prefix for one in found.values()}) == 3
