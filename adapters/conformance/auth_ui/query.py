"""4.2: what an Auth UI makes of the query that a browser brings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ....states.texts_answers import QUERY_CHECKS
from ..checks import Finding, seen
from ..requirements import Rule
from ..watched import UNKNOWN
from .bench import Bench, Visit, check

_MESSAGES: Final = {
    "client_id": ("4.2.1", QUERY_CHECKS["client_id_missing"].uk),
    "redirect_uri": ("4.2.2", QUERY_CHECKS["redirect_uri_missing"].uk),
    "scope": ("4.2.3", QUERY_CHECKS["scope_missing"].uk),
    "user_data": ("4.2.4", QUERY_CHECKS["user_data_empty"].uk),
    "token": ("4.2.5", QUERY_CHECKS["token_missing"].uk),
}
_UNREADABLE: Final = {"a NUL": "%00", "a line end": "%0D%0A", "bytes that are not UTF-8": "%FF%FE"}
_FOREIGN: Final = "https://evil.example/callback"
_UNSAFE: Final = (
    "javascript:alert(1)",
    "data:text/html,x",
    "//evil.example/callback",
    "http://evil.example/callback",
    "https://evil.example/callback#code=1",
    "https://pis.example.ua@evil.example/callback",
    "https://pis.example.ua\\@evil.example/callback",
)


@check("4.2.0", "4.2.1", "4.2.2", "4.2.3", "4.2.4", "4.2.5")
def missing_parameter(bench: Bench) -> Iterator[Finding]:
    """A parameter of the link is absent, then empty."""
    for name, (sentence, message) in _MESSAGES.items():
        for how, value in (("absent", None), ("empty", "")):
            visit = bench.opens({name: value})
            yield seen(sentence, f"when {name} is {how}, the document's message is shown", visit.page.says(message))
            yield seen("4.2.0", f"when {name} is {how}, ЕСОЗ is not called", not bench.esoz.heard())
            yield seen("4.2.0", f"when {name} is {how}, nothing can be confirmed", not visit.has("confirm"))


@check(Rule.QUERY)
def doubled_parameter(bench: Bench) -> Iterator[Finding]:
    """A parameter stands in the link twice, with two values."""
    for name in _MESSAGES:
        bench.esoz.start_over()
        query = bench.query()
        browser = bench.browser()
        for doubled in ([*query, (name, "other")], [(name, "other"), *query]):
            visit = Visit(bench, browser, browser.open(bench.link(doubled)))
            is_refused = not bench.esoz.heard() and not visit.has("confirm")
            yield seen(Rule.QUERY, f"a link with two values of {name} is refused", is_refused)


@check(Rule.QUERY)
def unreadable_parameter(bench: Bench) -> Iterator[Finding]:
    """A parameter of the link holds what no text holds."""
    for what, encoded in _UNREADABLE.items():
        for name in ("client_id", "redirect_uri", "scope"):
            bench.esoz.start_over()
            link = bench.link(bench.query({name: "MARK"})).replace("MARK", f"a{encoded}b")
            browser = bench.browser()
            visit = Visit(bench, browser, browser.open(link))
            is_refused = not bench.esoz.heard() and not visit.has("confirm")
            yield seen(Rule.QUERY, f"a link with {what} in {name} is refused", is_refused)


@check("4.3.3")
def unreadable_content(bench: Bench) -> Iterator[Finding]:
    """What stands in the place of the signed request is no base64."""
    visit = bench.opens({"user_data": "***"})
    yield seen("4.3.3", "what is no base64 cannot be confirmed", not visit.has("confirm"))


@check(Rule.QUERY, Rule.REDIRECT)
def unknown_client(bench: Bench) -> Iterator[Finding]:
    """The link names a client that ЕСОЗ does not know, or one that is a path."""
    visit = bench.opens({"client_id": "00000000-0000-4000-8000-000000000000"})
    for act in ("confirm", "accept"):
        if visit.has(act) and not visit.seen.left_to:
            visit.press(act)
    yield seen(Rule.REDIRECT, "nobody is redirected for an unknown client", visit.seen.left_to is None)
    visit = bench.opens({"client_id": "../../api/pis/apps?"})
    if visit.has("confirm"):
        visit.press("confirm")
    strange = bench.esoz.heard(UNKNOWN, "approvals")
    yield seen(Rule.QUERY, "a client_id does not change the path of a call", not strange)


@check(Rule.REDIRECT)
def unsafe_redirect_uri(bench: Bench) -> Iterator[Finding]:
    """The redirect_uri of the link may lead elsewhere than it shows; the person declines."""
    for uri in _UNSAFE:
        visit = bench.opens({"redirect_uri": uri})
        on_page = [address for address in visit.page.addresses() if _leads_to_evil(address)]
        if visit.has("decline"):
            visit.press("decline")
        leads = bool(on_page) or _leads_to_evil(visit.seen.left_to or "")
        yield seen(Rule.REDIRECT, f"nothing leads to {_shape(uri)}", not leads)


@check(Rule.REDIRECT, "4.7.4")
def foreign_redirect_uri(bench: Bench) -> Iterator[Finding]:
    """The redirect_uri of the link is not registered; one person declines, another goes on."""
    visit = bench.opens({"redirect_uri": _FOREIGN})
    if visit.has("decline"):
        visit.press("decline")
    yield seen(Rule.REDIRECT, "who declines is not sent to an unregistered address", visit.seen.left_to is None)
    visit = bench.opens({"redirect_uri": _FOREIGN})
    for act in ("confirm", "accept"):
        if visit.has(act) and not visit.seen.left_to:
            visit.press(act)
    yield seen(Rule.REDIRECT, "no code goes to an unregistered address", visit.seen.left_to is None)
    if bench.esoz.times("approve"):
        message = "The redirection URI provided does not match a pre-registered value"
        yield seen("4.7.4", "the refusal of an unregistered address is shown", visit.page.says(message))


def _leads_to_evil(address: str) -> bool:
    lowered = address.strip().lower()
    return "evil.example" in lowered or lowered.startswith(("javascript:", "data:"))


def _shape(uri: str) -> str:
    return f"an address like {uri.replace('evil.example', 'HOST')}"
