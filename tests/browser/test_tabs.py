"""Tabs and sign-ups of one browser, and other browsers: stale forms are refused and told, and nothing is mixed up."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from esozflow.states import Accept, Confirm, Decline, Name, RequestFilled, RequestSigned

from .conftest import Visits
from .inspection import flaws
from .person import begins, consents, duplicate, press, rests_at, said, signs_in
from .services import REGISTERED, SIGNED_UP, Services
from .unseen import arrives

Start = Callable[..., Services]


def test_a_duplicated_tab_that_is_late_is_told_and_does_nothing(here: Services, page: Page) -> None:
    arrives(page, here)
    other = duplicate(page)
    press(page, Confirm)
    moves = len(here.moves)
    press(other, Decline)
    rests_at(other, Name.CONSENT)
    expect(other.get_by_role("alert")).to_have_text(said("stale_revision"))
    assert len(here.moves) == moves
    press(other, Accept)
    rests_at(other, Name.SIGNED_UP)
    press(page, Accept)
    rests_at(page, Name.SIGNED_UP)
    assert here.effects() == SIGNED_UP


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


def test_two_sign_ups_in_one_browser_both_finish(here: Services, visit: Visits) -> None:
    context = visit()
    tabs = [context.new_page(), context.new_page()]
    signs_in(tabs[0], here)
    tabs[1].goto(here.pis)
    for number, tab in enumerate(tabs):
        begins(tab)
        consents(tab)
        for name, typed in (
            ("first_name", ("Марко", "Матвій")[number]),
            ("tax_id", f"421890113{number}"),
            ("unzr", f"20150705-0002{number}"),
            ("documents.0.number", f"АМ12345{number}"),
        ):
            tab.locator(f"[name='person.{name}']").fill(typed)
    for event in (RequestFilled, RequestSigned, Confirm, Accept):
        for tab in reversed(tabs):
            press(tab, event)
    for tab in tabs:
        rests_at(tab, Name.SIGNED_UP)
    assert tabs[0].url != tabs[1].url
    assert here.effects() == {"register": 2, "approve": 2, "exchange": 2}
    tabs[0].goto(here.pis)
    assert tabs[0].locator(".begun a").all_inner_texts() == ["Садовий Марко", "Садовий Матвій"]


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
    arrives(last, here)
    press(last, Confirm, Accept)
    rests_at(last, Name.SIGNED_UP)
    press(first, Confirm, Accept)
    assert first.url.startswith(f"{here.redirect_uri}?code=")
    assert {cookie["name"] for cookie in context.cookies()} == {"__Host-esozflow-sign-up", "__Host-esozflow-pis"}
    assert size_of_cookies(context) < 4096
    assert here.effects() == {"register": 2, "approve": 2, "exchange": 1}
