"""The table of transitions, as Markdown: a row of the machine's table a line."""

from __future__ import annotations

from typing import Any

from ..flow import Flow
from .picture import Edge, Kind, picture
from .words import PLAIN, Words

COLUMNS = ("number", "section", "state", "event", "guard", "next", "kind", "because")


def rows(flow: Flow[Any], words: Words = PLAIN, *, goal: str | None = None) -> list[tuple[str, ...]]:
    """Give the cells of every line of the table, in the order of `COLUMNS`."""
    drawn = picture(flow, goal=goal)
    sections = {node.name: node.section for node in drawn.nodes}
    return [_cells(edge, sections[edge.source], words) for edge in drawn.edges]


def markdown(flow: Flow[Any], words: Words = PLAIN, *, goal: str | None = None) -> str:
    """Write the table of transitions as a Markdown table. `goal` is that of `picture`."""
    lines = [tuple(words.own(name) for name in COLUMNS), ("---",) * len(COLUMNS), *rows(flow, words, goal=goal)]
    return "".join(f"| {' | '.join(_cell(cell) for cell in line)} |\n" for line in lines)


def _cells(edge: Edge, section: str, words: Words) -> tuple[str, ...]:
    return (
        str(edge.number),
        section,
        _named(words.state(edge.source), edge.source),
        _named(words.event(edge.event), edge.event),
        words.guard(edge),
        f"{words.own('stays')}: {edge.code}" if edge.code else _named(words.state(edge.target), edge.target),
        "" if edge.kind is Kind.ONWARD else words.own(edge.kind),
        words.because(edge.because),
    )


def _named(title: str, name: str) -> str:
    return f"`{name}`" if title == name else f"{title} `{name}`"


def _cell(text: str) -> str:
    # A bar would end the cell, and Markdown reads <tags> in it.
    for sign in ("\\", "|", "<"):
        text = text.replace(sign, f"\\{sign}")
    return text
