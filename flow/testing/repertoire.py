"""Everything that can happen to a flow, as named events: from its declared cases, and where none are declared, made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from ..errors import UsageError
from ..events import Answered, Event
from ..flow import Flow
from ..proof import Cases
from .fingerprint import fingerprint
from .hostile import HOSTILE, MALFORMED
from .strategies import simplest

C = TypeVar("C")

Verdict = bool | str
"""What a guard said; the kind of what it raised."""


@dataclass(frozen=True, slots=True, eq=False)
class NamedEvent:
    """An event by a name that tells nothing but what its `repr` shows."""

    name: str
    event: Event = field(repr=False)


def named(events: Iterable[Event]) -> tuple[NamedEvent, ...]:
    """Name each event by its `repr`, and by its number where several look alike."""
    times: dict[str, int] = {}
    found: list[NamedEvent] = []
    for event in events:
        shown = repr(event)
        times[shown] = times.get(shown, 0) + 1
        found.append(NamedEvent(shown if times[shown] == 1 else f"{shown} #{times[shown]}", event))
    return tuple(found)


class NoSuchCase(UsageError):
    """A record names a case, or a class of event, that is not declared (any more)."""

    default_code = "no_such_case"

    def __init__(self, case: str, what: str = "case") -> None:
        super().__init__(
            f"There is no {what} {case}",
            hint="Replay the record with the flow, the cases and the settings that made it.",
        )


class Repertoire(Generic[C]):
    """The named events of a flow; a name means one event, whichever state it is met in.

    `cases` is the space that `flow.proof` decides guards over. Of the events of a state that its guards cannot tell
    apart in any declared context, and that differ in nothing but the status of an answer, the first stands for all.
    Raises `UsageError` (code `no_case`) for a class of event of which no case is declared and none can be made.
    """

    def __init__(self, flow: Flow[C], cases: Cases | None = None) -> None:
        self._flow = flow
        self._cases = cases or (lambda state, event: None)
        self._told_apart: dict[tuple[str, type[Event]], tuple[Event, ...]] = {}
        of_states = {key: tuple(self._of(*key)) for key in flow.table}
        distinct = {fingerprint(event): event for events in of_states.values() for event in events}
        self.all: tuple[NamedEvent, ...] = named(distinct.values())
        """Every event of every state, each once."""
        by_print = dict(zip(distinct, self.all, strict=True))
        self._known = {
            state: tuple(
                by_print[fingerprint(event)] for key, events in of_states.items() if key[0] == state for event in events
            )
            for state in flow.states
        }
        self._answers = {state: (*known, *_spoilt_answers(known)) for state, known in self._known.items()}
        self._by_name = {one.name: one for known in self._answers.values() for one in known}

    def known(self, state: str) -> tuple[NamedEvent, ...]:
        """Give the events that the state knows."""
        return self._known[state]

    def answers(self, state: str) -> tuple[NamedEvent, ...]:
        """Give what can become of the state's call: what is declared, then what no port should answer."""
        return self._answers[state]

    def of(self, name: str) -> NamedEvent:
        """Give the event of a name. Raises `UsageError` (code `no_such_case`)."""
        if name not in self._by_name:
            raise NoSuchCase(name)
        return self._by_name[name]

    def told_apart(self, state: str, event: type[Event]) -> tuple[Event, ...]:
        """Give events enough to see everything that the guards of this choice can see."""
        return self._told_apart.get((state, event), ())

    def _of(self, state: str, event: type[Event]) -> Iterable[Event]:
        space = self._cases(state, event)
        if space is None:
            return (simplest(event),)
        guards = list(dict.fromkeys(one for row in self._flow.table[state, event] for one in row.guards))
        seen: dict[int, tuple[Event, list[tuple[Verdict, ...]]]] = {}
        for context, happened in space:
            _, verdicts = seen.setdefault(id(happened), (happened, []))
            verdicts.append(tuple(verdict(guard, context, happened) for guard in guards))
        kinds: dict[object, Event] = {}
        sorts: dict[object, Event] = {}
        for happened, verdicts in seen.values():
            kinds.setdefault((tuple(verdicts), fingerprint(_without_status(happened))), happened)
            sorts.setdefault(tuple(verdicts), happened)
        self._told_apart[state, event] = tuple(sorts.values())
        return tuple(kinds.values())


def verdict(guard: Any, context: Any, event: Event) -> Verdict:
    """Ask a guard; what it raises is a verdict too, because it may be asked where it never stands."""
    try:
        held: bool = guard.holds(context, event)
    except Exception as error:
        return type(error).__name__
    return held


def _spoilt_answers(known: Iterable[NamedEvent]) -> Iterator[NamedEvent]:
    """Give an answer with each of its fields that take any JSON holding what no port should answer."""
    for one in [one for one in known if isinstance(one.event, Answered)][:1]:
        for name, about in type(one.event).model_fields.items():
            if about.annotation is Any:
                for what, data in {**MALFORMED, **HOSTILE}.items():
                    yield NamedEvent(f"{one.name} with {name}: {what}", one.event.model_copy(update={name: data}))


def _without_status(event: Event) -> Event:
    return event.model_copy(update={"status": 0}) if isinstance(event, Answered) else event
