"""What people do with a browser: back, forward, refresh, two clicks, two tabs, going away. Each effect happens once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from esozflow.adapters.ui.web.texts import tell
from esozflow.states import Accept, Confirm, Decline, Name

from .conftest import Visits
from .inspection import flaws
from .pages_of_the_auth_ui import A_LITTLE, consent_unavailable, register_unknown, validation_unavailable
from .person import at_page, button, press, said
from .services import Services

Start = Callable[..., Services]
REGISTERED = {"register": 1, "approve": 0, "exchange": 0}
APPROVED = {"register": 1, "approve": 1, "exchange": 0}
SOON = 1.0
"""Seconds that a slow answer takes."""


def duplicate(page: Page) -> Page:
    """Open the same address in another tab."""
    tab = page.context.new_page()
    tab.goto(page.url)
    return tab


def press_twice(page: Page, event: type) -> None:
    """Click twice as fast as a hand can."""
    button(page, event).dblclick(no_wait_after=True)


def rests_at(page: Page, name: Name) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(said(f"{name}.title"))
    assert flaws(page) == []


def back_at_the_pis(here: Services, page: Page) -> None:
    page.wait_for_url(lambda url: url.startswith(f"{here.redirect_uri}?code="))


def test_refreshing_a_page_changes_nothing(here: Services, page: Page) -> None:
    page.goto(here.link())
    for event, name in ((Confirm, Name.CONFIRM), (Accept, Name.CONSENT)):
        moves, effects, shown = len(here.moves), here.effects(), page.content()
        page.reload()
        page.reload()
        assert (len(here.moves), here.effects(), page.content()) == (moves, effects, shown)
        assert at_page(page) == name
        press(page, event)
    page.reload()
    assert here.effects() == APPROVED


def test_back_and_forward_show_where_the_sign_up_is(here: Services, page: Page) -> None:
    page.goto(f"{here.pis}/before")
    page.goto(here.link())
    press(page, Confirm)
    page.go_back()
    rests_at(page, Name.CONSENT)
    page.go_back()
    assert page.url == f"{here.pis}/before"
    page.go_forward()
    rests_at(page, Name.CONSENT)
    page.go_forward()
    rests_at(page, Name.CONSENT)
    press(page, Accept)
    back_at_the_pis(here, page)
    page.go_back()
    back_at_the_pis(here, page)
    assert here.effects() == APPROVED


def test_after_an_error_back_and_forward_lead_to_pages_that_know_it(here: Services, page: Page) -> None:
    here.script("approve", "status", status=422, message="Scope is not allowed by client type.")
    page.goto(f"{here.pis}/before")
    page.goto(here.link())
    press(page, Confirm, Accept)
    page.go_back()
    page.go_forward()
    rests_at(page, Name.CONSENT)
    assert "Scope is not allowed by client type." in page.locator(".box.error").inner_text()
    press(page, Accept)
    back_at_the_pis(here, page)
    assert here.effects() == APPROVED


def test_a_refused_approval_is_told_on_the_consent_page_and_can_be_given_again(here: Services, page: Page) -> None:
    here.script("approve", "status", status=422, message="Scope is not allowed by client type.")
    page.goto(here.link())
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
    back_at_the_pis(here, page)
    assert here.effects() == APPROVED


@pytest.mark.parametrize("slow", [False, True], ids=["fast", "slow"])
def test_a_double_click_does_a_thing_once_and_tells_of_nothing_else(here: Services, page: Page, *, slow: bool) -> None:
    if slow:
        here.script("register", "delay", seconds=SOON)
        here.script("approve", "delay", seconds=SOON)
    page.goto(here.link())
    press_twice(page, Confirm)
    rests_at(page, Name.CONSENT)
    assert page.get_by_role("alert").count() == 0
    press_twice(page, Accept)
    back_at_the_pis(here, page)
    assert here.effects() == APPROVED


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
        other = duplicate(page)
        with other.expect_request(other.url):
            other.get_by_role("button", name=tell("check_again", "uk")).click(no_wait_after=True)
    rests_at(page, Name.CONSENT)
    rests_at(other, Name.CONSENT)
    assert other.get_by_role("alert").count() == 0


def test_a_duplicated_tab_that_is_late_is_told_and_does_nothing(here: Services, page: Page) -> None:
    page.goto(here.link())
    other = duplicate(page)
    press(page, Confirm)
    moves = len(here.moves)
    press(other, Decline)
    rests_at(other, Name.CONSENT)
    expect(other.get_by_role("alert")).to_have_text(said("stale_revision"))
    assert len(here.moves) == moves
    press(other, Accept)
    back_at_the_pis(here, other)
    press(page, Accept)
    back_at_the_pis(here, page)
    assert here.effects() == APPROVED


def test_a_duplicated_tab_that_repeats_an_act_finds_it_done(here: Services, page: Page) -> None:
    page.goto(here.link())
    other = duplicate(page)
    press(page, Confirm)
    press(other, Confirm)
    rests_at(other, Name.CONSENT)
    assert other.get_by_role("alert").count() == 0
    assert here.effects() == REGISTERED


def test_a_tab_left_open_after_declining_leads_where_the_sign_up_ended(start: Start, page: Page) -> None:
    here = start(redirect_known=False)
    page.goto(here.link())
    other = duplicate(page)
    press(page, Decline)
    rests_at(page, Name.DECLINED)
    press(other, Confirm)
    rests_at(other, Name.DECLINED)
    assert here.effects()["register"] == 0


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


def test_two_sign_ups_in_one_browser_both_finish(here: Services, visit: Visits) -> None:
    context = visit()
    tabs = [context.new_page(), context.new_page()]
    for child, tab in enumerate(tabs, start=1):
        tab.goto(here.link(child=child, state=f"state-{child}"))
    for event in (Confirm, Accept):
        for tab in reversed(tabs):
            press(tab, event)
    for child, tab in enumerate(tabs, start=1):
        back_at_the_pis(here, tab)
        assert tab.url.endswith(f"&state=state-{child}")
    assert here.effects() == {"register": 2, "approve": 2, "exchange": 0}


def test_another_browser_cannot_take_a_sign_up_over(here: Services, page: Page, visit: Visits) -> None:
    page.goto(here.link())
    stranger = visit().new_page()
    answer = stranger.goto(page.url)
    assert answer is not None
    assert answer.status == 404
    assert "Садовий" not in stranger.content()
    assert flaws(stranger) == []
    press(page, Confirm)
    rests_at(page, Name.CONSENT)


def size_of_cookies(context: BrowserContext) -> int:
    return sum(len(one["name"]) + len(one["value"]) + len("=; ") for one in context.cookies())


def test_two_hundred_abandoned_sign_ups_leave_a_browser_that_still_works(here: Services, visit: Visits) -> None:
    context = visit()
    first, last = context.new_page(), context.new_page()
    first.goto(here.link(child=1))
    link = here.link(child=2)
    for _ in range(200):
        assert context.request.get(link, max_redirects=0).status == 303
    last.goto(here.link(child=3))
    for tab in (first, last):
        press(tab, Confirm, Accept)
        back_at_the_pis(here, tab)
    assert len(context.cookies(here.auth_ui)) == 1
    assert size_of_cookies(context) < 4096
    assert here.effects() == {"register": 2, "approve": 2, "exchange": 0}
