"""A user interface in a terminal: pages as tables, actions by their number.

Whatever a page holds may come from a stranger. It is printed as plain text, never as markup, and every character
that a terminal would obey instead of showing is printed as its escape sequence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

from pydantic import SecretStr
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ...flow import Action, Event, Field, FieldGroup, InvalidInput, Message, Page
from ...states.texts import Language, render, render_problem

Maker = Callable[[Page], Event]
"""Makes the event that a terminal cannot, a filled-in form or a signature; it may give another event instead."""

_HIDDEN: Final = "•••"


class TerminalUi:
    """Implements `UserInterface` on `console`, by default the standard output, in the language `lang`.

    `ask` is given a prompt and returns the line that the user typed; by default it reads the standard input.
    `makers` make events whose fields a terminal cannot ask for; an action with mandatory fields and without a maker
    is not offered. `show` gives `None` when nothing is offered, when the user chooses to leave, at the end of the
    input and on Ctrl-C.
    """

    def __init__(
        self,
        console: Console | None = None,
        lang: Language = "uk",
        *,
        ask: Callable[[str], str] | None = None,
        makers: Mapping[type[Event], Maker] | None = None,
    ) -> None:
        self._console = console or Console()
        self._lang: Language = lang
        self._ask = ask or self._read_line
        self._makers = dict(makers or {})

    def show(self, page: Page) -> Event | None:
        """Print the page, ask what to do, and give it as an event."""
        self._print_page(page)
        offered = [action for action in page.actions if self._can_make(action)]
        if not offered:
            return None
        self._print_actions(offered)
        try:
            chosen = self._choose(offered)
            return None if chosen is None else self._event(chosen, page)
        except (EOFError, KeyboardInterrupt):
            return None

    def _can_make(self, action: Action) -> bool:
        fields = action.event.model_fields.values()
        return action.event in self._makers or not any(field.is_required() for field in fields)

    def _choose(self, offered: list[Action]) -> Action | None:
        prompt = self._told("choose_action", count=str(len(offered)))
        by_number = {str(number): action for number, action in enumerate(offered, start=1)}
        while (typed := self._ask(f"{prompt}: ").strip()) != "0":
            if typed in by_number:
                return by_number[typed]
            self._print(self._told("choose_again"))
        return None

    def _event(self, action: Action, page: Page) -> Event:
        if action.event in self._makers:
            return self._makers[action.event](page)
        while True:
            typed = {name: self._ask(self._prompt(name)).strip() for name in action.asks}
            try:
                return action.event.read({name: text for name, text in typed.items() if text})
            except InvalidInput as refused:
                for problem in refused.problems:
                    self._print(render_problem(problem, self._lang))

    def _prompt(self, name: str) -> str:
        label = render(Message(code="field", params={"name": name}), self._lang)
        return harmless(f"{self._told('optional_field', field=label)}: ")

    def _print_page(self, page: Page) -> None:
        self._console.rule()
        self._print(f"{page.section}  {render(page.title, self._lang)}", style="bold")
        for message in page.messages:
            self._print(render(message, self._lang))
        for group in page.groups:
            self._console.print(self._table(group))
        if page.leads_to is not None:
            self._print(self._told("leads_to", address=shown_address(page.leads_to)))
        if page.request_id:
            self._print(self._told("request_id", request_id=page.request_id))

    def _table(self, group: FieldGroup) -> Table:
        title = Text(harmless(render(group.title, self._lang)))
        table = Table(title=title, title_justify="left", show_header=False, expand=True)
        table.add_column(ratio=2, overflow="fold")
        table.add_column(ratio=3, overflow="fold")
        for field in group.fields:
            table.add_row(*self._row(field))
        return table

    def _row(self, field: Field) -> tuple[Text, Text]:
        value = field.value if isinstance(field.value, str) else render(field.value, self._lang)
        return Text(harmless(render(field.label, self._lang))), Text(harmless(value))

    def _print_actions(self, offered: list[Action]) -> None:
        captions = [render(action.label, self._lang) for action in offered]
        for number, caption in enumerate(captions, start=1):
            self._print(f"  {number}  {caption}")
        self._print(f"  0  {self._told('leave_page')}")

    def _told(self, code: str, **params: str) -> str:
        return render(Message(code=code, params=params), self._lang)

    def _print(self, text: str, style: str = "") -> None:
        self._console.print(Text(harmless(text), style=style))

    def _read_line(self, prompt: str) -> str:
        return self._console.input(Text(prompt))


def harmless(text: str) -> str:
    """Give the text with every character that is not simply shown (controls, escapes, direction marks) escaped."""
    return "".join(_shown(character) for character in text)


def shown_address(url: SecretStr) -> str:
    """Give scheme, host and port of a URL; its path stays out, and a query, which may carry credentials, is masked."""
    try:
        parts = urlsplit(url.get_secret_value())
        host, port = parts.hostname, parts.port
    except ValueError:
        return _HIDDEN
    if not host:
        return _HIDDEN
    name = f"[{host}]" if ":" in host else host
    place = name if port is None else f"{name}:{port}"
    return f"{parts.scheme}://{place}/{'?' + _HIDDEN if parts.query else ''}"


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character == "\N{NO-BREAK SPACE}" else character.encode("unicode_escape").decode("ascii")
