"""What the demonstration prints: a line a move, then what came of it. No secret is shown unmasked."""

from __future__ import annotations

import json
from typing import Any, Literal, Protocol, TextIO

from rich.console import Console
from rich.text import Text

from ...flow import Moved
from ...states.document import SECTIONS
from ...states.texts import render
from ..demo.scenario import Scenario
from ..demo.stage import Performance


class Moves(Protocol):
    """Prints moves as they happen, and the end."""

    def __call__(self, moved: Moved) -> None: ...

    def ends(self, performance: Performance, lang: Literal["uk", "en"]) -> None: ...


class MovesAsJson:
    """One JSON object a move, one a line."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def __call__(self, moved: Moved) -> None:
        move = moved.move
        record = {
            "section": move.section,
            "actor": move.actor,
            "state": move.from_state,
            "event": move.event,
            "to": move.to_state,
            "call": moved.call,
            "status": moved.status,
        }
        self._out.write(json.dumps(record) + "\n")
        self._out.flush()

    def ends(self, performance: Performance, lang: Literal["uk", "en"]) -> None:
        """Nothing: the summary is no move."""


class Narration:
    """The sections with their titles, and under each its moves. Where a `person` acts, an end is as good as another."""

    def __init__(self, console: Console, scenario: Scenario, *, person: bool = False) -> None:
        self._console = console
        self._person = person
        self._section: str | None = None
        self._console.print(Text(f"{scenario.name}: {scenario.says}", style="bold"))

    def __call__(self, moved: Moved) -> None:
        move = moved.move
        if move.section != self._section:
            self._section = move.section
            self._console.print()
            self._console.print(Text(f"{move.section} {SECTIONS[move.section]}", style="bold cyan"))
        line = Text(f"  {move.actor:<8}{move.from_state:<17}")
        line.append(f"{_what(moved):<32}", style=_style(moved))
        line.append(f"→ {move.to_state}")
        self._console.print(line)

    def ends(self, performance: Performance, lang: Literal["uk", "en"]) -> None:
        """Print the page on which the user was left, the tokens (masked), the ledger and the verdict."""
        self._console.print()
        if page := performance.last_page:
            self._console.print(Text(render(page.title, lang), style="bold"))
            for message in page.messages:
                self._console.print(Text(f"  {render(message, lang)}"))
        for name, value in _tokens(performance).items():
            self._console.print(Text(f"  {name}: {value}"))
        effects = ", ".join(f"{kind} {times}" for kind, times in performance.effects.items())
        self._console.print(Text(f"  ledger of the sandbox: {effects}"))
        if refusal := performance.journey.refusal:
            self._console.print(Text(f"  refused: {refusal}"))
        for difference in performance.differences:
            verdict = ("other than the scenario goes", "yellow") if self._person else ("NOT AS DOCUMENTED", "bold red")
            self._console.print(Text(f"  {verdict[0]}: {difference}", style=verdict[1]))
        if not performance.differences:
            self._console.print(Text("  ended as documented", style="green"))
        self._console.print()


def _what(moved: Moved) -> str:
    if moved.call is None:
        return moved.move.event
    return f"{moved.call} {moved.status or moved.move.event}, {(moved.seconds or 0) * 1000:.0f} ms"


def _style(moved: Moved) -> str:
    if moved.call is None:
        return "dim"
    return "green" if moved.status is not None and moved.status < 400 else "yellow"


def summary(performance: Performance) -> dict[str, Any]:
    """Give the end of a run as JSON: scenario, last states, ledger, masked tokens, differences."""
    journey = performance.journey
    return {
        "scenario": performance.scenario.name,
        "ended_as_documented": not performance.differences,
        "auth_ui": journey.auth_ui.state if journey.auth_ui else None,
        "pis": journey.pis.state,
        "ledger": dict(performance.effects),
        "refusal": journey.refusal.code if journey.refusal else None,
        "tokens": _tokens(performance),
        "differences": list(performance.differences),
    }


def _tokens(performance: Performance) -> dict[str, str]:
    tokens = performance.tokens
    if tokens is None:
        return {}
    return {
        "access_token": _masked(tokens.access_token.get_secret_value()),
        "refresh_token": _masked(tokens.refresh_token.get_secret_value()),
        "scope": tokens.scope,
    }


def _masked(secret: str) -> str:
    return f"{'•' * 8} ({len(secret)} characters)"
