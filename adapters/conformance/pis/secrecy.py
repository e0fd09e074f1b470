"""What a PIS keeps to its back-end, and text from elsewhere on its pages."""

from __future__ import annotations

from collections.abc import Iterator

from .. import secrecy
from ..checks import Finding, seen
from ..requirements import Rule
from ..text import PROBE, is_text
from .bench import Bench, check


@check(Rule.SECRECY)
def secrets_of_the_way(bench: Bench) -> Iterator[Finding]:
    """Everything that passed the browser, from the start page to the result."""
    back, handed_over = bench.back, bench.walk.handed_over
    trail = handed_over.browser.trail
    of_back_end = {"client secret": bench.seed.pis.secret}
    for one in back.heard:
        of_back_end |= one.secrets()
    yield from secrecy.leaks(trail, of_back_end)
    yield from secrecy.leaks(trail, {"grant code": back.code}, prescribed=back.callback)
    yield from secrecy.strangers(trail)
    in_link = {name: handed_over.query.get(name, "") for name in ("token", "user_data")}
    addresses = [url for hop in trail for url in (hop.asked.url, hop.to or "") if url != handed_over.link]
    for name, value in in_link.items():
        astray = any(secrecy.excerpt(value) in url for url in addresses) if value else False
        yield seen(Rule.SECRECY, f"{name} stands in no URL but that of 4.1", not astray)


@check(Rule.HEADERS)
def headers_of_pages(bench: Bench) -> Iterator[Finding]:
    """The headers of all pages of the documented way."""
    _ = bench.back
    yield from secrecy.headers(bench.walk.handed_over.browser.trail)


@check(Rule.COOKIES)
def cookies_set(bench: Bench) -> Iterator[Finding]:
    """The cookies of the documented way."""
    _ = bench.back
    yield from secrecy.cookies(bench.walk.handed_over.browser.trail)


@check(Rule.TEXT)
def hostile_text(bench: Bench) -> Iterator[Finding]:
    """The callback, and the message of a refused exchange, hold markup."""
    handed_over = bench.hands_over()
    state = handed_over.returned_state()
    for name in ("error", "error_description"):
        error = [("error", "server_error")] if name != "error" else []
        page = handed_over.browser.open(handed_over.callback(*error, (name, PROBE), *state)).page
        yield seen(Rule.TEXT, f"markup in {name} is shown as text", is_text(page))
    handed_over = bench.hands_over()
    callback = handed_over.approved()
    bench.fault("exchange", "status", status=422, message=PROBE)
    yield seen(
        Rule.TEXT,
        "a message of the exchange with markup is shown as text",
        is_text(handed_over.browser.open(callback).page),
    )
