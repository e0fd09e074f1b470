"""What every site of the flow keeps to itself: looked at in everything that passed a browser."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import unquote, unquote_plus

from .browser import Hop, joined, origin
from .checks import Finding, seen, unseen
from .requirements import Rule

_KEEPING: Final = frozenset(
    {
        *("no-referrer", "same-origin", "origin", "strict-origin"),
        *("origin-when-cross-origin", "strict-origin-when-cross-origin"),
    }
)
"""Referrer policies that tell no other site more than the origin."""
_TELLING: Final = frozenset({"unsafe-url", "no-referrer-when-downgrade"})
SAME_SITE: Final = ("samesite=lax", "samesite=strict")
"""Attributes, in lower case, of cookies that are not sent with the forms of other sites."""
_EXCERPT: Final = 60
"""Characters of a long secret that give it away."""


def excerpt(secret: str) -> str:
    """Give what is looked for instead of a long secret: its middle, which no other text has."""
    if len(secret) <= _EXCERPT:
        return secret
    middle = len(secret) // 2
    return secret[middle : middle + _EXCERPT]


def leaks(trail: Iterable[Hop], secrets: Mapping[str, str], *, prescribed: str | None = None) -> Iterator[Finding]:
    """Look for secrets in pages, addresses and cookies; `prescribed` is the URL in which the document puts them."""
    hops = list(trail)
    for what, secret in secrets.items():
        part = excerpt(secret)
        # What a redirect says beside its address, nobody sees.
        pages = [hop.html for hop in hops if hop.to is None or hop.to != prescribed]
        on_page = any(part in html or part in unquote(html) for html in pages)
        yield seen(Rule.SECRECY, f"the {what} stands on no page", not on_page)
        addresses = [url for hop in hops for url in (hop.asked.url, hop.to or "") if url != prescribed]
        in_address = any(part in url or part in unquote_plus(url) for url in addresses)
        yield seen(Rule.SECRECY, f"the {what} stands in no other URL", not in_address)
        in_cookie = any(part in cookie or part in unquote(cookie) for hop in hops for cookie in hop.cookies)
        yield seen(Rule.SECRECY, f"the {what} stands in no cookie", not in_cookie)


def strangers(trail: Iterable[Hop]) -> Iterator[Finding]:
    """Look for what another site could read pages with."""
    loaded = [
        joined(hop.asked.url, hop.page.base, one.get("src"))
        for hop in trail
        for one in hop.page.elements
        if one.tag in ("script", "iframe") and one.get("src")
    ]
    own = {origin(hop.asked.url) for hop in trail}
    astray = [url for url in loaded if origin(url) not in own]
    yield seen(Rule.SECRECY, "no script and no frame of another site is on a page", not astray)


def headers(trail: Iterable[Hop]) -> Iterator[Finding]:
    """Look at the headers of every page."""
    pages = [hop for hop in trail if hop.html]
    policies = {_policy(hop) for hop in pages}
    yield seen(Rule.HEADERS, "Referrer-Policy keeps addresses on the site", bool(pages) and policies <= _KEEPING)
    stored = [hop for hop in pages if "no-store" not in hop.header("Cache-Control")]
    yield seen(Rule.HEADERS, "Cache-Control: no-store", bool(pages) and not stored)
    framed = [hop for hop in pages if not _unframed(hop)]
    yield seen(Rule.HEADERS, "X-Frame-Options: deny, or frame-ancestors 'none'", bool(pages) and not framed)
    sniffed = [hop for hop in pages if hop.header("X-Content-Type-Options") != "nosniff"]
    yield seen(Rule.HEADERS, "X-Content-Type-Options: nosniff", bool(pages) and not sniffed)


def cookies(trail: Iterable[Hop]) -> Iterator[Finding]:
    """Look at the attributes of every cookie that was set to something."""
    set_by_site = [cookie for hop in trail for cookie in hop.cookies if not _is_empty(cookie)]
    if not set_by_site:
        yield unseen(Rule.COOKIES, "no cookie is set")
        return
    given = [{part.strip().lower() for part in cookie.split(";")[1:]} for cookie in set_by_site]
    yield seen(Rule.COOKIES, "HttpOnly", all("httponly" in one for one in given))
    yield seen(Rule.COOKIES, "Secure", all("secure" in one for one in given))
    yield seen(Rule.COOKIES, "SameSite=Lax or Strict", all(one & set(SAME_SITE) for one in given))


def _is_empty(cookie: str) -> bool:
    """Whether it takes a cookie back."""
    return cookie.partition(";")[0].partition("=")[2].strip(' "') == ""


def _policy(hop: Hop) -> str:
    """Give the policy that a browser goes by: of several the last one that it knows."""
    given = [one.strip() for one in hop.header("Referrer-Policy").split(",")]
    return next((one for one in reversed(given) if one in _KEEPING | _TELLING), "")


def _unframed(hop: Hop) -> bool:
    policy = hop.header("Content-Security-Policy")
    return hop.header("X-Frame-Options") == "deny" or "frame-ancestors 'none'" in policy
