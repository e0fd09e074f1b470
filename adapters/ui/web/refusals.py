"""What is answered when nothing was done: a page for every error, by its code, and never by its text."""

from __future__ import annotations

import logging

from flask import Response
from werkzeug.exceptions import HTTPException

from ....flow import (
    Conflict,
    EventRefused,
    FlowBroken,
    FlowError,
    ForeignSnapshot,
    InvalidInput,
    Message,
    PeerError,
    StoreFailed,
    UnknownInstance,
)
from ....states.texts import Language, render
from ....states.texts_refusals import REFUSALS
from ...stores.codec import UnreadableSnapshot
from .rendering import Renderer
from .texts import tell

_logger = logging.getLogger("esozflow")
_STATUS: tuple[tuple[type[FlowError], int], ...] = (
    (UnknownInstance, 404),
    (Conflict, 409),
    (EventRefused, 409),
    (ForeignSnapshot, 410),
    (UnreadableSnapshot, 410),
    (InvalidInput, 400),
    (FlowBroken, 500),
    (PeerError, 503),
)
_GONE = frozenset({404, 410})
_HTTP_TEXTS = {404: "not_found", 413: "too_large", 403: "form_token"}


def html_response(html: str, status: int = 200) -> Response:
    """Give a page as an answer."""
    return Response(html, status, content_type="text/html; charset=utf-8")


def refusal(
    renderer: Renderer,
    error: Exception,
    lang: Language,
    *,
    static: str,
    again: str | None,
    template: str = "esozflow/refused.html",
    **names: object,
) -> Response:
    """Give the page for an error.

    `static` is the address of the style sheet's folder, `again` the page to which the user can go on, unless what it
    showed is gone. A `template` of the host's own may want further names. An error that is not the library's is
    logged by its kind alone, because its text may tell too much.
    """
    status, title, text = _told(error, lang)
    again = None if status in _GONE else again
    response = html_response(
        renderer.html(template, lang, title=title, text=text, static=static, address=None, again=again, **names),
        status,
    )
    if isinstance(error, HTTPException):
        response.headers.extend(
            (name, value) for name, value in error.get_headers() if name in {"Allow", "Retry-After"}
        )
    return response


def _told(error: Exception, lang: Language) -> tuple[int, str, str]:
    if isinstance(error, UnknownInstance):
        return 404, tell("lost.title", lang), tell("lost", lang)
    if isinstance(error, FlowError):
        status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
        if status >= 500 or status in _GONE:
            _logger.error("a page could not be given: %s", error)
        code = _code_of(error)
        text = render(Message(code=code), lang) if code in REFUSALS else tell("internal", lang)
        # What failed inside may have failed after its call was made: nobody may read that nothing was done.
        return status, tell("problem" if status >= 500 else "refused.title", lang), text
    if isinstance(error, HTTPException) and error.code:
        title = "not_found.title" if error.code == 404 else "refused.title"
        return error.code, tell(title, lang), tell(_HTTP_TEXTS.get(error.code, "bad_request"), lang)
    _logger.error("a page could not be given: %s", type(error).__name__)
    return 500, tell("problem", lang), tell("internal", lang)


def _code_of(error: FlowError) -> str:
    # To a user, one store that fails is like another, and what cannot be read here is of another version.
    if isinstance(error, StoreFailed):
        return StoreFailed.default_code
    return ForeignSnapshot.default_code if isinstance(error, UnreadableSnapshot) else error.code
