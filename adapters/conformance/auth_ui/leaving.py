"""How a sign-up leaves the Auth UI: by the answer of ЕСОЗ (4.8), and by a person who declines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qs

from ...sandbox import Response
from ..browser import by_get
from ..checks import Finding, seen
from ..requirements import Rule
from ..watched import Change, edited
from .bench import STATE, Act, Bench, Visit, check

Rewrite = Callable[[str], str]
_FOREIGN: Final[dict[str, Rewrite]] = {
    "another host": lambda url: url.replace("://pis.", "://evil."),
    "a host that begins alike": lambda url: url.replace(".ua/", ".ua.evil.example/", 1),
    "another path": lambda url: url.replace("/callback", "/callback/elsewhere"),
    "a user before the host": lambda url: url.replace("://", "://pis@", 1),
    "plain http": lambda url: url.replace("https://", "http://", 1),
    "a further parameter": lambda url: f"{url}&next=https%3A%2F%2Fevil.example",
    "two codes": lambda url: f"{url}&code=another",
    "a fragment": lambda url: f"{url}#elsewhere",
}


@check(Rule.REDIRECT)
def foreign_answer(bench: Bench) -> Iterator[Finding]:
    """The answer to the approval redirects elsewhere than was asked for."""
    for what, rewrite in _FOREIGN.items():
        visit = bench.at_consent()
        bench.esoz.change("approve", _redirecting(rewrite))
        visit.press("accept")
        left_to = visit.seen.left_to
        is_error = left_to is not None and left_to.startswith(f"{bench.redirect_uri}?") and "code=" not in left_to
        yield seen(Rule.REDIRECT, f"an answer with {what} is not followed", left_to is None or is_error)


def _redirecting(rewrite: Rewrite) -> Change:
    in_body = edited(lambda body: body["urgent"].update(redirect_uri=rewrite(body["urgent"]["redirect_uri"])))

    def change(response: Response) -> Response:
        headers = {name: rewrite(value) if name == "Location" else value for name, value in response.headers.items()}
        return replace(in_body(response), headers=headers)

    return change


@check(Rule.DECLINE, Rule.REDIRECT, Rule.STATE)
def declined(bench: Bench) -> Iterator[Finding]:
    """The person declines the data, and another time the scopes."""
    yield from _declined(bench, bench.opens(), "decline", then="confirm", unwanted="register")
    yield from _declined(bench, bench.at_consent(), "reject", then="accept", unwanted="approve")


def _declined(bench: Bench, visit: Visit, act: Act, *, then: Act, unwanted: str) -> Iterator[Finding]:
    form = visit.asking(then)
    visit.press(act)
    yield seen(Rule.DECLINE, f"who declines is asked for no {unwanted}", bench.esoz.times(unwanted) == 0)
    left_to = visit.seen.left_to
    if left_to is not None:
        parameters = parse_qs(left_to.partition("?")[2])
        is_told = left_to.startswith(f"{bench.redirect_uri}?") and parameters.get("error") == ["access_denied"]
        yield seen(Rule.REDIRECT, "who declines goes back to the PIS with access_denied", is_told)
        yield seen(Rule.REDIRECT, "who declines takes no code along", "code" not in parameters)
        if "state" in parameters:
            yield seen(Rule.STATE, "state comes back unchanged with an error", parameters["state"] == [STATE])
    visit.browser.ask(form)
    yield seen(Rule.DECLINE, f"after declining, an old form leads to no {unwanted}", bench.esoz.times(unwanted) == 0)


@check(Rule.ORDER, Rule.FORMS)
def unoffered_act(bench: Bench) -> Iterator[Finding]:
    """The form of 4.4 is sent with the button of 4.6, and by GET."""
    consent = bench.at_consent().control("accept").element
    visit = bench.opens()
    asked = visit.asking("confirm")
    form = asked.form or []
    swapped = [(name, consent.get("value") if name == consent.get("name") else value) for name, value in form]
    if swapped != form:  # else the address tells what is to be done, and not the button
        visit.browser.ask(replace(asked, form=swapped))
        yield seen(Rule.ORDER, "an act of a later page does nothing", _nothing_done(bench))
    visit.browser.ask(replace(asked, method="GET", form=None, url=by_get(asked.url, form)))
    yield seen(Rule.FORMS, "the form sent by GET does nothing", _nothing_done(bench))
    visit.browser.refresh(visit.seen)
    yield seen(Rule.FORMS, "to look at the page again does nothing", _nothing_done(bench))


def _nothing_done(bench: Bench) -> bool:
    return not bench.esoz.heard("register", "approve")
