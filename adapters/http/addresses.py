"""Which addresses the gateway may be given: https, and plain http only to this very machine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from ...flow import UsageError
from ...flow.wiring import expect

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
"""Hosts that plain http may go to: what it carries does not leave the machine."""

# Stricter than RFC 3986 on purpose, so that no two parsers can disagree about the host.
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?|[0-9a-f:]+", re.IGNORECASE)
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*/?")
_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]+")


class UnusableAddress(UsageError):
    """A base URL or a proxy has a form that would be unsafe, or that the gateway does not serve.

    The address itself is not repeated, because a proxy's may hold a password.
    """

    default_code = "unusable_address"

    def __init__(self, parameter: str, what: str) -> None:
        super().__init__(
            f"{parameter} {what}",
            hint="Give https://host[:port][/path]; plain http is for 127.0.0.1, [::1] and localhost only.",
        )


def base_url(parameter: str, given: str) -> str:
    """Give the base URL without its trailing slash. Raises `UnusableAddress`."""
    expect(parameter, given, str)
    parts = _split(parameter, given)
    if "@" in parts.netloc or "?" in given or "#" in given:
        raise UnusableAddress(parameter, "has a user, a query or a fragment")
    if not _PATH.fullmatch(parts.path) or {".", ".."} & set(parts.path.split("/")):
        raise UnusableAddress(parameter, "has an unusual path")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise UnusableAddress(parameter, "is plain http to another machine")
    if parts.scheme not in ("http", "https"):
        raise UnusableAddress(parameter, "is not https")
    return given.rstrip("/")


def proxies(given: Mapping[str, str]) -> dict[str, str]:
    """Give the proxies, checked. The way *to* a proxy is plain http; TLS to ЕСОЗ goes through it unopened."""
    expect("proxies", given, Mapping)
    for scheme, address in given.items():
        parameter = f"proxies[{scheme!r}]"
        expect(parameter, address, str)
        if scheme not in ("http", "https"):
            raise UnusableAddress(parameter, "has an unknown key")
        if _split(parameter, address).scheme != "http":
            raise UnusableAddress(parameter, "is not http://[user:password@]host:port")
    return dict(given)


def _split(parameter: str, given: str) -> SplitResult:
    if not _VISIBLE_ASCII.fullmatch(given) or "\\" in given:
        raise UnusableAddress(parameter, "is empty or has unusual characters")
    try:
        parts = urlsplit(given)
        port = parts.port
    except ValueError:
        raise UnusableAddress(parameter, "cannot be read as a URL") from None
    if not parts.hostname or not _HOST.fullmatch(parts.hostname) or port == 0:
        raise UnusableAddress(parameter, "has no usable host or port")
    return parts
