"""Every scenario of the demonstration that is decided at the Auth UI, as a person meets it in the browser."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from esozflow.adapters.demo.scenario import START, Scenario
from esozflow.adapters.demo.scenarios import DEFAULT_ACTS, SCENARIOS
from esozflow.adapters.sandbox.faults import FaultList
from esozflow.adapters.sandbox.knobs import KnobList
from esozflow.states import Name

from .inspection import flaws
from .person import at_page, press, said
from .services import Services

AT_AUTH_UI = [one for one in SCENARIOS if one.ends[0] != Name.REDIRECT or one.ends[1] == Name.SIGNED_UP]


def turn(here: Services, scenario: Scenario, moment: str) -> None:
    here.esoz.turn(*KnobList.read({"knobs": list(scenario.knobs.get(moment, ()))}).knobs)


def at(page: Page, here: Services) -> Name:
    if page.url.startswith(here.redirect_uri):
        return Name.REDIRECT if "code=" in page.url else Name.DECLINE_REDIRECT
    return at_page(page)


@pytest.mark.parametrize("scenario", AT_AUTH_UI, ids=lambda one: one.name)
def test_a_scenario_ends_on_the_documented_page(start: Callable[..., Services], page: Page, scenario: Scenario) -> None:
    here = start(redirect_known=scenario.redirect_known, redirect_registered=scenario.redirect_registered)
    here.esoz.script(*FaultList.read({"faults": list(scenario.faults)}).faults)
    turn(here, scenario, START)
    forged = {} if scenario.token is None else {"token": scenario.token}
    link = here.link(
        scope=scenario.scope,
        content=scenario.content,
        container=scenario.container,
        signer=scenario.signer,
        **forged,
    )
    page.goto(scenario.browser(link))
    visits = Counter[Name]()
    while (name := at(page, here)) != scenario.ends[0]:
        assert flaws(page) == []
        turn(here, scenario, name)
        acts = scenario.acts.get(name, ())
        press(page, type(acts[visits[name]] if visits[name] < len(acts) else DEFAULT_ACTS[name]))
        visits[name] += 1
    expected = {kind: scenario.ledger[kind] for kind in ("register", "approve")}
    assert {kind: here.effects()[kind] for kind in expected} == expected
    if not page.url.startswith(here.auth_ui):
        return
    assert flaws(page) == []
    assert page.locator("main form").count() == 0
    assert page.get_by_role("link", name=here.pis.removeprefix("http://")).count() == (
        scenario.redirect_known and name != Name.PARAMS_REFUSED
    )
    if scenario.says_code and "{" not in said(scenario.says_code):
        assert said(scenario.says_code).split("…")[0] in page.locator("main").inner_text()
