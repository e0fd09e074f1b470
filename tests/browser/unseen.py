"""The way through the PIS by a browser's own requests, with its cookies, but no page is drawn: this is fast."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import urljoin

from playwright.sync_api import Page

from esozflow.states import RequestFilled, RequestSigned

from .services import Services

CONSENTS = {"patient_signed": "on", "process_disclosure_data_consent": "on"}


class FirstForm(HTMLParser):
    """What a browser would send with the first form of a page, if no button had a name."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self._forms = 0
        self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._forms += 1
            self.action = self.action or given["action"]
        if self._forms != 1:
            return
        if tag == "input" and (given.get("type") != "checkbox" or "checked" in given):
            self.fields[given["name"]] = given.get("value", "")
        if tag == "select":
            self._select = given["name"]
        if tag == "option" and "selected" in given:
            self.fields[self._select] = given["value"]


def arrives(page: Page, here: Services, *, browser: Callable[[str], str] = lambda url: url) -> str:
    """Come from the PIS to the first page of the Auth UI; `browser` may tamper with the address.

    Gives the address of the sign-up at the PIS.
    """

    def submits(address: str, **entered: str) -> str:
        form = FirstForm(page.context.request.get(address).text())
        answer = page.context.request.post(
            urljoin(address, form.action), form=form.fields | entered, max_redirects=0, fail_on_status_code=True
        )
        return urljoin(address, answer.headers["location"])

    submits(here.pis)
    sign_up = submits(here.pis)
    submits(sign_up, action=RequestFilled.__name__, **CONSENTS)
    page.goto(browser(submits(sign_up, action=RequestSigned.__name__)))
    return sign_up
