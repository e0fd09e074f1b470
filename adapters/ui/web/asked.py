"""What the address of a page asks for: its language, and notices by their code. Anything else is ignored."""

from __future__ import annotations

from urllib.parse import unquote_plus

from flask import Request

from ....flow import Message, StaleRevision
from ....states.texts import Language, render

_MOST_PARAMETERS = 50


def asked(request: Request, name: str) -> str:
    """Give a parameter of the address, or nothing; whatever bytes it holds, nothing is raised."""
    # Not by Flask's own reading: it raises for bytes that are not UTF-8, and decodes all of the long query of 4.1.
    for part in request.query_string.split(b"&", _MOST_PARAMETERS)[:_MOST_PARAMETERS]:
        key, _, value = part.partition(b"=")
        if key == name.encode():
            return unquote_plus(value.decode("latin-1"))
    return ""


def language(request: Request) -> Language:
    """Give the language of the page: Ukrainian, unless the address asks for English."""
    return "en" if asked(request, "lang") == "en" else "uk"


def notice(request: Request) -> str | None:
    """Give what the address says of the form that led to it: that the sign-up had moved on by then."""
    stale = StaleRevision.default_code
    return render(Message(code=stale), language(request)) if asked(request, "notice") == stale else None
