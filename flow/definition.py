"""The words in which a flow is declared: state, guard, transition, call.

A state's `moves` are read from top to bottom: the first whose guards all hold is taken. For every event that a
state knows, the last entry has no guard, so no case is left to chance; an event that it does not know is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from .errors import DefinitionError
from .events import Answered, Event
from .page import Page
from .snapshot import Repeat

C = TypeVar("C")
E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Guard(Generic[C, E]):
    """A pure, named predicate over context and event. `says` is the same in words, for reviewers."""

    name: str
    says: str
    holds: Callable[[C, E], bool]


def guard(says: str) -> Callable[[Callable[[C, E], bool]], Guard[C, E]]:
    """Make a function a guard that carries the function's name.

    >>> @guard("the user typed a name")
    ... def has_name(context: dict[str, str], event: Event) -> bool:
    ...     return bool(context.get("name"))
    >>> has_name.name
    'has_name'
    """

    def named(holds: Callable[[C, E], bool]) -> Guard[C, E]:
        return Guard(holds.__name__, says, holds)

    return named


@dataclass(frozen=True, kw_only=True)
class Transition(Generic[C]):
    """event + guards → next state, or a refusal with its own code. Made by `on` and `refuse`."""

    event: type[Event]
    when: tuple[Guard[C, Any], ...]
    to: str | None
    refusal: str | None
    keep: Callable[[C, Any], C] | None
    because: str


def on(
    event: type[E],
    *,
    to: str,
    because: str,
    when: Guard[C, E] | tuple[Guard[C, E], ...] = (),
    keep: Callable[[C, E], C] | None = None,
) -> Transition[C]:
    """Declare a transition.

    `to` names the next state; `because` is the sentence that asks for it; `keep` is the pure function that adds
    to the context what the event brought. Raises `DefinitionError`.
    """
    guards = _guards(event, when)
    if not to:
        raise DefinitionError(
            f"The transition on {event.__name__} is unfinished",
            hint="Write to='name of the next state', or use refuse(...) to forbid the event.",
        )
    return Transition(event=event, when=guards, to=str(to), refusal=None, keep=keep, because=because)


def refuse(
    event: type[E], *, code: str, because: str, when: Guard[C, E] | tuple[Guard[C, E], ...] = ()
) -> Transition[C]:
    """Declare that the event is forbidden here; it changes nothing and raises `EventRefused` with `code`."""
    guards = _guards(event, when)
    if not code:
        raise DefinitionError(f"The refusal of {event.__name__} is unfinished", hint="Write code='why_it_is_refused'.")
    return Transition(event=event, when=guards, to=None, refusal=code, keep=None, because=because)


def _guards(event: Any, when: Any) -> tuple[Guard[Any, Any], ...]:
    if not (isinstance(event, type) and issubclass(event, Event)):
        raise DefinitionError(f"{event!r} is not an event", hint="Write the class of the event, a subclass of Event.")
    guards = when if isinstance(when, tuple) else (when,)
    for one in guards:
        if not isinstance(one, Guard):
            raise DefinitionError(
                f"Unknown guard {one!r} on {event.__name__}",
                hint="Decorate the predicate with @guard('what it says') and pass the function itself, not its name.",
            )
    return guards


@dataclass(frozen=True, kw_only=True)
class Calling(Generic[C]):
    """The call that a state makes on entry.

    `port` names the port that performs it and `answer` is the class of `Answered` that this port returns;
    `request` builds the port's request from the context, purely; `deadline` is in seconds.
    """

    name: str
    port: str
    repeat: Repeat
    request: Callable[[C], object]
    answer: type[Answered] = Answered
    deadline: float = 30.0


@dataclass(frozen=True, kw_only=True)
class State(Generic[C]):
    """Where an instance can be: it makes a `call`, rests on a `page`, waits for an event, or is `final`.

    `section` is the place in the document that asks for the state, `actor` the party whose state it is.
    After `lifetime` on a state that waits, the driver sends `Expired`. `ends_by` gives the end of what the context
    holds, such as a token, where it is known: the state then expires no later.
    """

    name: str
    section: str
    actor: str
    call: Calling[C] | None = None
    page: Callable[[C], Page] | None = None
    moves: tuple[Transition[C], ...] = ()
    lifetime: timedelta | None = None
    ends_by: Callable[[C], datetime | None] | None = None
    final: bool = field(default=False)

    def __post_init__(self) -> None:
        # A flow may name its states by a StrEnum; `transitions` would take the member's name in place of its value.
        object.__setattr__(self, "name", str(self.name))
        object.__setattr__(self, "actor", str(self.actor))
