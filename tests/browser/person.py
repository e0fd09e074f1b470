"""What a person sees and does in the browser, in the words of the pages."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from esozflow.adapters.demo.pis_site.texts import site_text
from esozflow.flow import Message
from esozflow.states import (
    Accept,
    Confirm,
    Decline,
    EditAgain,
    Leave,
    Name,
    RegisterAgain,
    RequestFilled,
    RequestSigned,
    Retry,
    render,
)
from esozflow.states.texts import Language

from .services import MOTHER, Services

CAPTIONS = {
    RequestFilled: "to_signing",
    RequestSigned: "sign",
    EditAgain: "edit",
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


def rests_at(page: Page, name: Name) -> None:
    """Wait until the browser shows the page of this name."""
    expect(page.get_by_role("heading", level=1)).to_have_text(said(f"{name}.title"))


def duplicate(page: Page) -> Page:
    """Open the same address in another tab."""
    tab = page.context.new_page()
    tab.goto(page.url)
    return tab


def click(page: Page, caption: str) -> None:
    """Click a button or a link by its caption, and wait for the page that follows."""
    with page.expect_navigation():
        page.locator("button, a").get_by_text(caption, exact=True).click()


def signs_in(page: Page, here: Services) -> None:
    """Come to the PIS and sign in as the test person."""
    page.goto(here.pis)
    click(page, site_text("sign_in", "uk", name=MOTHER))


def begins(page: Page) -> None:
    """Begin a sign-up at the PIS: the form opens."""
    click(page, site_text("begin", "uk"))


def consents(page: Page) -> None:
    """Tick the consents of the form; everything else is filled in."""
    for name in ("patient_signed", "process_disclosure_data_consent"):
        page.get_by_label(said("field", name=name)).check()


def hands_over(page: Page, here: Services) -> str:
    """Go from the PIS to the first page of the Auth UI. Give the address of the sign-up at the PIS."""
    signs_in(page, here)
    begins(page)
    consents(page)
    press(page, RequestFilled)
    address = page.url
    press(page, RequestSigned)
    return address
