"""Every page, in both languages: WCAG 2.2 AA by axe, at two widths, light and dark; nothing cut off, nothing heavy."""

from __future__ import annotations

import os
from itertools import product
from typing import Literal

import pytest
from playwright.sync_api import Page, Response, ViewportSize

from esozflow.states.texts import Language

from . import pages_of_the_auth_ui, pages_of_the_pis
from .inspection import WIDE, ZOOMED, cut_off, flaws, violations

Start = pages_of_the_auth_ui.Start
Look = tuple[ViewportSize, Literal["light", "dark"]]
MOST_BYTES = 50 * 1024
PAGES = {
    f"{name}-{reach.__name__}": (party, reach)
    for name, party in (("auth-ui", pages_of_the_auth_ui), ("pis", pages_of_the_pis))
    for reach in party.PAGES
}
LANGUAGES: tuple[Language, ...] = ("uk", "en")
LOOKS: tuple[Look, ...] = ((WIDE, "light"), (ZOOMED, "light"), (ZOOMED, "dark"), (WIDE, "dark"))


def judged(name: str, *languages: Language) -> set[tuple[Language, int]]:
    """Give the languages and looks in which axe judges a page.

    In a soak these are all. Else every page has its turn in two looks, of which one is wide and the other is not, one
    light and the other dark, in different languages.
    """
    if "SOAK" in os.environ:
        return set(product(languages, range(len(LOOKS))))
    turn = list(PAGES).index(name)
    return {(languages[0], turn % len(LOOKS)), (languages[-1], (turn + 2) % len(LOOKS))}


def examine(page: Page, lang: Language, judged: set[tuple[Language, int]]) -> None:
    for number, (size, scheme) in enumerate(LOOKS):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        if (lang, number) in judged:
            assert violations(page) == []
        if scheme == "light":
            assert cut_off(page) == []
    assert flaws(page, lang) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_used_by_everybody(start: Start, page: Page, name: str) -> None:
    party, reach = PAGES[name]
    reach(start, page)
    if reach in party.IN_ONE_LANGUAGE:
        lang: Language = "en" if name.endswith("in_english") else "uk"
        examine(page, lang, judged(name, lang))
        return
    turns = judged(name, *LANGUAGES)
    examine(page, "uk", turns)
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(f"{page.url}{'&' if '?' in page.url else '?'}lang=en")
    assert sum(len(answer.body()) for answer in answers) < MOST_BYTES
    assert {answer.request.resource_type for answer in answers} >= {"document", "stylesheet"}
    examine(page, "en", turns)
