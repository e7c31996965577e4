"""Boxes on a page, and turning them so that its text reads from left to right.

Rules:
- A box is (left, bottom, right, top) in points, y upward. User space is the page's own (ISO 32000-1 §8.3.2.3);
  reading space is the same page turned by quarter turns until its text runs left to right.
"""

from __future__ import annotations

from collections.abc import Iterable

Box = tuple[float, float, float, float]


def union(boxes: Iterable[Box]) -> Box:
    """The smallest box around all."""
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return min(lefts), min(bottoms), max(rights), max(tops)


def turned(box: Box, quarters: int) -> Box:
    """A box of user space in the reading space of text that runs so many quarter turns against the clock."""
    left, bottom, right, top = box
    if quarters == 1:
        return bottom, -right, top, -left
    if quarters == 2:
        return -right, -top, -left, -bottom
    if quarters == 3:
        return -top, left, -bottom, right
    return box


def turned_back(box: Box, quarters: int) -> Box:
    """A box of reading space in user space."""
    return turned(box, -quarters % 4)


def centre(box: Box) -> tuple[float, float]:
    """The middle of a box."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def holds(box: Box, x: float, y: float) -> bool:
    """Whether a point lies in a box."""
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def gap_between(one: Box, other: Box) -> tuple[float, float]:
    """How far two boxes are apart, sideways and up; negative where they overlap."""
    return max(one[0], other[0]) - min(one[2], other[2]), max(one[1], other[1]) - min(one[3], other[3])
