"""What a person sees and does in the browser, in the words of the pages."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

from esozflow.flow import Message
from esozflow.states import Accept, Confirm, Decline, Leave, Name, RegisterAgain, Retry, render
from esozflow.states.texts import Language

CAPTIONS = {
    Confirm: "accept_and_proceed",
    Accept: "accept_and_proceed",
    Decline: "decline",
    Retry: "retry",
    Leave: "leave",
    RegisterAgain: "register_again",
}


def said(code: str, lang: Language = "uk", **params: str) -> str:
    """Give a text of the pages."""
    return render(Message(code=code, params=params), lang)


_NAMES = {said(f"{name}.title"): name for name in reversed(Name) if said(f"{name}.title") != f"{name}.title"}


def button(page: Page, event: type, lang: Language = "uk") -> Locator:
    """Give the button of an event."""
    return page.get_by_role("button", name=said(CAPTIONS[event], lang), exact=True)


def press(page: Page, *events: type, lang: Language = "uk") -> None:
    """Press the button of each event in turn, and wait for the page that follows."""
    for event in events:
        with page.expect_navigation():
            button(page, event, lang).click()


def at_page(page: Page) -> Name:
    """Give the name of the page that is shown in Ukrainian."""
    return _NAMES[page.locator("h1").inner_text()]
