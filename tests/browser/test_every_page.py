"""Every page, in both languages: WCAG 2.2 AA by axe, at two widths, light and dark; nothing cut off, nothing heavy."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Page, Response, ViewportSize

from esozflow.states.texts import Language

from . import pages_of_the_auth_ui, pages_of_the_pis
from .inspection import WIDE, ZOOMED, cut_off, flaws, violations

Start = pages_of_the_auth_ui.Start
MOST_BYTES = 50 * 1024
PAGES = {
    f"{name}-{reach.__name__}": (party, reach)
    for name, party in (("auth-ui", pages_of_the_auth_ui), ("pis", pages_of_the_pis))
    for reach in party.PAGES
}


def examine(page: Page, lang: Language, *sizes: ViewportSize) -> None:
    for size in sizes:
        page.set_viewport_size(size)
        assert violations(page) == []
        assert cut_off(page) == []
    assert flaws(page, lang) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_used_by_everybody(start: Start, page: Page, name: str) -> None:
    party, reach = PAGES[name]
    reach(start, page)
    examine(page, "en" if name.endswith("in_english") else "uk", WIDE, ZOOMED)
    page.emulate_media(color_scheme="dark")
    assert violations(page, "color-contrast") == []
    page.emulate_media(color_scheme="light")
    if reach in party.IN_ONE_LANGUAGE:
        return
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(f"{page.url}{'&' if '?' in page.url else '?'}lang=en")
    assert sum(len(answer.body()) for answer in answers) < MOST_BYTES
    assert {answer.request.resource_type for answer in answers} >= {"document", "stylesheet"}
    examine(page, "en", *((WIDE, ZOOMED) if "SOAK" in os.environ else (ZOOMED,)))
