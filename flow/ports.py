"""Ports: the few, small doors through which the world reaches the engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from .events import Event, Outcome
from .page import Page
from .snapshot import Call, Move, Snapshot

C = TypeVar("C")


class Port(Protocol):
    """Performs calls: a gateway to another system, a vault.

    `perform` returns what became of the call and raises nothing for what the other side did: an answer is
    `Answered`, a call that was certainly not sent is `Unreachable`, everything in between is `Unanswered`. It
    returns within `call.deadline` seconds and makes the call at most once, unless `call.repeat` says `FREELY`.
    It is called from many threads at once.
    """

    def perform(self, call: Call) -> Outcome: ...


class Store(Protocol[C]):
    """Keeps snapshots and journals. Every method raises `StoreFailed` when it cannot do its work.

    `commit` is a compare-and-set: it stores the snapshot and appends the move together, and only when the stored
    revision is exactly `snapshot.revision - 1`; otherwise it raises `StaleRevision` and changes nothing.
    """

    def create(self, snapshot: Snapshot[C]) -> None:
        """Store a new instance; raises `Conflict` when the id is taken."""

    def load(self, id: str) -> Snapshot[C]:
        """Give the last stored snapshot; raises `UnknownInstance`."""
        ...

    def commit(self, snapshot: Snapshot[C], move: Move) -> None:
        """Compare and set; raises `StaleRevision` or `UnknownInstance`."""

    def journal(self, id: str) -> Sequence[Move]:
        """Give all moves in order; raises `UnknownInstance`."""
        ...


class UserInterface(Protocol):
    """Shows a page and gives back what the user did, or `None` when the user left or can do nothing."""

    def show(self, page: Page) -> Event | None: ...


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Give the time as an aware datetime."""
        ...

    def monotonic(self) -> float:
        """Give seconds for measuring durations."""
        ...


class Ids(Protocol):
    """Makes what nobody may guess."""

    def token(self) -> str:
        """Give at least 128 bits of randomness as URL-safe text."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What an observer gets after each stored move. It holds no secret and no personal datum.

    `call` names the call whose outcome the event is, `status` is the status of its answer and `seconds` how
    long it took; all are `None` when the event is a user's.
    """

    id: str
    move: Move
    call: str | None = None
    status: int | None = None
    seconds: float | None = None


Observer = Callable[[Moved], None]
