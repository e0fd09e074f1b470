"""The words of a picture: the engine's own, and those that a flow brings for its states, events and guards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from .picture import Edge, Kind, Node

Language = Literal["uk", "en"]

_OWN: Final[Mapping[Language, Mapping[str, str]]] = {
    "uk": {
        "legend": "Умовні позначення",
        "onward": "перехід",
        "refused": "відповідь веде вбік від мети: відмова",
        "unanswered": "надіслано, але відповіді немає",
        "unreachable": "з'єднання немає, не надіслано",
        "expired": "час вийшов",
        "forbidden": "подію заборонено, стан не змінюється",
        "calls": "робить запит",
        "waits": "чекає",
        "final": "кінець",
        "goal": "мета",
        "numbers": "номери — рядки таблиці переходів",
        "number": "№",
        "state": "Стан",
        "event": "Подія",
        "guard": "Умова",
        "next": "Наступний стан",
        "section": "Розділ",
        "because": "Підстава",
        "kind": "Вид",
        "stays": "відмовлено",
        "otherwise": "інакше",
        "and": " і ",
        "again": "далі",
        "ends": "кінець",
        "returns": "повернення до",
        "others": "інші відповіді",
        "to_back": "передає на сервер",
        "to_front": "передає на сторінку",
    },
    "en": {
        "legend": "Legend",
        "onward": "transition",
        "refused": "the answer leads away from the goal: refused",
        "unanswered": "sent, but no answer",
        "unreachable": "no connection, not sent",
        "expired": "the time is over",
        "forbidden": "the event is forbidden, the state stays",
        "calls": "makes a call",
        "waits": "waits",
        "final": "end",
        "goal": "goal",
        "numbers": "numbers are rows of the table of transitions",
        "number": "No.",
        "state": "State",
        "event": "Event",
        "guard": "Guard",
        "next": "Next state",
        "section": "Section",
        "because": "Asked for by",
        "kind": "Kind",
        "stays": "refused",
        "otherwise": "otherwise",
        "and": " and ",
        "again": "then",
        "ends": "end",
        "returns": "back to",
        "others": "other answers",
        "to_back": "hands over to the back-end",
        "to_front": "hands over to the front-end",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Labels in one language.

    Each mapping goes from a name of the definition to what a reader is shown; a name that is not there is shown as
    it is. `becauses` goes from the declared sentence, `calls` to how a call is written (`POST /path`).
    """

    lang: Language = "en"
    states: Mapping[str, str] = field(default_factory=dict[str, str])
    events: Mapping[str, str] = field(default_factory=dict[str, str])
    guards: Mapping[str, str] = field(default_factory=dict[str, str])
    actors: Mapping[str, str] = field(default_factory=dict[str, str])
    sections: Mapping[str, str] = field(default_factory=dict[str, str])
    calls: Mapping[str, str] = field(default_factory=dict[str, str])
    becauses: Mapping[str, str] = field(default_factory=dict[str, str])

    def own(self, name: str) -> str:
        """Give one of the engine's own words."""
        return _OWN[self.lang][name]

    def state(self, name: str) -> str:
        return self.states.get(name, name)

    def event(self, name: str) -> str:
        return self.events.get(name, name)

    def actor(self, name: str) -> str:
        return self.actors.get(name, name)

    def section(self, name: str) -> str:
        return f"{name} {self.sections[name]}" if name in self.sections else name

    def call(self, name: str) -> str:
        return self.calls.get(name, name)

    def because(self, sentence: str) -> str:
        return self.becauses.get(sentence, sentence)

    def guard(self, edge: Edge) -> str:
        """Give all guards of an edge as one text; empty when its event leads nowhere else."""
        if edge.rest:
            return self.own("otherwise")
        return self.own("and").join(self.guards.get(name, name) for name in edge.guards)

    def lines_of(self, node: Node) -> tuple[str, ...]:
        """Give what stands in a node: section and title, the state's name, and its call if it makes one."""
        lines = [f"{node.section} {self.state(node.name)}"]
        if self.state(node.name) != node.name:
            lines.append(node.name)
        if node.call:
            lines.append(f"{self.own('calls')}: {self.call(node.call)}")
        return tuple(lines)

    def line_of(self, edge: Edge) -> str:
        """Give what stands at an edge: number, event, guards, and the code of a refusal."""
        guards = f" [{guard}]" if (guard := self.guard(edge)) else ""
        code = f": {edge.code}" if edge.code else ""
        return f"{edge.number} {self.event(edge.event)}{guards}{code}"


FAILURES: Final = (Kind.REFUSED, Kind.UNANSWERED, Kind.UNREACHABLE, Kind.EXPIRED, Kind.FORBIDDEN)
PLAIN: Final = Words()
