"""The play of a flow in the two notations for sequence diagrams."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import Any

from ..flow import Flow
from .script import Alternatives, Cast, Note, Said, Step, script
from .words import PLAIN, Words

_WIDEST = 36
"""Characters in a line of a label."""


def mermaid_sequence(flow: Flow[Any], cast: Cast, words: Words = PLAIN, *, goal: str | None = None) -> str:
    """Draw the flow as a Mermaid sequence diagram, with every other outcome as a branch of `alt`."""
    text = ["sequenceDiagram"]
    for lane, title in cast.lanes.items():
        text.append(f"    {'actor' if lane == cast.user else 'participant'} {lane} as {_mermaid(title)}")
    for step in script(flow, cast, words, goal=goal):
        text += [f"    {line}" for line in _mermaid_lines(step, cast)]
    return "\n".join(text) + "\n"


def plantuml_sequence(flow: Flow[Any], cast: Cast, words: Words = PLAIN, *, goal: str | None = None) -> str:
    """Draw the flow as a PlantUML sequence diagram, with every other outcome as a branch of `alt`."""
    text = ["@startuml", "hide footbox"]
    for lane, title in cast.lanes.items():
        text.append(f'{"actor" if lane == cast.user else "participant"} "{_plantuml(title)}" as {lane}')
    for step in script(flow, cast, words, goal=goal):
        text += _plantuml_lines(step, cast)
    return "\n".join([*text, "@enduml"]) + "\n"


def _mermaid_lines(step: Step, cast: Cast) -> Iterator[str]:
    if isinstance(step, Said):
        yield f"{step.source}{'-->>' if step.answer else '->>'}{step.target}: {_mermaid(step.text)}"
    elif isinstance(step, Note):
        yield f"Note over {step.lane or _all(cast)}: {_mermaid(step.text)}"
    else:
        for word, branch in _branches(step):
            yield f"{word} {_mermaid(branch.condition, _WIDEST * 3)}"
            for inner in branch.steps:
                yield from (f"    {line}" for line in _mermaid_lines(inner, cast))
        yield "end"


def _plantuml_lines(step: Step, cast: Cast) -> Iterator[str]:
    if isinstance(step, Said):
        yield f"{step.source} {'-->' if step.answer else '->'} {step.target} : {_plantuml(step.text)}"
    elif isinstance(step, Note):
        yield f"note over {step.lane or _all(cast)} : {_plantuml(step.text)}"
    else:
        for word, branch in _branches(step):
            yield f"{word} {_plantuml(branch.condition, _WIDEST * 3)}"
            for inner in branch.steps:
                yield from (f"  {line}" for line in _plantuml_lines(inner, cast))
        yield "end"


def _branches(step: Alternatives) -> Iterator[tuple[str, Any]]:
    for place, branch in enumerate(step.branches):
        yield ("else" if place else "alt"), branch


def _all(cast: Cast) -> str:
    lanes = list(cast.lanes)
    return f"{lanes[0]},{lanes[-1]}"


def _mermaid(text: str, width: int = _WIDEST) -> str:
    # A semicolon or a hash ends a statement.
    for sign, code in (("#", "＃"), (";", ","), ("<", "‹"), (">", "›")):
        text = text.replace(sign, code)
    return "<br/>".join(wrap(text, width))


def _plantuml(text: str, width: int = _WIDEST) -> str:
    for sign, instead in (("\\", "/"), ('"', "”"), ("<", "‹"), (">", "›")):
        text = text.replace(sign, instead)
    return "\\n".join(wrap(text, width))
