"""Calls that must not be made twice: every way from such a call back to it, followed to its end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..events import Expired, Outcome, Unreachable
from ..flow import Flow
from ..snapshot import Repeat
from .report import Finding

RULE = "a call is made once unless a person asks for it again"


def repeated(flow: Flow[Any]) -> Iterator[Finding]:
    """Yield every call that writes and can be made again without a person, or at all where it says `NEVER`.

    A call that was certainly not sent has not been made, so `Unreachable` begins no repetition; but even then only a
    person can have it tried again.
    """
    for state in flow.states.values():
        if state.call is None or state.call.repeat is Repeat.FREELY:
            continue
        same = {name for name, other in flow.states.items() if other.call and other.call.name == state.call.name}
        if _leads(flow, state.name, same, asked=False, sent=False):
            yield Finding(rule=RULE, where=state.call.name, says="it can be made again without a person")
        if state.call.repeat is Repeat.NEVER and _leads(flow, state.name, same, asked=True, sent=True):
            yield Finding(rule=RULE, where=state.call.name, says="it can be made again after it may have been sent")


def _leads(flow: Flow[Any], start: str, ends: set[str], *, asked: bool, sent: bool) -> bool:
    seen, todo = set[str](), [start]
    while todo:
        source = todo.pop()
        for (name, event), rows in flow.table.items():
            if name != source or (source == start and sent and issubclass(event, Unreachable)):
                continue
            if not asked and not issubclass(event, Outcome | Expired):
                continue
            found = {row.to for row in rows if row.to is not None} - seen
            if found & ends:
                return True
            seen |= found
            todo += sorted(found)
    return False
