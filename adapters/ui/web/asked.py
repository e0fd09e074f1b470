"""What the address of a page asks for: its language, and notices by their code. Anything else is ignored."""

from __future__ import annotations

from urllib.parse import parse_qs

from flask import Request

from ....flow import Message, StaleRevision
from ....states.texts import Language, render

_MAX_PARAMETERS = 50


def asked(request: Request, name: str) -> str:
    """Give a parameter of the address, or nothing; whatever bytes it holds, nothing is raised."""
    # Flask's own reading raises for bytes that are not UTF-8.
    try:
        found = parse_qs(request.query_string.decode("latin-1"), max_num_fields=_MAX_PARAMETERS)
    except ValueError:  # too many parameters
        return ""
    return found.get(name, [""])[0]


def language(request: Request) -> Language:
    """Give the language of the page: Ukrainian, unless the address asks for English."""
    return "en" if asked(request, "lang") == "en" else "uk"


def notice(request: Request) -> str | None:
    """Give what the address says of the form that led to it: that the sign-up had moved on by then."""
    stale = StaleRevision.default_code
    return render(Message(code=stale), language(request)) if asked(request, "notice") == stale else None
