"""Two states of one template: every difference is told."""

import copy

import pytest

from strata.review import Topic, Weight, compare_templates, load_knowledge
from strata.review.report import read_snapshots
from tests.unit.strata.review.templates import resource, template


def leaves(value, path=()):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from leaves(inner, (*path, position))
    else:
        yield path


def changed(whole, path):
    copied = copy.deepcopy(whole)
    place = copied
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = "something else"
    return copied


@pytest.mark.parametrize("stack", ["Processing", "Observability", "Storage", "Replica"])
def test_any_change_of_any_value_of_a_real_template_is_told(stack):
    whole = read_snapshots()["prod"][stack]
    paths = sorted(leaves(whole), key=str)
    for path in paths[:: max(1, len(paths) // 60)]:
        told = compare_templates(whole, changed(whole, path), load_knowledge())
        assert told, f"nothing is told of {path}"


def test_a_template_that_did_not_change_has_nothing_to_tell():
    whole = read_snapshots()["prod"]["Processing"]
    assert compare_templates(whole, copy.deepcopy(whole), load_knowledge()) == []


def test_what_loses_data_stands_first():
    old = template(A=resource("AWS::Events::Rule"), Z=resource("AWS::S3::Bucket"))
    told = compare_templates(old, {}, load_knowledge())
    assert [one.weight for one in told][:2] == [Weight.LOSS, Weight.CARE]


def test_an_output_that_goes_is_looked_at_closely():
    old = {"Outputs": {"RawBucketName": {"Value": "raw"}}}
    (point,) = compare_templates(old, {}, load_knowledge())
    assert point.weight is Weight.CARE
    assert "output RawBucketName is gone" in point.text


def test_a_stack_near_the_limit_of_resources_is_told_so():
    many = template(**{f"Rule{at}": resource("AWS::Events::Rule") for at in range(401)})
    sizes = [
        one for one in compare_templates({}, many, load_knowledge()) if one.topic is Topic.SIZE
    ]
    assert sizes[0].text.startswith("NEAR A LIMIT: 401 of 500 resources")
