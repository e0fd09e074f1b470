"""Mermaid: a flowchart with a lane an actor, because Mermaid's own state diagrams know neither lanes nor dashes."""

from __future__ import annotations

from typing import Any

from ..flow import Flow
from .drawn import LOOKS, fills, lines
from .path import Path
from .picture import Kind, Node, Picture, picture
from .words import FAILURES, PLAIN, Words

_ARROWS = {"solid": "-->", "dashed": "-.->", "dotted": "-.->"}


def mermaid(flow: Flow[Any], words: Words = PLAIN, *, goal: str | None = None, path: Path | None = None) -> str:
    """Draw the flow as a Mermaid flowchart. `goal` is that of `picture`; the states of `path` are marked."""
    drawn = picture(flow, goal=goal)
    text = ["flowchart TB", f"    begin(( )) --> {_id(drawn.initial)}"]
    for lane in drawn.lanes:
        text.append(f'    subgraph lane_{lane.id}["{quoted(words.actor(lane.actor))}"]')
        text += [f"        {_node(node, words)}" for node in lane.nodes]
        text.append("    end")
    looks = [Kind.ONWARD]
    for source, target, kind, edges in lines(drawn):
        label = "<br/>".join(quoted(words.line_of(edge)) for edge in edges)
        text.append(f'    {_id(source)} {_ARROWS[LOOKS[kind].line]}|"{label}"| {_id(target)}')
        looks.append(kind)
    text += _legend(words, looks)
    text += _styles(drawn, looks, path)
    return "\n".join(text) + "\n"


def _id(name: str) -> str:
    # A bare `end` closes a subgraph, and other words are Mermaid's own too.
    return f"s_{name}"


def _node(node: Node, words: Words) -> str:
    label = "<br/>".join(quoted(line) for line in words.lines_of(node))
    left, right = ("([", "])") if node.final else ("[[", "]]") if node.call else ("[", "]")
    return f'{_id(node.name)}{left}"{label}"{right}'


def _legend(words: Words, looks: list[Kind]) -> list[str]:
    text = [f'    subgraph legend["{quoted(words.own("legend"))}"]', "        direction LR"]
    for number, kind in enumerate((Kind.ONWARD, *FAILURES)):
        arrow = _ARROWS[LOOKS[kind].line]
        text.append(f'        l{number}[ ] {arrow}|"{quoted(words.own(kind))}"| m{number}[ ]')
        looks.append(kind)
    for name, (left, right) in {"calls": ("[[", "]]"), "waits": ("[", "]"), "final": ("([", "])")}.items():
        text.append(f'        k_{name}{left}"{quoted(words.own(name))}"{right}')
    return [*text, f'        k_numbers["{quoted(words.own("numbers"))}"]', "    end"]


def _styles(drawn: Picture, looks: list[Kind], path: Path | None) -> list[str]:
    text = [f"    classDef {actor} fill:{fill},stroke:#1d2b3a,color:#000" for actor, fill in fills(drawn).items()]
    text += [f"    class {','.join(_id(node.name) for node in lane.nodes)} {lane.actor}" for lane in drawn.lanes]
    text.append(f"    style {_id(drawn.goal)} stroke-width:4px")
    for kind in (Kind.ONWARD, *FAILURES):
        places = ",".join(str(place) for place, one in enumerate(looks) if one is kind)
        dash = {"solid": "", "dashed": ",stroke-dasharray:6 4", "dotted": ",stroke-dasharray:2 3"}[LOOKS[kind].line]
        text.append(f"    linkStyle {places} stroke:{LOOKS[kind].colour}{dash}")
    for name in path.states if path else ():
        text.append(f"    style {_id(name)} fill:#ffe08a,stroke-width:3px")
    return text


def quoted(text: str) -> str:
    """Give a label as it stands between quotes."""
    for sign, code in (("&", "#amp;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;")):
        text = text.replace(sign, code)
    return text
