"""PlantUML: a state diagram with a composite state a lane."""

from __future__ import annotations

from typing import Any

from ..flow import Flow
from .drawn import LOOKS, fills, lines
from .picture import Kind, Node, picture
from .words import FAILURES, PLAIN, Words


def plantuml(flow: Flow[Any], words: Words = PLAIN, *, goal: str | None = None) -> str:
    """Draw the flow as a PlantUML state diagram. `goal` is that of `picture`."""
    drawn = picture(flow, goal=goal)
    text = ["@startuml", f"title {_plain(flow.name)}", "hide empty description"]
    colours = fills(drawn)
    for lane in drawn.lanes:
        text.append(f'state "{_plain(words.actor(lane.actor))}" as lane_{lane.id} {colours[lane.actor]} {{')
        text += [f"  {_node(node, words)}" for node in lane.nodes]
        text.append("}")
    text.append(f"[*] --> {drawn.initial}")
    for source, target, kind, edges in lines(drawn):
        label = "\\n".join(_plain(words.line_of(edge)) for edge in edges)
        text.append(f"{source} -[{_style(kind)}]-> {target} : {label}")
    text += [f"{node.name} --> [*]" for node in drawn.nodes if node.final]
    text += ["legend right", f"<b>{_plain(words.own('legend'))}</b>"]
    text += [
        f"<color:{LOOKS[kind].colour}>{LOOKS[kind].line}</color>: {_plain(words.own(kind))}"
        for kind in (Kind.ONWARD, *FAILURES)
    ]
    text += [_plain(words.own("numbers")), "endlegend", "@enduml"]
    return "\n".join(text) + "\n"


def _node(node: Node, words: Words) -> str:
    label = "\\n".join(_plain(line) for line in words.lines_of(node))
    return f'state "{label}" as {node.name}'


def _style(kind: Kind) -> str:
    look = LOOKS[kind]
    return look.colour if look.line == "solid" else f"{look.colour},{look.line}"


def _plain(text: str) -> str:
    # A backslash or a quote would end the label, and PlantUML reads <tags> in it.
    for sign, instead in (("\\", "/"), ('"', "”"), ("<", "‹"), (">", "›")):
        text = text.replace(sign, instead)
    return text
