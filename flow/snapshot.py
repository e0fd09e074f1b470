"""One instance of a flow at one moment, and the record of how it came there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, NamedTuple, TypeVar

C = TypeVar("C")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot(Generic[C]):
    """An instance as it entered a state at `entered_at`. `revision` counts its stored moves from 0; times are aware."""

    id: str
    flow: str
    version: int
    state: str
    revision: int
    begun_at: datetime
    entered_at: datetime
    expires_at: datetime | None
    context: C = field(repr=False)


class Entered(Snapshot[C]):
    """Becomes a `Snapshot` with these values. Setting frozen fields one by one took more than half of every step."""

    __slots__ = ()
    __setattr__, __delattr__ = object.__setattr__, object.__delattr__  # one alone leaves Python its slow way

    def __init__(self: Any, *values: Any) -> None:
        (self.id, self.flow, self.version, self.state, self.revision,
         self.begun_at, self.entered_at, self.expires_at, self.context) = values  # fmt: skip
        self.__class__ = Snapshot


class Move(NamedTuple):
    """One line of the journal. Free of secrets and personal data, by having no place for them."""

    revision: int
    event: str
    from_state: str
    to_state: str
    section: str
    actor: str
    at: datetime


class Repeat(StrEnum):
    """Who may have a call made again when its answer did not come."""

    FREELY = "freely"
    """It writes nothing: the machine may repeat it."""
    WHEN_ASKED = "when_asked"
    """Only a person may ask for it again."""
    NEVER = "never"
    """Not even a person: what the call consumes is spent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request to a port, as data, made for one `instance`.

    `request` is of the port's own type; `deadline` is in seconds and covers the whole call.
    """

    instance: str
    name: str
    port: str
    repeat: Repeat
    deadline: float
    request: Any = field(repr=False)
