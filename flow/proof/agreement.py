"""The table that runs, the Machine and the diagrams are the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from ..diagrams.mermaid import mermaid, quoted
from ..diagrams.picture import Picture, picture
from ..diagrams.table import markdown
from ..diagrams.words import PLAIN
from ..flow import Flow
from ..machine import Condition, DeclaredTransition
from .report import Finding

RULE = "table = Machine = diagram"

Line = tuple[str, str, tuple[str, ...], str | None]
"""Source, event, guards, target; `None` where the event is forbidden."""


def disagreements(flow: Flow[Any]) -> Iterator[Finding]:
    """Yield every row that one of the three has and another has not."""
    table = [
        (state, event.__name__, tuple(guard.name for guard in row.guards), row.to)
        for (state, event), rows in flow.table.items()
        for row in rows
    ]
    drawn = picture(flow)
    for name, lines in (("Machine", _of_machine(flow)), ("diagram", _of_picture(drawn))):
        for line in sorted(set(table) ^ set(lines), key=repr):
            yield Finding(rule=RULE, where=line[0], says=f"the table and the {name} differ on {line[1]}")
        if len(lines) != len(table):
            yield Finding(rule=RULE, where=flow.name, says=f"{len(table)} rows, but {len(lines)} in the {name}")
    labels = mermaid(flow)
    missing = [edge for edge in drawn.edges if quoted(PLAIN.line_of(edge)) not in labels]
    for edge in missing:
        yield Finding(rule=RULE, where=edge.source, says=f"row {edge.number} is not drawn")
    written = len(markdown(flow).splitlines()) - 2
    if written != len(table):
        yield Finding(rule=RULE, where=flow.name, says=f"{len(table)} rows, but {written} in the written table")
    triggers = sorted(name for name in flow.machine.events if name not in {event.__name__ for event in flow.events})
    for name in triggers:
        yield Finding(rule=RULE, where=flow.name, says=f"the Machine has a trigger {name} that the table has not")


def _of_machine(flow: Flow[Any]) -> list[Line]:
    return [
        (
            source,
            cast(DeclaredTransition, move).declared.event.__name__,
            tuple(cast(Condition, one.func).guard.name for one in move.conditions),
            move.dest,
        )
        for event in flow.machine.events.values()
        for source, moves in event.transitions.items()
        for move in moves
    ]


def _of_picture(drawn: Picture) -> list[Line]:
    return [(edge.source, edge.event, edge.guards, None if edge.code else edge.target) for edge in drawn.edges]
