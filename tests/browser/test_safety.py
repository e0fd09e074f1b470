"""What may not happen in a browser: secrets in its history, foreign frames and forms, requests to elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from html import escape
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request

from esozflow.adapters.demo.pis_site.texts import site_text
from esozflow.states import Accept, Confirm, Name, RequestFilled, RequestSigned

from .conftest import Visits
from .inspection import flaws
from .person import at_page, begins, click, consents, hands_over, press, rests_at, signs_in
from .services import SIGNED_UP, Services, served
from .unseen import arrives

Start = Callable[..., Services]


def history(page: Page) -> list[str]:
    """Give every address that the browser would show on going back or forward."""
    session = page.context.new_cdp_session(page)
    return [entry["url"] for entry in session.send("Page.getNavigationHistory")["entries"]]


@contextmanager
def page_elsewhere(body: str) -> Iterator[str]:
    """Serve a page of somebody else, on a port of its own."""

    def app(environ: Mapping[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [f"<!DOCTYPE html><title>x</title><link rel=icon href=data:,>{body}".encode()]

    with served(app) as url:
        yield url


def fields_of_form(page: Page) -> dict[str, str]:
    hidden = page.locator("form input[type=hidden]")
    return dict(hidden.evaluate_all("all => all.map(one => [one.name, one.value])")) | {"action": "Confirm"}


def test_neither_the_address_bar_nor_the_history_keeps_what_the_parties_hand_over(here: Services, page: Page) -> None:
    hands_over(page, here)
    seen = [page.url]
    press(page, Confirm)
    seen.append(page.url)
    press(page, Accept)
    rests_at(page, Name.SIGNED_UP)
    seen += [page.url, *history(page)]
    assert len({urlsplit(url).path for url in seen}) >= 4
    assert not [url for url in seen if "?" in url]


def test_no_request_leaves_for_a_third_party_and_none_tells_where_it_came_from(here: Services, page: Page) -> None:
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    hands_over(page, here)
    press(page, Confirm, Accept)
    click(page, site_text("refresh", "uk"))
    assert {one.url.startswith((f"{here.auth_ui}/", f"{here.pis}/")) for one in asked} == {True}
    assert not [one.url for one in asked if "referer" in one.all_headers()]
    assert not [one.url for one in asked if one.resource_type not in ("document", "stylesheet", "image", "other")]


def test_no_token_of_the_patient_reaches_the_browser(here: Services, page: Page) -> None:
    received: list[str] = []
    page.on("response", lambda answer: received.append(answer.text() if answer.status == 200 else ""))
    hands_over(page, here)
    press(page, Confirm, Accept)
    rests_at(page, Name.SIGNED_UP)
    tokens = [one.value for one in here.esoz.tokens() if one.name in ("access_token", "refresh_token")]
    assert len(tokens) >= 3
    assert not [token for token in tokens if any(token in text for text in received)]


def test_no_page_can_be_framed(here: Services, page: Page, visit: Visits) -> None:
    at_pis = arrives(page, here)
    own = [at_pis, here.pis, f"{here.pis}/nothing-here", f"{here.redirect_uri}?code=1&state=2"]
    theirs = [page.url, here.link(child=1), f"{here.auth_ui}/nothing-here", f"{here.auth_ui}/confidant/static/icon.svg"]
    frames = "".join(f'<iframe src="{escape(address)}"></iframe>' for address in [*own, *theirs])
    with page_elsewhere(frames) as url:
        page.goto(url)
        for frame in page.main_frame.child_frames:
            assert frame.url == "chrome-error://chromewebdata/"
            assert not re.search("ЕСОЗ|Кабінет", frame.content())
    refused = [one for one in visit.complaints if "Framing" in one and "frame-ancestors 'none'" in one]
    assert len(refused) == len([*own, *theirs])
    visit.complaints.clear()


def test_a_form_of_somebody_else_is_refused(here: Services, page: Page) -> None:
    page.goto(here.link())
    address, moves = page.url, len(here.moves)
    form = (
        f'<form method=post action="{address}"><input name=action value=Confirm><input name=revision value=2><button>'
    )
    with page_elsewhere(form) as url:
        page.goto(url)
        with page.expect_navigation(url=address):
            page.locator("button").click()
    assert flaws(page) == []
    assert len(here.moves) == moves
    with page.expect_navigation():
        page.locator("main a.button").click()
    assert at_page(page) == Name.CONFIRM


@pytest.mark.parametrize("forged", ["missing", "empty", "wrong", "of another sign-up", "of another browser"])
def test_a_form_without_its_own_token_is_refused(here: Services, page: Page, visit: Visits, forged: str) -> None:
    page.goto(here.link(child=1))
    form = fields_of_form(page)
    own = form.pop("form_token")
    if forged != "missing":
        form["form_token"] = {"empty": "", "wrong": own[::-1]}.get(forged, own)
    if forged.startswith("of another"):
        other = (page.context if forged == "of another sign-up" else visit()).new_page()
        other.goto(here.link(child=2))
        form["form_token"] = fields_of_form(other)["form_token"]
    moves = len(here.moves)
    answer = page.context.request.post(page.url, form=form, max_redirects=0)
    assert (answer.status, len(here.moves), here.effects()["register"]) == (403, moves, 0)
    assert page.context.request.post(page.url, form=form | {"form_token": own}, max_redirects=0).status == 303
    assert here.effects()["register"] == 1


def test_asking_for_a_page_moves_nothing(here: Services, page: Page) -> None:
    signs_in(page, here)
    begins(page)
    for event in (RequestFilled, RequestSigned, Confirm, Accept, None):
        moves, effects, form = len(here.moves), here.effects(), fields_of_form(page)
        for _ in range(2):
            for params in ({}, {"lang": "en"}, form | {"action": event.__name__ if event else "Refresh"}):
                answer = page.context.request.get(page.url.partition("?")[0], params=params, max_redirects=0)
                assert (answer.status, len(here.moves), here.effects()) == (200, moves, effects)
        if event is RequestFilled:
            consents(page)
        if event:
            press(page, event)
    assert here.effects() == SIGNED_UP
    assert here.esoz.ledger.count("refresh") == 0


def test_cookies_are_out_of_reach(here: Services, page: Page) -> None:
    arrives(page, here)
    cookies = page.context.cookies()
    assert len(cookies) == 2
    for cookie in cookies:
        assert cookie["name"].startswith("__Host-")
        assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"], cookie["path"]) == (True, True, "Lax", "/")
        assert cookie["expires"] == -1
    assert page.evaluate("document.cookie") == ""
