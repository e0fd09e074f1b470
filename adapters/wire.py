"""The bytes of a request to ЕСОЗ: one place, so that every gateway sends the same.

Everything is JSON over HTTP with `Content-Type: application/json` (PIS API blueprint, "API manifest"); a PIS adds
its client secret as `API-key` where a request asks for it.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from pydantic import SecretStr

from ..flow import Unreachable
from ..states.calls import BodyValue, Credential, HttpRequest

MAX_HEADER = 16 * 1024
"""Characters of a bearer. Far more than any token has; servers refuse longer header lines without a readable answer."""

_logger = logging.getLogger("esozflow")
_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]+")
# What RFC 3986 allows in a path as it is, without "%": a path is given unencoded.
_PATH_SAFE = "/:@!$&'()*+,;=~-._"


class _NoClientSecret(LookupError):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A request as it goes out. `target` is the encoded path with its query, relative to the base URL."""

    method: str
    target: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)


def prepare(request: HttpRequest, client_secret: SecretStr | None, *, request_id: str) -> Prepared | Unreachable:
    """Turn a request into what is sent, or say why it cannot be sent.

    A bearer and a path may hold what came from a browser, and a secret may not be configured: what is wrong with
    them is an outcome (`invalid_bearer`, `invalid_path`, `no_client_secret`), because nothing was sent.
    """
    try:
        return _prepared(request, client_secret, request_id)
    except _NoClientSecret:
        # The error says no more than this line, and its traceback nothing.
        _logger.error("a call needs the client secret: pass client_secret to the gateway of the PIS")  # noqa: TRY400
        return Unreachable(reason="no_client_secret")


def _prepared(request: HttpRequest, client_secret: SecretStr | None, request_id: str) -> Prepared | Unreachable:
    bearer = None if request.bearer is None else request.bearer.get_secret_value()
    if bearer is not None and (len(bearer) > MAX_HEADER or not _VISIBLE_ASCII.fullmatch(bearer)):
        return Unreachable(reason="invalid_bearer")
    if not _plain_path(request.path):
        return Unreachable(reason="invalid_path")
    body = None if request.body is None else _json(request.body, client_secret)
    headers = {"Accept": "application/json", "Cache-Control": "no-cache", "X-Request-ID": request_id}
    if body is not None:
        headers |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
    if bearer is not None:
        headers["Authorization"] = f"Bearer {bearer}"
    if request.api_key:
        headers["API-key"] = _secret(client_secret)
    return Prepared(method=request.method, target=_target(request), headers=headers, body=body)


def _plain_path(path: str) -> bool:
    # Dot segments would be resolved on the way and lead to another resource than the one that was asked for.
    return path.startswith("/") and not {".", ".."} & set(path.split("/"))


def _target(request: HttpRequest) -> str:
    path = quote(request.path, safe=_PATH_SAFE, errors="replace")
    pairs = (f"{_quoted(name)}={_quoted(value)}" for name, value in request.query)
    query = "&".join(pairs)
    return f"{path}?{query}" if query else path


def _quoted(text: str) -> str:
    return quote(text, safe="", errors="replace")


def _json(body: Mapping[str, BodyValue], client_secret: SecretStr | None) -> bytes:
    # ASCII escapes carry any text, even a lone surrogate that somebody put into a form.
    return json.dumps(_revealed(body, client_secret), separators=(",", ":"), allow_nan=False).encode("ascii")


def _revealed(value: BodyValue, client_secret: SecretStr | None) -> Any:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if value is Credential.CLIENT_SECRET:
        return _secret(client_secret)
    if isinstance(value, Mapping):
        return {name: _revealed(inner, client_secret) for name, inner in value.items()}
    return value


def _secret(client_secret: SecretStr | None) -> str:
    if client_secret is None:
        raise _NoClientSecret
    return client_secret.get_secret_value()
