"""Lead a recorded life again."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Generic, Protocol, TypeVar

from ..errors import UsageError
from ..events import Event
from ..flow import Flow
from ..snapshot import Call
from .life import Life
from .recorded import Do, How, Recorded, RecordedAnswer, RecordedStep
from .repertoire import NamedEvent, NoSuchCase, Repertoire

C = TypeVar("C")


class RecordDiverged(UsageError):
    """The life takes another way than the one that was recorded."""

    default_code = "record_diverged"


class Replayed(Protocol[C]):
    """What a record is played on."""

    flow: Flow[C]

    @property
    def life(self) -> Life[C]: ...

    @property
    def repertoire(self) -> Repertoire[C]: ...

    def here(self) -> Mapping[str, Event]:
        """Give what is offered to the user where the instance stands."""
        ...

    def act(self, name: str, argument: str) -> None:
        """Do what the test's own machine knows by that name."""


class Player(Generic[C]):
    """Plays one record.

    Raises `UsageError` when it is of another flow or version (code `foreign_record`), or names an answer that is not
    among the cases (code `no_such_case`).
    """

    def __init__(self, record: Recorded, on: Replayed[C]) -> None:
        if (record.flow, record.version) != (on.flow.name, on.flow.version):
            raise UsageError(
                f"The record is of {record.flow} v{record.version}, this flow is {on.flow.name} v{on.flow.version}",
                hint="Replay it with the flow and version that made it.",
                code="foreign_record",
            )
        for answer in (answer for step in record.steps for answer in step.answers if answer.case is not None):
            on.repertoire.of(str(answer.case))
        self._record = record
        self._on = on
        self._answers: deque[RecordedAnswer] = deque()
        self._diverged: RecordDiverged | None = None

    def played(self) -> Iterator[RecordedStep]:
        """Play step after step, and give each when it was played and no promise is broken."""
        for step in self._record.steps:
            self._answers = deque(step.answers)
            self._play(step)
            self._on.life.check()
            if self._answers:
                self._diverge(f"{self._answers[0].call} was recorded, and is not made")
            if self._diverged is not None:
                raise self._diverged
            yield step

    def answer(self, call: Call) -> tuple[How, NamedEvent | None]:
        """Give what became of the call when the life was recorded."""
        recorded = self._answers.popleft() if self._answers else None
        if recorded is None or recorded.call != call.name:
            self._diverge(f"{call.name} is made, and was not recorded here")
            return How.UNSENT, None
        return recorded.how, None if recorded.case is None else self._on.repertoire.of(recorded.case)

    def _diverge(self, what: str) -> None:
        # Raised when the step is over, because the engine takes whatever a port raises for an unanswered call.
        self._answers.clear()
        self._diverged = self._diverged or RecordDiverged(what, hint="Replay it with the adapters that made it.")

    def _play(self, step: RecordedStep) -> None:
        life = self._on.life
        if step.store is not None:
            life.store_fails(step.store)
        match step.do:
            case Do.BEGIN:
                life.begin()
            case Do.SEND:
                life.send(self._event(step), behind=step.behind, values=step.values)
            case Do.LOAD:
                life.load()
            case Do.RESUME:
                life.resume()
            case Do.WAIT:
                life.wait(step.seconds or 0.0)
            case Do.EXPIRE:
                life.expire()
            case _:
                self._on.act(step.event or "", step.case or "")

    def _event(self, step: RecordedStep) -> NamedEvent:
        name = step.case or ""
        if step.values is not None:
            kind = next((one for one in self._on.flow.events if one.__name__ == step.event), None)
            if kind is None:
                raise NoSuchCase(str(step.event), "event")
            return NamedEvent(name, kind.read(step.values))
        offered = self._on.here()
        return NamedEvent(name, offered[name]) if name in offered else self._on.repertoire.of(name)
