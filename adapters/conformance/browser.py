"""A browser without scripts: cookies, redirects and forms of one site, and a record of everything that passed.

It never leaves its site: a redirect or a link to elsewhere ends its way, and is told.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final, Literal, cast
from urllib.parse import urlencode, urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.cookies import extract_cookies_to_jar, get_cookie_header
from urllib3.exceptions import HTTPError, ReadTimeoutError

from ..sandbox.seed import is_loopback
from .checks import SiteFailed
from .html import Control, Page, Pairs

_MOST_HOPS: Final = 10
TIMEOUT: Final = 60.0
"""Seconds for an answer to begin, and again for it to end: more than a site waits for ЕСОЗ."""
LARGEST_PAGE: Final = 8 * 1024 * 1024
"""Bytes of an answer, unpacked. A page of the flow has under 100 KiB."""
_READ_AT_ONCE: Final = 64 * 1024
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_REPEATING: Final = frozenset({307, 308})
"""Redirects after which a browser sends the form again, to the new address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the browser asks for."""

    method: Literal["GET", "POST"] = "GET"
    url: str = field(repr=False)
    form: Pairs | None = field(default=None, repr=False)
    encoding: str = ""


@dataclass(frozen=True, kw_only=True)
class Hop:
    """One request and its answer. `to` is where the answer sends the browser, absolute, if anywhere."""

    asked: Asked = field(repr=False)
    status: int
    headers: Mapping[str, str] = field(repr=False)
    cookies: tuple[str, ...] = field(repr=False)
    html: str = field(repr=False)
    to: str | None = field(default=None, repr=False)

    @cached_property
    def page(self) -> Page:
        """The page of the answer; empty when it is no HTML."""
        return Page(self.html)

    def header(self, name: str) -> str:
        """Give a header in lower case, empty when it is not there."""
        return self.headers.get(name, "").lower()


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the browser shows in the end. `left_to` is where it was sent off the site, if it was."""

    hop: Hop
    left_to: str | None = field(default=None, repr=False)

    @property
    def page(self) -> Page:
        """The page that is shown."""
        return self.hop.page

    @property
    def url(self) -> str:
        """The address that the browser shows."""
        return self.hop.asked.url


class Browser:
    """One browser at the site whose base URL is `site`, with cookies of its own.

    `trail` is everything that passed, oldest first. `leaves` says of a URL whether to go there is to leave the site;
    if not given, what is on another host or port is. `ca_bundle` is a PEM file with authorities to trust, `timeout` the
    seconds that an answer may take to begin, and again to end. Whatever it is asked raises `SiteFailed` when the site
    gives no answer that a browser can show.
    """

    def __init__(
        self,
        site: str,
        *,
        leaves: Callable[[str], bool] | None = None,
        ca_bundle: str | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        self.trail: list[Hop] = []
        self._leaves = leaves or (lambda url: origin(url) != origin(site))
        # Without a session, which would read proxies from outside, keep cookies in its own way, and look at redirects.
        self._http = HTTPAdapter()
        self._trusted = ca_bundle or True
        self._timeout = timeout
        # As browsers do: loopback counts as safe.
        safe = ("https", "http") if is_loopback(urlsplit(site).hostname or "") else ("https",)
        self._jar = CookieJar(DefaultCookiePolicy(secure_protocols=safe))

    def open(self, url: str) -> Seen:
        """Go to an address, and on where it leads."""
        return self.ask(Asked(url=url))

    def refresh(self, seen: Seen) -> Seen:
        """Ask again for what is shown: a form, if a form's answer is shown."""
        return self.ask(seen.hop.asked)

    def press(self, seen: Seen, control: Control, values: Mapping[str, str] | None = None) -> Seen:
        """Press a button of the page, its form filled in so, or follow a link of it."""
        return self.ask(pressing(seen, control, values))

    def ask(self, asked: Asked) -> Seen:
        """Ask, and go on where the answer leads."""
        hop = self.once(asked)
        for _ in range(_MOST_HOPS):
            if hop.to is None:
                return Seen(hop=hop)
            if self._leaves(hop.to):
                return Seen(hop=hop, left_to=hop.to)
            repeats = hop.status in _REPEATING
            hop = self.once(replace(hop.asked, url=hop.to) if repeats else Asked(url=hop.to))
        raise SiteFailed("The site redirects in a circle.", hint="Open its pages in a browser and look.")

    def once(self, asked: Asked, headers: Mapping[str, str] | None = None) -> Hop:
        """Ask once, and follow nothing."""
        if self._leaves(asked.url):  # a form or a link of the page leads off the site
            return self._kept(Hop(asked=asked, status=0, headers={}, cookies=(), html="", to=asked.url))
        try:
            answer, body = self._answer(asked, headers or {})
        except (OSError, ValueError, HTTPError) as error:  # requests raises the first two, urllib3 the last
            raise _failed(error) from None
        kind = answer.headers.get("Content-Type", "").lower()
        html = _text(body, answer.encoding if "charset" in kind else None) if "html" in kind else ""
        return self._kept(
            Hop(
                asked=asked,
                status=answer.status_code,
                headers=answer.headers,
                cookies=tuple(answer.raw.headers.getlist("Set-Cookie")),
                html=html,
                to=_target(asked, answer.status_code, answer.headers, html),
            )
        )

    def _answer(self, asked: Asked, headers: Mapping[str, str]) -> tuple[requests.Response, bytes]:
        parts = [(name, (None, value)) for name, value in asked.form or ()] if _is_multipart(asked) else None
        request = requests.Request(
            asked.method, asked.url, data=None if parts else asked.form, files=parts, headers=dict(headers)
        ).prepare()
        if "Cookie" not in request.headers and (cookies := _cookies(self._jar, request)):
            request.headers["Cookie"] = cookies
        with self._http.send(request, stream=True, timeout=self._timeout, verify=self._trusted) as answer:
            extract_cookies_to_jar(self._jar, request, answer.raw)  # type: ignore[no-untyped-call]  # requests has no types here
            return answer, _read(answer, self._timeout)

    def cookie_header(self, *, without: frozenset[str] = frozenset()) -> str:
        """Give the cookies as a header, without some."""
        return "; ".join(f"{one.name}={one.value}" for one in self._jar if one.name not in without)

    def _kept(self, hop: Hop) -> Hop:
        self.trail.append(hop)
        return hop


def pressing(seen: Seen, control: Control, values: Mapping[str, str] | None = None) -> Asked:
    """Give what pressing a control of a shown page asks for."""
    if control.form is None:
        return Asked(url=joined(seen.url, seen.page.base, control.element.get("href")))
    form, button = control.form.element, control.element
    pairs = control.form.filled(values or {}, button)
    # Without an action a form goes to where it came from, whatever the base.
    action = button.get("formaction") or form.get("action")
    url = joined(seen.url, seen.page.base, action) if action else seen.url
    if (button.get("formmethod") or form.get("method")).lower() == "post":
        return Asked(method="POST", url=url, form=pairs, encoding=form.get("enctype").lower())
    return Asked(url=by_get(url.partition("?")[0], pairs))


def joined(page: str, *addresses: str) -> str:
    """Give an address as a page means it, absolute: its base, if it names one, and the address.

    What cannot be read is left as it is, and leads nowhere.
    """
    try:
        return reduce(urljoin, addresses, page)
    except ValueError:
        return addresses[-1]


def by_get(url: str, pairs: Pairs) -> str:
    """Give the address that asks for what a form would send."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(pairs)}" if pairs else url


def origin(url: str) -> str:
    """Give scheme, host and port of a URL, with the default port left out."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    default = {"http": 80, "https": 443}.get(parts.scheme)
    shown = f":{port}" if port not in (None, default) else ""
    return f"{parts.scheme}://{(parts.hostname or '').lower()}{shown}"


def _cookies(jar: CookieJar, request: requests.PreparedRequest) -> str | None:
    return cast("str | None", get_cookie_header(jar, request))  # type: ignore[no-untyped-call]  # nor here


def _target(asked: Asked, status: int, headers: Mapping[str, str], html: str) -> str | None:
    if status in _REDIRECTS and headers.get("Location"):
        return joined(asked.url, headers["Location"])
    page = Page(html if "http-equiv" in html.lower() else "")
    return None if page.refreshes_to is None else joined(asked.url, page.base, page.refreshes_to)


def _is_multipart(asked: Asked) -> bool:
    return asked.form is not None and "multipart" in asked.encoding


def _read(answer: requests.Response, seconds: float) -> bytes:
    body, ends_at = bytearray(), time.monotonic() + seconds
    while chunk := answer.raw.read1(_READ_AT_ONCE, decode_content=True):
        body += chunk
        if len(body) > LARGEST_PAGE:
            raise ValueError("more than a page")
        if time.monotonic() > ends_at:
            raise TimeoutError
    return bytes(body)


def _text(body: bytes, encoding: str | None) -> str:
    try:
        return body.decode(encoding or "utf-8", "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def _failed(error: Exception) -> SiteFailed:
    if isinstance(error, requests.exceptions.SSLError):
        return SiteFailed(
            "The site speaks no TLS, or its certificate is not trusted.",
            hint="Give --ca-bundle the PEM file of its authority, or begin the URL with http://.",
        )
    if isinstance(error, requests.Timeout | ReadTimeoutError | TimeoutError):
        return SiteFailed("The site did not answer in time.", hint="Look into its log: what does it wait for?")
    if isinstance(error, requests.ConnectionError):
        return SiteFailed(
            "The site did not answer, or not in HTTP.",
            hint="Start the party under test first, give its base URL, and look into its log.",
        )
    return SiteFailed("The site gave an answer that no browser can show.", hint="Open its pages in a browser and look.")
