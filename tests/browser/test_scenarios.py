"""Every scenario of the demonstration as a person meets it: from the PIS to the Auth UI, and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from esozflow.adapters.demo.scenario import CALLBACK, START, Scenario
from esozflow.adapters.demo.scenarios import BY_NAME, DEFAULT_ACTS, SCENARIOS
from esozflow.adapters.sandbox.faults import FaultList
from esozflow.adapters.sandbox.knobs import KnobList
from esozflow.states import Accept, Name

from .inspection import flaws
from .person import button, press, said
from .services import SIGNERS, Services
from .unseen import arrives


class Forger:
    """Signs something else than it was given, or spoils what it signed."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario

    def sign(self, content: bytes) -> bytes:
        signed = SIGNERS[self._scenario.signer].sign(self._scenario.content(content))
        return self._scenario.container(signed)


def turn(here: Services, scenario: Scenario, moment: str) -> None:
    here.esoz.turn(*KnobList.read({"knobs": list(scenario.knobs.get(moment, ()))}).knobs)


def leave(here: Services, page: Page, event: type, scenario: Scenario) -> None:
    """Press the button that leads back to the PIS, with the scenario's hands on the address."""
    form = page.locator("form").filter(has=button(page, event))
    sent = dict(form.locator("input").evaluate_all("all => all.map(one => [one.name, one.value])"))
    answer = page.context.request.post(page.url, form=sent | {"action": event.__name__}, max_redirects=0)
    address = answer.headers["location"]
    if address.startswith(here.redirect_uri):
        turn(here, scenario, CALLBACK)
    page.goto(scenario.browser(address))


def ends_at(scenario: Scenario) -> str:
    """Give the heading of the last page."""
    at_auth_ui, at_pis = scenario.ends
    if scenario.refusal:
        return "Дію не виконано"
    return said(f"{at_auth_ui if at_pis == Name.HAND_OVER else at_pis}.title")


def starting(code: str) -> str:
    """Give the text of a code up to its first parameter."""
    return said(code).partition("…")[0]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_a_scenario_ends_on_the_documented_page(start: Callable[..., Services], page: Page, scenario: Scenario) -> None:
    credentials = {name: given for name in ("token", "secret") if (given := getattr(scenario, name)) is not None}
    here = start(
        redirect_known=scenario.redirect_known,
        redirect_registered=scenario.redirect_registered,
        scope=scenario.scope,
        signer=Forger(scenario),
        vault_failures=scenario.vault_failures,
        **credentials,
    )
    here.esoz.script(*FaultList.read({"faults": list(scenario.faults)}).faults)
    turn(here, scenario, START)
    headings = {said(f"{name}.title"): name for name in reversed(Name)}
    in_between = scenario.browser is not BY_NAME["main"].browser or CALLBACK in scenario.knobs
    arrives(page, here, browser=scenario.browser)
    visits = Counter[Name]()
    while (heading := page.locator("h1").inner_text()) != ends_at(scenario):
        assert flaws(page) == []
        name = headings[heading]
        turn(here, scenario, name)
        acts = scenario.acts.get(name, ())
        act = acts[visits[name]] if visits[name] < len(acts) else DEFAULT_ACTS[name]
        event = type(act)
        visits[name] += 1
        if event is Accept and in_between:
            leave(here, page, event, scenario)
        else:
            press(page, event)
    effects = here.effects()
    assert {kind: effects[kind] for kind in scenario.ledger} == scenario.ledger
    assert flaws(page) == []
    code = scenario.refusal or scenario.says_code
    if code:
        assert page.get_by_text(starting(code)).first.is_visible()
    if scenario.ends == (Name.REDIRECT, Name.SIGNED_UP):
        assert page.url.startswith(f"{here.pis}/sign-ups/")
