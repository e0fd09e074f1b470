"""Pages, which are data, as HTML. Nothing here decides what a page says or what comes next."""

from __future__ import annotations

from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ....flow import Field, FieldGroup, Message, Page
from ....states.redirects import host_of
from ....states.texts import Language, render
from ....states.texts_pages import OUTCOMES
from .texts import tell

LANGUAGES: tuple[Language, ...] = ("uk", "en")
STEPS = 3
KYIV = ZoneInfo("Europe/Kyiv")

STATIC_FILES = Path(__file__).parent / "static"
_TEMPLATES = Path(__file__).parent / "templates"
_STEP_OF_SECTION = {"4.1": 1, "4.2": 2, "4.3": 2, "4.4": 2, "4.5": 2, "4.6": 3, "4.7": 3, "4.8": 3, "4.9": 3}
_SUCCESSES = frozenset({"signed_up"})
_NOTES = frozenset({"declined"})


@cache
def _environment(folders: tuple[Path, ...]) -> Environment:
    # One for all renderers of a process: to compile a template takes longer than to render it.
    environment = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals |= {
        "outcomes": outcomes,
        "problems": problems,
        "tone": tone,
        "step": step,
        "steps": STEPS,
        "name_of": name_of,
        "host_of": host_of,
    }
    return environment


class Renderer:
    """Renders templates of `folders` and of this package, in that order. Everything put into one is escaped.

    It uses no environment of a host service, so that nothing set there for other templates changes these pages.
    """

    def __init__(self, *folders: Path) -> None:
        self._environment = _environment((*folders, _TEMPLATES))

    def html(self, template: str, lang: Language, **names: Any) -> str:
        """Render one template in one language.

        `say` gives the text of a message, `say_code` the one of a code,
        `tell` one of the web parts.
        """
        return self._environment.get_template(template).render(
            lang=lang,
            languages=LANGUAGES,
            say=partial(_said, lang=lang),
            say_code=lambda code, **params: render(Message(code=code, params=params), lang),
            tell=partial(tell, lang=lang),
            in_kyiv=partial(in_kyiv, lang=lang),
            lang_of=partial(lang_of, lang=lang),
            **names,
        )


def _said(given: str | Message, lang: Language) -> str:
    return given if isinstance(given, str) else render(given, lang)


def lang_of(given: str | Message, lang: Language) -> Language:
    """Give the language that a text is written in: raw data are Ukrainian, raw messages of ЕСОЗ mostly English."""
    if isinstance(given, str):
        return "uk" if any(one.isalpha() and not one.isascii() for one in given) else lang
    if given.code == "answer":
        return "en" if given.params.get("text", "").isascii() else "uk"
    return lang


def outcomes(page: Page) -> list[Message]:
    """Give the messages that say what was and was not done."""
    return [message for message in page.messages if message.code in OUTCOMES]


def problems(page: Page) -> list[Message]:
    """Give the messages that say what went wrong."""
    return [message for message in page.messages if message.code not in OUTCOMES]


def tone(page: Page) -> str:
    """Say how a page is meant: `plain`, `success`, `note` or `error`."""
    if page.name in _SUCCESSES:
        return "success"
    if page.name in _NOTES:
        return "note"
    return "error" if page.messages else "plain"


def step(page: Page) -> int:
    """Give the step that the user is at, counted from 1."""
    return _STEP_OF_SECTION[page.section]


def name_of(part: Field | FieldGroup) -> str:
    """Give the name of the datum or of the group: by it a template chooses how to show it."""
    message = part.label if isinstance(part, Field) else part.title
    return message.params.get("name", "")


def in_kyiv(moment: datetime, lang: Language) -> str:
    """Give the day, and hours and minutes on a clock in Kyiv."""
    local = moment.astimezone(KYIV)
    day = {"year": f"{local:%Y}", "month": f"{local:%m}", "day": f"{local:%d}"}
    return f"{render(Message(code='date', params=day), lang)}, {local:%H:%M}"
