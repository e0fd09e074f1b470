"""4.8 and 4.9: what a PIS makes of a browser that comes back, and of the answer to the exchange."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final
from urllib.parse import parse_qsl

from ..browser import Asked
from ..checks import Finding, NotObservable, seen
from ..html import Page
from ..requirements import Rule
from .bench import Bench, HandedOver, check

_SLOW: Final = 0.4
"""Seconds that ЕСОЗ takes while the same callback comes twice."""


@check("4.9.1", Rule.ONCE)
def exchange_call(bench: Bench) -> Iterator[Finding]:
    """The browser brings the grant code: the back-end exchanges it."""
    exchanges = [one for one in bench.back.heard if one.endpoint == "exchange"]
    yield seen("4.9.1", "the code is exchanged", bool(exchanges))
    yield seen(Rule.ONCE, "the code is exchanged once", len(exchanges) <= 1)
    if not exchanges:
        raise NotObservable("nothing was exchanged")
    token = exchanges[0].part("token")
    yield seen("4.9.1", "grant_type is authorization_code", token.get("grant_type") == "authorization_code")
    yield seen("4.9.1", "code is the one that was brought", token.get("code") == bench.back.code)
    yield seen("4.9.1", "client_id and client_secret are the PIS's", _is_pis(bench, token))
    yield seen("4.9.1", "redirect_uri is that of the link", token.get("redirect_uri") == bench.redirect_uri)


@check("4.9.2")
def tokens_kept(bench: Bench) -> Iterator[Finding]:
    """The exchange succeeds: the tokens are on the back-end, as a refresh shows."""
    exchanged = [one for one in bench.back.heard if one.endpoint == "exchange"]
    refresh_token = exchanged[0].secrets().get("refresh token") if exchanged else None
    returned = bench.back.returned
    control = returned.page.control(bench.mapping.refresh)
    if control is None or refresh_token is None:
        raise NotObservable("no button shows whether the tokens were kept (`refresh` of the mapping)")
    before = bench.esoz.times("refresh")
    bench.walk.handed_over.browser.press(returned, control)
    used = [one.part("token").get("refresh_token") for one in bench.esoz.heard("refresh")[before:]]
    yield seen("4.9.2", "the refresh token of the answer is used", used == [refresh_token])


@check(Rule.CREDENTIALS)
def grant_code(bench: Bench) -> Iterator[Finding]:
    """Where the grant code goes."""
    astray = [one for one in bench.back.heard if one.endpoint != "exchange" and one.holds(bench.back.code)]
    yield seen(Rule.CREDENTIALS, "the code goes to the exchange only", not astray)


@check(Rule.STATE)
def foreign_callback(bench: Bench) -> Iterator[Finding]:
    """The callback comes with another state, without one, and from another browser; then it comes as it should."""
    handed_over = bench.hands_over()
    if not handed_over.returned_state():
        raise NotObservable("the link carries no state, and the document does not ask for it")
    callback = handed_over.approved()
    code = ("code", dict(parse_qsl(callback.partition("?")[2]))["code"])
    wrong = {
        "with another state": handed_over.callback(code, ("state", "another-state-0123456789")),
        "without state": handed_over.callback(code),
        "with an empty state": handed_over.callback(code, ("state", "")),
    }
    for what, url in wrong.items():
        handed_over.browser.open(url)
        yield seen(Rule.STATE, f"a callback {what} exchanges nothing", bench.esoz.times("exchange") == 0)
    bench.browser().open(callback)
    yield seen(Rule.STATE, "a callback in another browser exchanges nothing", bench.esoz.times("exchange") == 0)
    handed_over.browser.open(callback)
    if bench.esoz.times("exchange") == 0:
        raise NotObservable("after a foreign callback the true one is not taken any more, which nothing forbids")
    yield seen(Rule.STATE, "the true callback is exchanged once", bench.esoz.times("exchange") == 1)


@check(Rule.ONCE)
def callback_again(bench: Bench) -> Iterator[Finding]:
    """The callback comes twice at once, and again when it was answered."""
    handed_over = bench.hands_over()
    callback = handed_over.approved()
    bench.fault("exchange", "delay", seconds=_SLOW)
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(handed_over.browser.once, Asked(url=callback)) for _ in range(2)]:
            done.result()
    yield seen(Rule.ONCE, "a callback that comes twice at once is exchanged once", bench.esoz.times("exchange") == 1)
    handed_over.browser.open(callback)
    yield seen(Rule.ONCE, "a callback that comes again is not exchanged again", bench.esoz.times("exchange") == 1)


@check("4.9.1")
def callback_without_code(bench: Bench) -> Iterator[Finding]:
    """The callback brings an error, nothing at all, or a code and an error."""
    handed_over = bench.hands_over()
    state = handed_over.returned_state()
    code, error = ("code", "0123456789"), ("error", "access_denied")
    for what, parameters in {
        "no code": [],
        "an empty code": [("code", "")],
        "a code and an error": [code, error],
    }.items():
        handed_over.browser.open(handed_over.callback(*parameters, *state))
        yield seen("4.9.1", f"a callback with {what} exchanges nothing", bench.esoz.times("exchange") == 0)
    handed_over.browser.open(handed_over.callback(error, *state))
    yield seen("4.9.1", "a callback with an error exchanges nothing", bench.esoz.times("exchange") == 0)


@check("4.9.3")
def refused_exchange(bench: Bench) -> Iterator[Finding]:
    """ЕСОЗ refuses the exchange, each time with another status."""
    _ = bench.back
    for status in (400, 401, 403, 422):
        handed_over, callback = _ready(bench)
        message = f"The exchange is refused, case {status}"
        bench.fault("exchange", "status", status=status, message=message)
        page = handed_over.browser.open(callback).page
        yield seen("4.9.3", f"the message of a refusal {status} is shown", page.says(message))
        yield from _no_tokens(bench, page, f"a refusal {status}")


@check(Rule.LOST)
def lost_exchange(bench: Bench) -> Iterator[Finding]:
    """The exchange is made, and its answer is lost, or brings no tokens."""
    _ = bench.back
    for what, fault in _LOSSES.items():
        handed_over, callback = _ready(bench)
        bench.fault("exchange", **fault)
        shown = handed_over.browser.open(callback)
        yield seen(Rule.LOST, f"after {what}, it is not repeated by itself", bench.esoz.times("exchange") == 1)
        handed_over.browser.open(callback)
        handed_over.browser.refresh(shown)
        yield seen(Rule.LOST, f"after {what}, it is not repeated by a refresh", bench.esoz.times("exchange") == 1)
        yield from _no_tokens(bench, shown.page, what)


_LOSSES: Final[dict[str, dict[str, Any]]] = {
    "a lost answer": {"kind": "drop", "after_effect": True},
    "a gateway's 503": {"kind": "status", "status": 503, "envelope": False, "after_effect": True},
    "an answer without tokens": {"kind": "missing_token"},
    "an answer cut short": {"kind": "truncated"},
}


def _no_tokens(bench: Bench, page: Page, after: str) -> Iterator[Finding]:
    # Only where the button is known to be there for tokens does its absence tell anything.
    if bench.back.returned.page.control(bench.mapping.refresh) is not None:
        yield seen("4.9.2", f"after {after} there are no tokens", page.control(bench.mapping.refresh) is None)


def _ready(bench: Bench) -> tuple[HandedOver, str]:
    handed_over = bench.hands_over()
    return handed_over, handed_over.approved()


def _is_pis(bench: Bench, token: dict[str, object]) -> bool:
    return (token.get("client_id"), token.get("client_secret")) == (bench.seed.pis.id, bench.seed.pis.secret)
