"""Graphviz DOT: a cluster a lane.

Every label is given the room that the widest common font needs, so that nothing overlaps whatever fonts the reader
has, and the layout does not depend on those of the machine that made it.
"""

from __future__ import annotations

from math import ceil
from textwrap import wrap
from typing import Any

from ..flow import Flow
from .drawn import LOOKS, fills, lines
from .path import Path
from .picture import Edge, Kind, Node, picture
from .words import FAILURES, PLAIN, Words

_FONT = "Arial"
_NODE_SIZE, _EDGE_SIZE = 10, 9
_ADVANCE = 0.62
"""Width of a character in the widest of the fonts that stand in for Arial, in ems, on the average of a line."""
_SPACE = 0.278
"""Width of a space in Arial, in ems: all that a Graphviz without fonts knows of a byte that is not ASCII."""
_WIDEST_NODE, _WIDEST_EDGE = 28, 22
"""Characters in a line of a label."""
_MARK = "#ffe08a"


def dot(flow: Flow[Any], words: Words = PLAIN, *, goal: str | None = None, path: Path | None = None) -> str:
    """Draw the flow as a Graphviz digraph. `goal` is that of `picture`; states and moves of `path` are marked."""
    drawn = picture(flow, goal=goal)
    taken = path or Path((), frozenset())
    text = [
        f'digraph "{drawn.name}" {{',
        f'  graph [rankdir=TB, nodesep=0.15, ranksep=0.35, fontname="{_FONT}", fontsize=12, bgcolor="white"];',
        f'  node [shape=box, style="filled", fontname="{_FONT}", fontsize={_NODE_SIZE}];',
        f'  edge [fontname="{_FONT}", fontsize={_EDGE_SIZE}, arrowsize=0.7];',
        '  begin [shape=circle, label="", width=0.18, fillcolor="#1d2b3a"];',
        f"  begin -> {drawn.initial};",
    ]
    colours = fills(drawn)
    for lane in drawn.lanes:
        text += [
            f"  subgraph cluster_{lane.id} {{",
            f'    label="{_escaped(words.actor(lane.actor))}"; color="#9aa0a6";',
        ]
        for node in lane.nodes:
            colour = _MARK if node.name in taken.states else colours[lane.actor]
            text.append(f"    {_node(node, words, colour, goal=node.name == drawn.goal)}")
        text.append("  }")
    for source, target, kind, edges in lines(drawn):
        width = 3 if any((source, edge.event, target) in taken.moves for edge in edges) else 1
        text.append(f"  {source} -> {target} [{_line(kind, edges, words)}, penwidth={width}];")
    text += [*_legend(words), "}"]
    return "\n".join(text) + "\n"


def _node(node: Node, words: Words, fill: str, *, goal: bool) -> str:
    rows = [line for one in words.lines_of(node) for line in _wrapped(one, _WIDEST_NODE)]
    label, width = _box(rows)
    border = "peripheries=2" if node.final else "penwidth=2" if node.call else "penwidth=1"
    style = ', style="filled,rounded"' if node.waits else ', style="filled,bold"' if goal else ""
    return f'{node.name} [label="{label}", width={width}, {border}, fillcolor="{fill}"{style}];'


def _line(kind: Kind, edges: list[Edge], words: Words) -> str:
    look = LOOKS[kind]
    rows = [line for edge in edges for line in _wrapped(words.line_of(edge), _WIDEST_EDGE, indent="   ")]
    label = "".join(f"{_escaped(_padded(row))}\\l" for row in rows)
    return f'label="{label}", color="{look.colour}", fontcolor="{look.colour}", style={look.line}'


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    return wrap(text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _padded(row: str) -> str:
    # Graphviz must leave as much room as the widest font will need.
    missing = len(row) * _ADVANCE - sum(0.5 if sign.isascii() else _SPACE * len(sign.encode()) for sign in row)
    return " " + row + " " * max(1, ceil(missing / _SPACE))


def _legend(words: Words) -> list[str]:
    shown = [(name, 'color="#1d2b3a"') for name in ("numbers",)]
    shown += [("calls", "penwidth=2"), ("waits", 'style="filled,rounded"'), ("final", "peripheries=2")]
    for kind in (Kind.ONWARD, *FAILURES):
        look = LOOKS[kind]
        shown.append((kind, f'color="{look.colour}", fontcolor="{look.colour}", style="filled,{look.line}"'))
    text = [
        "  subgraph cluster_legend {",
        f'    label="{_escaped(words.own("legend"))}"; color="#9aa0a6"; node [fillcolor="#ffffff"];',
    ]
    for name, look_of in shown:
        label, width = _box(_wrapped(words.own(name), _WIDEST_NODE))
        text.append(f'    legend_{name} [label="{label}", width={width}, {look_of}];')
    chain = " -> ".join(f"legend_{name}" for name, _ in shown)
    return [*text, f"    {chain} [style=invis, minlen=1];", "  }"]


def _box(rows: list[str]) -> tuple[str, str]:
    width = max(len(row) for row in rows) * _NODE_SIZE * _ADVANCE / 72 + 0.2
    return "\\n".join(_escaped(row) for row in rows), f"{width:.2f}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
