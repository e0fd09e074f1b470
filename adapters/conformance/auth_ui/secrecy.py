"""What an Auth UI keeps from pages, addresses, cookies, other browsers and other sites."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote_plus

from ...demo.people import CHILD
from .. import secrecy
from ..browser import Asked, Browser
from ..checks import Finding, seen
from ..requirements import Rule
from .bench import Bench, check

_PERSONAL: Final = ("tax_id", "last_name", "email")


def _person(bench: Bench) -> dict[str, Any]:
    answered = bench.walk.the("validate").data
    person: dict[str, Any] = answered["person"] if isinstance(answered, dict) else CHILD
    return person


def _of_link(bench: Bench) -> dict[str, str]:
    return {"signed content": bench.user_data(), "query token": bench.seed.confidant.access_token}


@check(Rule.SECRECY)
def secrets_of_the_way(bench: Bench) -> Iterator[Finding]:
    """Everything that passed the browser on the documented way."""
    walk = bench.walk
    link, left_to = bench.link(bench.query()), walk.stages[-1].seen.left_to or ""
    issued = walk.secrets()
    code = {"grant code": issued.pop("grant code")} if "grant code" in issued else {}
    yield from secrecy.leaks(walk.trail, _of_link(bench), prescribed=link)
    yield from secrecy.leaks(walk.trail, code, prescribed=left_to)
    yield from secrecy.leaks(walk.trail, issued)
    yield from secrecy.strangers(walk.trail)
    person = _person(bench)
    addresses = [unquote_plus(url) for hop in walk.trail for url in (hop.asked.url, hop.to or "") if url != link]
    told = [name for name in _PERSONAL if any(str(person[name]) in url for url in addresses)]
    yield seen(Rule.SECRECY, "no personal datum stands in a URL", not told)
    masked = not any(str(person["secret"]) in hop.html for hop in walk.trail)
    yield seen(Rule.SECRECY, "the patient's secret word is not shown", masked)


@check(Rule.SECRECY)
def address_bar(bench: Bench) -> Iterator[Finding]:
    """The page of 4.4 is shown: what stands in the address bar."""
    url = unquote_plus(bench.walk.stages[0].seen.url)
    hidden = (bench.seed.confidant.access_token, secrecy.excerpt(bench.user_data()))
    yield seen(Rule.SECRECY, "the query of 4.1 is gone from the address bar", not any(one in url for one in hidden))


@check(Rule.SECRECY)
def error_pages(bench: Bench) -> Iterator[Finding]:
    """The link lacks a parameter: the others are not repeated."""
    for name in ("client_id", "scope"):
        visit = bench.opens({name: None})
        link = visit.browser.trail[0].asked.url
        yield from secrecy.leaks(visit.browser.trail, _of_link(bench), prescribed=link)


@check(Rule.HEADERS)
def headers_of_pages(bench: Bench) -> Iterator[Finding]:
    """The headers of all pages of the documented way, and of an error page."""
    yield from secrecy.headers(bench.walk.trail)
    yield from secrecy.headers(bench.opens({"client_id": None}).browser.trail)


@check(Rule.COOKIES)
def cookies_set(bench: Bench) -> Iterator[Finding]:
    """The cookies of the documented way."""
    yield from secrecy.cookies(bench.walk.trail)


@check(Rule.SECRECY, Rule.FORMS)
def other_browser(bench: Bench) -> Iterator[Finding]:
    """The address of a page, and its form, come from a browser that was never there."""
    visit = bench.opens()
    form = visit.asking("confirm")
    shown = bench.browser().open(visit.seen.url).page
    told = [name for name in _PERSONAL if shown.shows(str(_person(bench)[name]))]
    # A link that was kept in the address bar opens anywhere; that it was kept is told elsewhere.
    yield seen(Rule.SECRECY, "the address of a page shows nobody's data in another browser", not told)
    bench.browser().ask(form)
    yield seen(Rule.FORMS, "the form does nothing from another browser", bench.esoz.times("register") == 0)


@check(Rule.FORMS)
def forged_form(bench: Bench) -> Iterator[Finding]:
    """Another site has the browser send the form, filled in as on a page that the attacker opened."""
    visit = bench.opens()
    asked = visit.asking("confirm")
    attacker = bench.also_opens(bench.browser(), child=1)
    cookie = visit.browser.cookie_header(without=_not_sent_across_sites(visit.browser))
    forged = Asked(method="POST", url=asked.url, form=attacker.asking("confirm").form, encoding=asked.encoding)
    bench.browser().once(forged, {"Cookie": cookie, "Origin": "https://evil.example"})
    registered = [one.body.get("signed_content") for one in bench.esoz.heard("register")]
    yield seen(Rule.FORMS, "a form that another site sends does nothing", bench.user_data() not in registered)


def _not_sent_across_sites(browser: Browser) -> frozenset[str]:
    given = (cookie for hop in browser.trail for cookie in hop.cookies)
    return frozenset(
        cookie.partition("=")[0].strip()
        for cookie in given
        if any(part.strip().lower() in secrecy.SAME_SITE for part in cookie.split(";"))
    )
