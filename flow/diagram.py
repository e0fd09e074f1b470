"""The definition as a picture: Mermaid text made from the same table that the step reads."""

from __future__ import annotations

from typing import Any

from .flow import Flow


def mermaid(flow: Flow[Any]) -> str:
    """Draw the flow as a Mermaid state diagram, byte for byte the same for the same definition.

    Each state shows its section, its call and its actor; each edge its event and its guards. What a state refuses
    by name is drawn as an edge to itself with the code of the refusal.
    """
    lines = ["stateDiagram-v2", "    direction TB", f"    [*] --> {flow.initial}"]
    for state in flow.states.values():
        call = f" · calls {state.call.name}" if state.call else ""
        lines.append(f'    state "{state.section} {state.name} ({state.actor}){call}" as {state.name}')
    for (source, event), rows in flow.table.items():
        for row in rows:
            guards = "".join(f" [{guard.name}]" for guard in row.guards)
            refused = "" if row.to else f" refused: {row.declared.refusal}"
            lines.append(f"    {source} --> {row.to or source}: {event.__name__}{guards}{refused}")
    lines += [f"    {state.name} --> [*]" for state in flow.states.values() if state.final]
    return "\n".join(lines) + "\n"
