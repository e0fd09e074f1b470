"""The whole sign-up by keyboard alone: as it is, without JavaScript, at 400 % zoom, and on paper or in the dark."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from esozflow.adapters.demo.pis_site.texts import site_text
from esozflow.states import Accept, Confirm, Decline, Name, RequestFilled, RequestSigned
from esozflow.states.texts import Language

from .conftest import Visits
from .inspection import WIDE, ZOOMED, cut_off, flaws, violations
from .person import CAPTIONS, at_page, press, rests_at, said
from .services import MOTHER, SIGNED_UP, Services
from .unseen import arrives

# What has the focus, and how one sees it: inside the window, with an outline that stands out from what is behind it.
_FOCUSED = """
() => {
  const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
  const rgb = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b]
    .map(part => part / 255)
    .map(part => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  let behind = one.parentElement;
  while (behind.parentElement && (rgb(getComputedStyle(behind).backgroundColor)[3] ?? 1) === 0)
    behind = behind.parentElement;
  const colors = [style.outlineColor, getComputedStyle(behind).backgroundColor];
  const lights = colors.map(rgb).map(light).sort((a, b) => a - b);
  const ring = parseFloat(style.outlineOffset) + parseFloat(style.outlineWidth);
  return {
    what: one === document.body ? null : one.innerText || one.id,
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    contrast: (lights[1] + 0.05) / (lights[0] + 0.05),
    inside: box.left >= ring && box.right <= innerWidth - ring && box.top >= ring && box.bottom <= innerHeight - ring,
  };
}
"""
WAYS: dict[str, dict[str, Any]] = {
    "as-it-is": {"viewport": WIDE},
    "without-scripts": {"viewport": WIDE, "java_script_enabled": False},
    "zoomed": {"viewport": ZOOMED},
    "zoomed-without-scripts": {"viewport": ZOOMED, "java_script_enabled": False},
    "dark": {"viewport": WIDE, "color_scheme": "dark"},
}


def tab_to(page: Page, what: str) -> list[str]:
    """Press Tab until the control has the focus; each stop on the way must be seen. Give the stops."""
    stops: list[str] = []
    while what not in stops:
        page.keyboard.press("Tab")
        focused = page.evaluate(_FOCUSED)
        assert focused["what"], f"no {what!r} after {stops}"
        assert (focused["outlined"], focused["inside"]) == (True, True), focused
        assert focused["contrast"] >= 3, focused
        stops.append(focused["what"])
    return stops


def enter(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize(
    ("way", "lang"), [("as-it-is", "uk"), ("without-scripts", "uk"), ("zoomed", "uk"), ("dark", "en")]
)
def test_a_sign_up_needs_nothing_but_the_keyboard(here: Services, visit: Visits, way: str, lang: Language) -> None:
    page = visit(**WAYS[way]).new_page()
    page.goto(here.pis)
    if lang == "en":
        tab_to(page, "English")
        enter(page)
    for what in (site_text("sign_in", lang, name=MOTHER), site_text("begin", lang)):
        tab_to(page, what)
        enter(page)
    for name in ("patient_signed", "process_disclosure_data_consent"):
        tab_to(page, name)
        page.keyboard.press("Space")
    for event in (RequestFilled, RequestSigned, Confirm, Accept):
        if event is Confirm and lang == "en":  # the other party, which starts in Ukrainian
            tab_to(page, "English")
            enter(page)
        assert flaws(page, lang) == []
        assert cut_off(page) == []
        tab_to(page, said(CAPTIONS[event], lang))
        enter(page)
    assert page.locator("h1").inner_text() == said("signed_up.title", lang)
    assert flaws(page, lang) == []
    assert cut_off(page) == []
    tab_to(page, site_text("log_out", lang))
    enter(page)
    assert here.effects() == SIGNED_UP


@pytest.mark.parametrize("way", ["as-it-is", "zoomed-without-scripts"])
def test_declining_needs_nothing_but_the_keyboard(here: Services, visit: Visits, way: str) -> None:
    page = visit(**WAYS[way]).new_page()
    arrives(page, here)
    tab_to(page, said(CAPTIONS[Decline]))
    page.keyboard.press("Space")
    rests_at(page, Name.RETURNED_ERROR)
    assert here.effects()["register"] == 0


def test_the_stops_of_a_page_come_in_the_order_in_which_it_is_read(start: Any, page: Page) -> None:
    page.goto(start(ask_otp=True).link())
    stops = tab_to(page, said("decline"))
    assert stops == ["Перейти до основного вмісту", "English", "otp", said("accept_and_proceed"), said("decline")]


def test_the_header_can_be_skipped(here: Services, page: Page) -> None:
    page.goto(here.link())
    address = page.url
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{address}#main")
    page.keyboard.press("Tab")
    assert page.evaluate(_FOCUSED)["what"] == said("accept_and_proceed")


def test_a_code_is_typed_and_a_wrong_one_is_told_on_top_and_at_its_field(start: Any, page: Page) -> None:
    here = start(ask_otp=True)
    page.goto(here.link())
    field = page.get_by_role("textbox", name=said("field", name="otp"))
    field.fill("12")
    press(page, Confirm)
    assert flaws(page) == []
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(said("otp"))
    assert here.effects()["register"] == 0
    tab_to(page, f"{said('field', name='otp')}: {said('otp')}")
    page.keyboard.press("Enter")
    expect(field).to_be_focused()
    page.keyboard.type("1234")
    enter(page)
    assert at_page(page) == Name.CONSENT
    assert here.effects()["register"] == 1


def test_the_language_that_was_chosen_is_kept_to_the_end(here: Services, page: Page) -> None:
    here.script("approve", "status", status=422, message="Scope is not allowed by client type.")
    page.goto(here.link())
    with page.expect_navigation():
        page.get_by_role("link", name="English").click()
    press(page, Confirm, Accept, lang="en")
    assert flaws(page, "en") == []
    assert page.locator("h1").inner_text() == said("consent.title", "en")
    with page.expect_navigation():
        page.get_by_role("link", name="Українська").click()
    assert at_page(page) == Name.CONSENT
    assert flaws(page) == []


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_on_paper_the_data_stay_readable_and_the_controls_go(here: Services, visit: Visits, color_scheme: str) -> None:
    here.script("approve", "status", status=422, message="Scope is not allowed by client type.")
    page = visit(color_scheme=color_scheme).new_page()
    page.goto(here.link())
    press(page, Confirm, Accept)
    page.emulate_media(media="print")
    for kept in ("Садовий Марко Олегович", "Scope is not allowed by client type."):
        assert page.get_by_text(kept).is_visible()
    for control in ("nav", "form", ".skip", ".steps"):
        assert not page.locator(control).is_visible()
    assert violations(page, "color-contrast") == []
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf(format="A4").startswith(b"%PDF")
