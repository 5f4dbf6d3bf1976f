"""Every state of a definition has a place of its own, and every way is drawn."""

from itertools import combinations, pairwise
from typing import Any

from strata.page.graph import read_graph
from strata.page.layout import Box, Layout, lay_out
from strata.page.routing import route


def names(definition: dict[str, Any]) -> set[str]:
    """Give the names of all states of a definition, at every level."""
    found = set(definition["States"])
    for state in definition["States"].values():
        for part in [*state.get("Branches", []), *filter(None, [state.get("ItemProcessor")])]:
            found |= names(part)
    return found


def overlapping(one: Box, other: Box) -> bool:
    """Tell whether two boxes share any room."""
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def place(layout: Layout, name: str) -> Box:
    """Give the box of a state."""
    (found,) = [box for box in layout.boxes if box.node.name == name]
    return found


def test_every_state_of_every_level_has_one_box(definition: dict[str, Any]) -> None:
    layout = lay_out(read_graph(definition))
    assert sorted(box.node.name for box in layout.boxes) == sorted(names(definition))


def test_no_two_states_overlap_and_all_are_inside_the_picture(definition: dict[str, Any]) -> None:
    layout = lay_out(read_graph(definition))
    states = [box for box in layout.boxes if not box.frame]
    assert [pair for pair in combinations(states, 2) if overlapping(*pair)] == []
    for box in layout.boxes:
        assert 0 <= box.x <= box.x + box.width <= layout.width
        assert 0 <= box.y <= box.y + box.height <= layout.height


def test_a_frame_holds_its_own_states_and_no_others(definition: dict[str, Any]) -> None:
    layout = lay_out(read_graph(definition))
    inside = {
        box.node.name
        for box in layout.boxes
        if box.node.name != "Both" and overlapping(place(layout, "Both"), box)
    }
    assert inside == {"Stage", "StageFailed", "Wait", "Ready?", "Ready"}


def test_the_way_that_was_taken_goes_straight_down(definition: dict[str, Any]) -> None:
    taken = ["Open", "Anything?", "Each", "Both", "Done"]
    layout = lay_out(read_graph(definition), taken)
    boxes = [place(layout, name) for name in taken]
    assert len({box.x + box.width / 2 for box in boxes}) == 1
    assert [box.y for box in boxes] == sorted(box.y for box in boxes)


def test_another_way_taken_is_what_goes_straight_down_instead(definition: dict[str, Any]) -> None:
    layout = lay_out(read_graph(definition), ["Open", "Tidy", "Failed"])
    boxes = [place(layout, name) for name in ("Open", "Tidy", "Failed")]
    assert len({box.x for box in boxes}) == 1


def test_every_way_of_the_definition_is_kept_loops_and_catches_too(
    definition: dict[str, Any],
) -> None:
    ways = {(way.edge.source, way.edge.target) for way in lay_out(read_graph(definition)).ways}
    assert {
        ("Open", "Tidy"),
        ("Ready?", "Wait"),
        ("Stage", "StageFailed"),
        ("Both", "Tidy"),
    } <= ways
    assert len(ways) == 12


def test_a_line_begins_and_ends_at_its_states_and_turns_at_right_angles(
    definition: dict[str, Any],
) -> None:
    layout = lay_out(read_graph(definition))
    for way in layout.ways:
        source, target = place(layout, way.edge.source), place(layout, way.edge.target)
        corners = route(source, target, [], 0)
        for box, (x, y) in ((source, corners[0]), (target, corners[-1])):
            assert box.x - 0.1 <= x <= box.x + box.width + 0.1
            assert box.y - 0.1 <= y <= box.y + box.height + 0.1
        for (x1, y1), (x2, y2) in pairwise(corners):
            assert x1 == x2 or y1 == y2


def test_a_line_goes_round_a_state_that_stands_between() -> None:
    node = read_graph({"StartAt": "A", "States": {"A": {"Type": "Pass"}}}).nodes[0]
    top, between, bottom = (Box(node, 0, y, 100, 40, frame=False) for y in (0, 100, 200))
    direct = route(top, bottom, [], 0)
    assert len(direct) == 2
    around = route(top, bottom, [between], 0)
    assert all(x >= 100 or y <= 100 or y >= 140 or x <= 0 for x, y in around)
    assert len(around) > 2


def test_the_part_that_was_reached_has_no_other_states(definition: dict[str, Any]) -> None:
    part = read_graph(definition).only(frozenset({"Open", "Anything?", "Both", "Stage"}))
    assert {node.name for node, _ in part.walk()} == {"Open", "Anything?", "Both", "Stage"}
    assert {(edge.source, edge.target) for edge in part.edges} == {("Open", "Anything?")}
