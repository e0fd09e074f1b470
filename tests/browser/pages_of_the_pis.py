"""Every page of the demonstration PIS, and how a person comes to it."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Page

from esozflow.adapters.demo.pis_site.texts import site_text
from esozflow.states import Accept, CallbackReceived, Confirm, Decline, RequestFilled, RequestSigned

from .pages_of_the_auth_ui import A_LITTLE, FOR_EVER, Start
from .person import begins, button, click, consents, press, said, signs_in
from .unseen import arrives


def sign_in(start: Start, page: Page) -> None:
    page.goto(start().pis)


def home(start: Start, page: Page) -> None:
    signs_in(page, start())


def home_with_sign_ups(start: Start, page: Page) -> None:
    sign(start, page)
    click(page, site_text("name", "uk"))


def form(start: Start, page: Page) -> None:
    home(start, page)
    begins(page)


def form_with_problems(start: Start, page: Page) -> None:
    form(start, page)
    page.get_by_label(said("field", name="birth_date")).fill("2199-01-01")
    page.get_by_label(said("field", name="first_name")).first.fill("")
    press(page, RequestFilled)


def sign(start: Start, page: Page) -> None:
    form(start, page)
    consents(page)
    press(page, RequestFilled)


def hand_over(start: Start, page: Page) -> None:
    page.goto(arrives(page, start()))


def result(start: Start, page: Page) -> None:
    arrives(page, start())
    press(page, Confirm, Accept)


def refreshed(start: Start, page: Page) -> None:
    result(start, page)
    click(page, site_text("refresh", "uk"))


def not_refreshed(start: Start, page: Page) -> None:
    here = start()
    arrives(page, here)
    press(page, Confirm, Accept)
    here.script("refresh", "status", status=401, message="Token expired.")
    click(page, site_text("refresh", "uk"))


def logged_out(start: Start, page: Page) -> None:
    result(start, page)
    click(page, site_text("log_out", "uk"))


def returned_error(start: Start, page: Page) -> None:
    arrives(page, start())
    press(page, Decline)


def exchange_refused(start: Start, page: Page) -> None:
    arrives(page, start(secret="not-the-secret"))
    press(page, Confirm, Accept)


def exchange_unknown(start: Start, page: Page) -> None:
    here = start()
    here.script("exchange", "drop", after_effect=True)
    arrives(page, here)
    press(page, Confirm, Accept)


def tokens_unsaved(start: Start, page: Page) -> None:
    arrives(page, start(vault_failures=1))
    press(page, Confirm, Accept)


def exchange_in_progress(start: Start, page: Page) -> None:
    here = start(patience=A_LITTLE)
    first = page.context.new_page()
    address = arrives(first, here)
    press(first, Confirm)
    here.script("exchange", "delay", seconds=FOR_EVER)
    button(first, Accept).click(no_wait_after=True)
    here.wait_for(CallbackReceived)
    page.goto(address)


def not_handed_over(start: Start, page: Page) -> None:
    here = start()
    signs_in(page, here)
    begins(page)
    here.clock.forward(timedelta(hours=13))
    page.reload()


def not_returned(start: Start, page: Page) -> None:
    here = start()
    address = arrives(page, here)
    here.clock.forward(timedelta(hours=13))
    page.goto(address)


def come_back_refused(start: Start, page: Page) -> None:
    here = start()
    signs_in(page, here)
    page.goto(f"{here.redirect_uri}?code=c3RvbGVu&state=of-somebody-else")


def overtaken(start: Start, page: Page) -> None:
    hand_over(start, page)
    page.goto(f"{page.url}?notice=stale_revision")


def not_found(start: Start, page: Page) -> None:
    page.goto(f"{start().pis}/nothing-here")


def lost(start: Start, page: Page) -> None:
    here = start()
    signs_in(page, here)
    page.goto(f"{here.pis}/sign-ups/{'A' * 43}")


def forbidden(start: Start, page: Page) -> None:
    sign(start, page)
    page.locator("input[name=form_token]").evaluate("one => one.value = 'another'")
    press(page, RequestSigned)


def forbidden_in_english(start: Start, page: Page) -> None:
    sign(start, page)
    page.goto(f"{page.url}?lang=en")
    page.locator("input[name=form_token]").evaluate("one => one.value = 'another'")
    press(page, RequestSigned, lang="en")


IN_ONE_LANGUAGE = (come_back_refused, forbidden, forbidden_in_english)
"""Pages whose address does not choose their language."""
PAGES = (
    sign_in,
    home,
    home_with_sign_ups,
    form,
    form_with_problems,
    overtaken,
    sign,
    hand_over,
    result,
    refreshed,
    not_refreshed,
    logged_out,
    returned_error,
    exchange_refused,
    exchange_unknown,
    exchange_in_progress,
    tokens_unsaved,
    not_handed_over,
    not_returned,
    not_found,
    lost,
    *IN_ONE_LANGUAGE,
)
