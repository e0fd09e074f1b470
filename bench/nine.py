"""The flow that all engines are compared on: nine states, seven events, a guard on each.

Everything that happens may be accepted, and then the flow goes on, or not, and then it ends in `refused`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from esozflow.flow import Event, Flow, RandomIds, Snapshot, State, Transition, guard, on

STATES = (
    "prepare",
    "validate_params",
    "init_validation",
    "confirm",
    "register",
    "consent",
    "approve",
    "redirect",
    "refused",
)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Happened(Event):
    ok: bool


class Filled(Happened):
    pass


class Opened(Happened):
    pass


class Validated(Happened):
    pass


class Confirmed(Happened):
    pass


class Registered(Happened):
    pass


class Accepted(Happened):
    pass


class Approved(Happened):
    pass


KINDS: tuple[type[Happened], ...] = (Filled, Opened, Validated, Confirmed, Registered, Accepted, Approved)
EVENTS = tuple(kind(ok=True) for kind in KINDS)
NAMES = tuple(kind.__name__.lower() for kind in KINDS)
"""The events as the other engines know them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The context. The other engines carry none."""


@guard("it was accepted")
def accepted(gathered: Gathered, event: Happened) -> bool:
    return event.ok


def _state(name: str, event: type[Happened], to: str) -> State[Gathered]:
    because = "all engines are compared on it"
    moves: tuple[Transition[Gathered], ...] = (
        on(event, when=accepted, to=to, because=because),
        on(event, to="refused", because=because),
    )
    return State(name=name, section="1", actor="user", moves=moves)


FLOW: Flow[Gathered] = Flow(
    "nine",
    states=(
        *(_state(*one) for one in zip(STATES, KINDS, STATES[1:], strict=False)),
        State(name="redirect", section="1", actor="user", final=True),
        State(name="refused", section="1", actor="user", final=True),
    ),
    initial="prepare",
    begin=lambda ids: Gathered(),
)


def begun(id: str = "nine") -> Snapshot[Gathered]:
    return FLOW.begin(id, RandomIds(), NOW).snapshot


def driven(snapshot: Snapshot[Gathered], events: tuple[Happened, ...] = EVENTS) -> Snapshot[Gathered]:
    """Take the flow through all its events."""
    for event in events:
        snapshot = FLOW.step(snapshot, event, NOW).snapshot
    return snapshot


def driven_with_new_events(snapshot: Snapshot[Gathered]) -> Snapshot[Gathered]:
    """The same, and each event is made, and so validated, on the way."""
    for kind in KINDS:
        snapshot = FLOW.step(snapshot, kind(ok=True), NOW).snapshot
    return snapshot


def resumed(state: str) -> Snapshot[Gathered]:
    """Give the snapshot of that state, as whoever stored its fields would."""
    return Snapshot(
        id="nine",
        flow=FLOW.name,
        version=FLOW.version,
        state=state,
        revision=3,
        begun_at=NOW,
        entered_at=NOW,
        expires_at=None,
        context=Gathered(),
    )
