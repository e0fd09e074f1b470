"""What people do with a browser: back, forward, refresh, two clicks, waiting, going away. Each effect happens once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from esozflow.adapters.demo.pis_site.texts import site_text
from esozflow.adapters.ui.web.texts import tell
from esozflow.states import Accept, Confirm, Name, RequestFilled, RequestSigned

from .inspection import flaws
from .pages_of_the_auth_ui import A_LITTLE, consent_unavailable, register_unknown, validation_unavailable
from .person import at_page, begins, button, consents, duplicate, hands_over, press, rests_at, said, signs_in
from .services import REGISTERED, SIGNED_UP, Services
from .unseen import arrives

Start = Callable[..., Services]
SOON = 1.0
"""Seconds that a slow answer takes."""


def press_twice(page: Page, event: type) -> None:
    """Click twice as fast as a hand can."""
    button(page, event).dblclick(no_wait_after=True)


def test_refreshing_any_page_changes_nothing(here: Services, page: Page) -> None:
    signs_in(page, here)
    begins(page)
    for event, name in (
        (RequestFilled, Name.PREPARE),
        (RequestSigned, Name.SIGN),
        (Confirm, Name.CONFIRM),
        (Accept, Name.CONSENT),
        (None, Name.SIGNED_UP),
    ):
        moves, effects, shown = len(here.moves), here.effects(), page.content()
        page.reload()
        page.reload()
        assert (len(here.moves), here.effects(), page.content()) == (moves, effects, shown)
        assert at_page(page) == name
        if name == Name.PREPARE:
            consents(page)
        if event:
            press(page, event)
    assert here.effects() == SIGNED_UP


def test_back_and_forward_show_where_the_sign_up_is(here: Services, page: Page) -> None:
    hands_over(page, here)
    press(page, Confirm)
    for step in (page.go_back, page.go_forward):
        step()
        rests_at(page, Name.CONSENT)
    press(page, Accept)
    rests_at(page, Name.SIGNED_UP)
    seen = []
    while page.go_back() is not None and page.url != "about:blank":
        seen.append(page.url.removeprefix(here.auth_ui).removeprefix(here.pis).split("/")[1])
        assert flaws(page) == []
    assert len(seen) >= 4
    while page.go_forward() is not None:
        assert flaws(page) == []
    rests_at(page, Name.SIGNED_UP)
    assert here.effects() == SIGNED_UP


def test_going_back_from_the_result_brings_the_code_once_more_and_leads_to_the_result(
    here: Services, page: Page
) -> None:
    address = arrives(page, here)
    at_auth_ui = page.url
    press(page, Confirm, Accept)
    page.goto(at_auth_ui)
    rests_at(page, Name.SIGNED_UP)
    assert page.url == address
    assert here.effects() == SIGNED_UP


def test_after_an_error_back_and_forward_lead_to_pages_that_know_it(here: Services, page: Page) -> None:
    here.script("approve", "status", status=422, message="Scope is not allowed by client type.")
    arrives(page, here)
    press(page, Confirm, Accept)
    page.go_back()
    page.go_forward()
    rests_at(page, Name.CONSENT)
    assert "Scope is not allowed by client type." in page.locator(".box.error").inner_text()
    press(page, Accept)
    rests_at(page, Name.SIGNED_UP)
    assert here.effects() == SIGNED_UP


def test_a_refused_approval_is_told_on_the_consent_page_and_can_be_given_again(here: Services, page: Page) -> None:
    here.script("approve", "status", status=422, message="Scope is not allowed by client type.")
    arrives(page, here)
    press(page, Confirm)
    address = page.url
    press(page, Accept)
    assert page.url == address
    rests_at(page, Name.CONSENT)
    told = page.get_by_role("alert")
    expect(told).to_contain_text("Scope is not allowed by client type.")
    assert told.locator("p").get_attribute("lang") == "en"
    expect(button(page, Accept)).to_be_enabled()
    press(page, Accept)
    rests_at(page, Name.SIGNED_UP)
    assert here.effects() == SIGNED_UP


@pytest.mark.parametrize("slow", [False, True], ids=["fast", "slow"])
def test_a_double_click_does_a_thing_once_and_tells_of_nothing_else(here: Services, page: Page, *, slow: bool) -> None:
    if slow:
        here.script("register", "delay", seconds=SOON)
        here.script("approve", "delay", seconds=SOON)
    arrives(page, here)
    press_twice(page, Confirm)
    rests_at(page, Name.CONSENT)
    assert page.get_by_role("alert").count() == 0
    press_twice(page, Accept)
    rests_at(page, Name.SIGNED_UP)
    assert here.effects() == SIGNED_UP


def test_a_double_click_at_the_pis_does_a_thing_once(here: Services, page: Page) -> None:
    signs_in(page, here)
    page.get_by_role("button", name=site_text("begin", "uk")).dblclick(no_wait_after=True)
    rests_at(page, Name.PREPARE)
    consents(page)
    press_twice(page, RequestFilled)
    rests_at(page, Name.SIGN)
    press_twice(page, RequestSigned)
    rests_at(page, Name.CONFIRM)
    page.goto(here.pis)
    assert page.locator(".begun li").count() == 1


def test_a_key_held_down_does_a_thing_once(here: Services, page: Page) -> None:
    here.script("register", "delay", seconds=SOON)
    page.goto(here.link())
    button(page, Confirm).focus()
    for _ in range(5):
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    rests_at(page, Name.CONSENT)
    assert here.effects() == REGISTERED


def test_a_slow_answer_is_waited_for_on_a_page_that_says_so(start: Start, page: Page) -> None:
    here = start(patience=A_LITTLE)
    page.goto(here.link())
    other = duplicate(page)
    with here.esoz.holding():
        button(page, Confirm).click(no_wait_after=True)
        here.wait_for(Confirm)
        press(other, Confirm)
        heading = other.get_by_role("heading", level=1)
        expect(heading).to_have_text(tell("in_progress.title", "uk"))
        check = other.get_by_role("button", name=tell("check_again", "uk"))
        check.click()
        expect(heading).to_have_text(tell("in_progress.title", "uk"))
        other.reload()
        assert flaws(other) == []
    rests_at(page, Name.CONSENT)
    check.click()
    rests_at(other, Name.CONSENT)
    assert other.get_by_role("alert").count() == 0
    assert here.effects() == REGISTERED


def test_whoever_asks_for_the_state_when_the_answer_comes_is_taken_on_without_a_complaint(
    start: Start, page: Page
) -> None:
    here = start(patience=SOON)
    page.goto(here.link())
    with here.esoz.holding():
        button(page, Confirm).click(no_wait_after=True)
        here.wait_for(Confirm)
        other = duplicate(page)
        with other.expect_request(other.url):
            other.get_by_role("button", name=tell("check_again", "uk")).click(no_wait_after=True)
    rests_at(page, Name.CONSENT)
    rests_at(other, Name.CONSENT)
    assert other.get_by_role("alert").count() == 0


@pytest.mark.parametrize(
    ("reach", "ends"),
    [
        (lambda here, page: None, Name.EXPIRED),
        (lambda here, page: press(page, Confirm), Name.EXPIRED),
    ],
    ids=["confirm", "consent"],
)
def test_a_page_that_expired_while_it_was_open_says_so(here: Services, page: Page, reach: Any, ends: Name) -> None:
    page.goto(here.link())
    reach(here, page)
    effects = here.effects()
    here.clock.forward(timedelta(hours=1))
    page.get_by_role("button", name=said("accept_and_proceed")).click()
    rests_at(page, ends)
    expect(page.get_by_role("link", name=here.pis.removeprefix("http://"))).to_have_attribute("href", f"{here.pis}/")
    page.reload()
    rests_at(page, ends)
    assert here.effects() == effects


@pytest.mark.parametrize(
    ("reach", "ends"),
    [
        (validation_unavailable, Name.EXPIRED),
        (consent_unavailable, Name.EXPIRED),
        (register_unknown, Name.LEFT_UNKNOWN),
    ],
    ids=lambda one: getattr(one, "__name__", None),
)
def test_a_page_of_an_error_that_expired_while_it_was_open_says_what_is_true(
    start: Start, page: Page, reach: Any, ends: Name
) -> None:
    running: list[Services] = []

    def remembered(**how: Any) -> Services:
        running.append(start(**how))
        return running[-1]

    reach(remembered, page)
    running[0].clock.forward(timedelta(hours=1))
    page.reload()
    rests_at(page, ends)
    assert running[0].effects()["register"] <= 1
