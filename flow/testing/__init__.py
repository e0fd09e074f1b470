"""Turn the properties of the engine on any flow, store and ports. Needs `esozflow[testing]`: Hypothesis and pytest.

`explore` walks a flow systematically and says how much of it was covered; `FlowMachine` leads random lives, and
`replay` leads one of them again; the strategies make events, answers and reachable snapshots. All of them take the
same declared cases as `flow.proof`.
"""

from .clock import NOON, FixedIds, HandClock
from .coverage import Coverage, GuardOutcome, Item, Pair, RowOf
from .following import followed
from .hostile import HOSTILE, MALFORMED
from .life import Life
from .machine import FlowMachine, machine_for, replay
from .reachable import documented_answers, events, snapshots
from .recorded import Do, How, Recorded, RecordedAnswer, RecordedStep, StoreFault
from .repertoire import NamedEvent, Repertoire
from .replaying import RecordDiverged
from .strategies import (
    answers_of,
    events_of,
    hostile_answers,
    hostile_json,
    hostile_texts,
    malformed_answers,
    malformed_json,
    simplest,
)
from .walking import Explored, explore

__all__ = [
    "HOSTILE",
    "MALFORMED",
    "NOON",
    "Coverage",
    "Do",
    "Explored",
    "FixedIds",
    "FlowMachine",
    "GuardOutcome",
    "HandClock",
    "How",
    "Item",
    "Life",
    "NamedEvent",
    "Pair",
    "RecordDiverged",
    "Recorded",
    "RecordedAnswer",
    "RecordedStep",
    "Repertoire",
    "RowOf",
    "StoreFault",
    "answers_of",
    "documented_answers",
    "events",
    "events_of",
    "explore",
    "followed",
    "hostile_answers",
    "hostile_json",
    "hostile_texts",
    "machine_for",
    "malformed_answers",
    "malformed_json",
    "replay",
    "simplest",
    "snapshots",
]
