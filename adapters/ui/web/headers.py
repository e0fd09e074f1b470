"""The headers that every answer of a web part carries, errors and static files too.

The URL of 4.1 carries a token and signed personal data, so nothing may be stored, framed, sniffed or referred to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TypeVar

from flask import Response

R = TypeVar("R", bound=Response)


def content_security_policy(form_targets: Iterable[str] = ()) -> str:
    """Give the policy of a page whose forms may lead, by a redirect, to the origins in `form_targets`.

    Browsers apply `form-action` to redirects that follow a form, so where a form may lead must be named.
    """
    form_action = " ".join(("'self'", *form_targets))
    return (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action {form_action}"
    )


SECURITY_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Cache-Control": "no-store",
        "Content-Security-Policy": content_security_policy(),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        # The contract of the sign-up page names this one; the policy says the same to newer browsers.
        "X-Frame-Options": "deny",
    }
)


def secured(response: R) -> R:
    """Set the headers on an answer; a policy that a view has set itself stays."""
    for name, value in SECURITY_HEADERS.items():
        if name != "Content-Security-Policy" or name not in response.headers:
            response.headers[name] = value
    return response
