"""The engine: declare a flow, step through it purely, drive it safely. It knows nothing of what the flow is about."""

from typing import TYPE_CHECKING

from .definition import Calling, Guard, State, Transition, guard, on, refuse
from .engine import Engine
from .errors import (
    CallInProgress,
    Conflict,
    DefinitionError,
    EventRefused,
    FlowBroken,
    FlowError,
    ForeignSnapshot,
    InvalidInput,
    PeerError,
    Problem,
    StaleRevision,
    StoreFailed,
    UnknownInstance,
    UsageError,
)
from .events import Answered, Event, Expired, Outcome, Unanswered, Unreachable
from .flow import Flow, Stepped
from .page import Action, Field, FieldGroup, Message, Page
from .parts import part
from .playing import play
from .ports import Clock, Ids, Moved, Observer, Port, Store, UserInterface
from .snapshot import Call, Move, Repeat, Snapshot
from .system import RandomIds, SystemClock
from .value import IN_CLEAR, Secret, SecretUtf8, Value

if TYPE_CHECKING:
    from .diagrams import mermaid

__all__ = [
    "IN_CLEAR",
    "Action",
    "Answered",
    "Call",
    "CallInProgress",
    "Calling",
    "Clock",
    "Conflict",
    "DefinitionError",
    "Engine",
    "Event",
    "EventRefused",
    "Expired",
    "Field",
    "FieldGroup",
    "Flow",
    "FlowBroken",
    "FlowError",
    "ForeignSnapshot",
    "Guard",
    "Ids",
    "InvalidInput",
    "Message",
    "Move",
    "Moved",
    "Observer",
    "Outcome",
    "Page",
    "PeerError",
    "Port",
    "Problem",
    "RandomIds",
    "Repeat",
    "Secret",
    "SecretUtf8",
    "Snapshot",
    "StaleRevision",
    "State",
    "Stepped",
    "Store",
    "StoreFailed",
    "SystemClock",
    "Transition",
    "Unanswered",
    "UnknownInstance",
    "Unreachable",
    "UsageError",
    "UserInterface",
    "Value",
    "guard",
    "mermaid",
    "on",
    "part",
    "play",
    "refuse",
]


def __getattr__(name: str) -> object:
    # Whoever only runs a flow draws nothing, and need not load what draws.
    if name == "mermaid":
        from .diagrams import mermaid

        return mermaid
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
