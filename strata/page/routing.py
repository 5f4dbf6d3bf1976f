"""How a line gets from one state to another: at right angles, and round what stands between."""

from collections.abc import Sequence
from itertools import pairwise

from strata.page.layout import GUTTER, ROW_GAP, Box

Point = tuple[float, float]
CROSSING, BEND, AGAINST = 900.0, 26.0, 120.0
"""What a line is charged for: running through a state, turning, and leaving to the left."""


def route(source: Box, target: Box, others: Sequence[Box], lane: int) -> tuple[Point, ...]:
    """Give the corners of the line between two boxes; the cheapest of the usual shapes.

    Lines to the same target share a `lane`, so that they join instead of running side by side.
    """
    shift = GUTTER / 2 - 6 + (lane % 4) * 5
    shapes = [_straight(source, target), *_sideways(source, target, shift)]
    shapes += _round_about(source, target, shift, [source, target, *others])
    return min((shape for shape in shapes if shape), key=lambda shape: _price(shape, others))


def _straight(source: Box, target: Box) -> tuple[Point, ...]:
    middle = target.x + target.width / 2
    if source.y + source.height <= target.y and source.x <= middle <= source.x + source.width:
        return ((middle, source.y + source.height), (middle, target.y))
    return ()


def _sideways(source: Box, target: Box, shift: float) -> list[tuple[Point, ...]]:
    """Give the shapes that go straight across into a state on the right or on the left."""
    level = target.y + min(target.height, 44) / 2
    shapes: list[tuple[Point, ...]] = []
    right, left = source.x + source.width, source.x
    if target.x >= right:
        if source.y < level < source.y + source.height:
            shapes.append(((right, level), (target.x, level)))
        for lane in (right + shift, target.x - GUTTER + shift):
            start = _middle(source)
            shapes.append(((right, start), (lane, start), (lane, level), (target.x, level)))
    if target.x + target.width <= left:
        end, start = target.x + target.width, _middle(source)
        for lane in (left - shift, end + shift):
            shapes.append(((left, start), (lane, start), (lane, level), (end, level)))
    return shapes


def _round_about(
    source: Box, target: Box, shift: float, boxes: Sequence[Box]
) -> list[tuple[Point, ...]]:
    """Give the shapes that go round in a lane beside both, into the target's side or top."""
    shapes: list[tuple[Point, ...]] = []
    start, level = _middle(source), target.y + min(target.height, 44) / 2
    right = max(source.x + source.width, target.x + target.width)
    left = min(source.x, target.x)
    for side in sorted({right, *(box.x + box.width for box in boxes)}):
        if side >= right:
            lane = side + shift
            near, far = source.x + source.width, target.x + target.width
            shapes.append(((near, start), (lane, start), (lane, level), (far, level)))
    lane = left - shift
    shapes.append(((source.x, start), (lane, start), (lane, level), (target.x, level)))
    middle, above = target.x + target.width / 2, target.y - ROW_GAP / 2
    below = source.y + source.height + ROW_GAP / 2
    own = source.x + source.width / 2
    shapes.append(((own, below - ROW_GAP / 2), (own, below), (middle, below), (middle, target.y)))
    for near, lane in (
        (source.x + source.width, source.x + source.width + shift),
        (source.x, source.x - shift),
    ):
        shapes.append(
            ((near, start), (lane, start), (lane, above), (middle, above), (middle, target.y))
        )
    return shapes


def _middle(box: Box) -> float:
    return box.y + min(box.height, 44) / 2


def _price(shape: tuple[Point, ...], others: Sequence[Box]) -> float:
    price = BEND * len(shape)
    if shape[1][0] < shape[0][0]:
        price += AGAINST
    if shape[-1][1] < shape[-2][1]:
        price += CROSSING
    for (x1, y1), (x2, y2) in pairwise(shape):
        price += abs(x1 - x2) + abs(y1 - y2)
        price += CROSSING * sum(
            box.x - max(x1, x2) < 0 < box.x + box.width - min(x1, x2)
            and box.y - max(y1, y2) < 0 < box.y + box.height - min(y1, y2)
            for box in others
        )
    return price
