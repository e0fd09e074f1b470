"""How things look, the same in every format, and edges that run side by side as one line with several labels."""

from __future__ import annotations

from itertools import cycle
from typing import Final, NamedTuple

from .picture import Edge, Kind, Picture


class Look(NamedTuple):
    """A line: its colour and whether it is `solid`, `dashed` or `dotted`."""

    colour: str
    line: str


LOOKS: Final = {
    Kind.ONWARD: Look("#1d2b3a", "solid"),
    Kind.REFUSED: Look("#b3261e", "dashed"),
    Kind.UNANSWERED: Look("#8a4b00", "dashed"),
    Kind.UNREACHABLE: Look("#6a3fa0", "dotted"),
    Kind.EXPIRED: Look("#5f6368", "dotted"),
    Kind.FORBIDDEN: Look("#b3261e", "dotted"),
}
"""Every failure differs from the way onward by its dash and not by colour alone."""

_FILLS: Final = ("#e8f1fb", "#eaf6ea", "#fdf3e1", "#f5eafb")


def fills(picture: Picture) -> dict[str, str]:
    """Give each actor a colour."""
    return dict(zip(dict.fromkeys(lane.actor for lane in picture.lanes), cycle(_FILLS), strict=False))


def lines(picture: Picture) -> list[tuple[str, str, Kind, list[Edge]]]:
    """Give source, target, kind and edges of every line to draw."""
    found: dict[tuple[str, str, Kind], list[Edge]] = {}
    for edge in picture.edges:
        found.setdefault((edge.source, edge.target, edge.kind), []).append(edge)
    return [(*line, edges) for line, edges in found.items()]
