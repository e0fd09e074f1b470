"""Every page of the Auth UI, and how a person comes to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page

from esozflow.adapters.demo.people import CHILD
from esozflow.adapters.http.gateway import ATTEMPTS
from esozflow.adapters.sandbox import AddPerson
from esozflow.states import Accept, Confirm, Decline, Leave

from .person import button, press
from .services import Services

Start = Callable[..., Services]
A_LITTLE = 0.1
"""Seconds that a page waits for a call before it says that one is under way."""
FOR_EVER = 600.0
"""Seconds: longer than any test."""
NO_ROLES = '{"meta": {"code": 200}, "data": []}'
FOREIGN = '{"meta": {"code": 201}, "data": {}, "urgent": {"redirect_uri": "https://evil.example/?code=c3RvbGVu"}}'


def confirm(start: Start, page: Page) -> None:
    page.goto(start().link())


def confirm_with_a_wrong_code(start: Start, page: Page) -> None:
    page.goto(start(ask_otp=True).link())
    page.get_by_role("textbox").fill("12")
    press(page, Confirm)


def consent(start: Start, page: Page) -> None:
    page.goto(start().link(scope="app:read_pis person:details_pis unknown:scope"))
    press(page, Confirm)


def consent_refused(start: Start, page: Page) -> None:
    here = start()
    here.script("approve", "status", status=422, message="Scope is not allowed by client type.")
    page.goto(here.link())
    press(page, Confirm, Accept)


def consent_overtaken(start: Start, page: Page) -> None:
    consent(start, page)
    page.goto(f"{page.url}?notice=stale_revision")


def params_refused(start: Start, page: Page) -> None:
    page.goto(start().link(client_id=None, redirect_uri=None, scope=None, user_data=None, token=None))


def validation_refused(start: Start, page: Page) -> None:
    here = start()
    here.script("validate", "status", status=403, message="Your scope does not allow to access this resource.")
    page.goto(here.link())


def validation_unavailable(start: Start, page: Page) -> None:
    here = start()
    here.script("validate", "status", status=503, envelope=False, times=ATTEMPTS)
    page.goto(here.link())


def register_refused(start: Start, page: Page) -> None:
    here = start()
    here.esoz.turn(AddPerson(person=CHILD, copies=2))
    page.goto(here.link())
    press(page, Confirm)


def register_unknown(start: Start, page: Page) -> None:
    here = start()
    here.script("register", "drop", after_effect=True)
    page.goto(here.link())
    press(page, Confirm)


def left_unknown(start: Start, page: Page) -> None:
    register_unknown(start, page)
    press(page, Leave)


def no_access(start: Start, page: Page) -> None:
    here = start()
    here.script("user_roles", "status", status=200, body=NO_ROLES)
    here.script("global_roles", "status", status=200, body=NO_ROLES)
    page.goto(here.link(scope=" "))
    press(page, Confirm)


def consent_unavailable(start: Start, page: Page) -> None:
    here = start()
    here.script("client_details", "status", status=500)
    page.goto(here.link())
    press(page, Confirm)


def client_refused(start: Start, page: Page) -> None:
    here = start()
    here.script("client_details", "status", status=404)
    page.goto(here.link())
    press(page, Confirm)


def redirect_refused(start: Start, page: Page) -> None:
    here = start()
    here.script("approve", "status", status=201, body=FOREIGN)
    page.goto(here.link())
    press(page, Confirm, Accept)


def declined(start: Start, page: Page) -> None:
    page.goto(start(redirect_known=False).link())
    press(page, Decline)


def expired(start: Start, page: Page) -> None:
    here = start()
    page.goto(here.link())
    here.clock.forward(timedelta(hours=2))
    press(page, Confirm)


def in_progress(start: Start, page: Page) -> None:
    here = start(patience=A_LITTLE)
    here.script("register", "delay", seconds=FOR_EVER)
    first = page.context.new_page()
    first.goto(here.link())
    button(first, Confirm).click(no_wait_after=True)
    here.wait_for(Confirm)
    page.goto(first.url)


def not_found(start: Start, page: Page) -> None:
    page.goto(f"{start().auth_ui}/nothing-here")


def lost(start: Start, page: Page) -> None:
    page.goto(f"{start().auth_ui}/confidant/sign-up/{'A' * 43}")


def forbidden(start: Start, page: Page) -> None:
    confirm(start, page)
    page.locator("input[name=form_token]").evaluate("one => one.value = 'another'")
    press(page, Confirm)


def forbidden_in_english(start: Start, page: Page) -> None:
    confirm(start, page)
    page.goto(f"{page.url}?lang=en")
    page.locator("input[name=form_token]").evaluate("one => one.value = 'another'")
    press(page, Confirm, lang="en")


IN_ONE_LANGUAGE = (forbidden, forbidden_in_english)
"""Pages whose address does not choose their language: opened again, it is another page."""
PAGES = (
    confirm,
    confirm_with_a_wrong_code,
    consent,
    consent_refused,
    consent_overtaken,
    params_refused,
    validation_refused,
    validation_unavailable,
    register_refused,
    register_unknown,
    left_unknown,
    no_access,
    consent_unavailable,
    client_refused,
    redirect_refused,
    declined,
    expired,
    in_progress,
    not_found,
    lost,
    *IN_ONE_LANGUAGE,
)
