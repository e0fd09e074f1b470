"""The port `esoz` in process: the same bytes as over HTTP, without a socket."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import SecretStr

from ...flow import Call, Outcome, Unanswered, Unreachable, UsageError
from ...states.calls import HttpRequest
from ..envelope import outcome_of
from ..wire import Prepared, prepare
from .envelope import Dropped, Request, Response

LARGEST_BODY = 1024 * 1024
"""Bytes; the same as over HTTP."""


class Handling(Protocol):
    """What the gateway needs of the emulated back-end. Raises `Dropped`."""

    def handle(self, request: Request) -> Response: ...


class SandboxGateway:
    """Performs `HttpRequest`s on an emulated ЕСОЗ in this process.

    `client_secret` is the PIS's. Faults that the back-end was told to play are translated to the outcome that
    they have over HTTP, at once and without waiting; no call is made twice.
    """

    def __init__(
        self,
        esoz: Handling,
        *,
        client_secret: SecretStr | None = None,
        request_ids: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        self._esoz = esoz
        self._client_secret = client_secret
        self._request_ids = request_ids

    def perform(self, call: Call) -> Outcome:
        """Perform an `HttpRequest`. Raises `UsageError` for any other request."""
        if not isinstance(call.request, HttpRequest):
            raise UsageError(
                f"The sandbox cannot perform the call {call.name}",
                hint="Give SandboxGateway the port 'esoz', and no other.",
                code="foreign_request",
            )
        prepared = prepare(call.request, self._client_secret, request_id=self._request_ids())
        if isinstance(prepared, Unreachable):
            return prepared
        try:
            response = self._esoz.handle(_request(prepared))
        except Dropped:  # from here, before and after the effect look the same
            return Unanswered(reason="dropped")
        fault = _fault(response, call.deadline)
        return Unanswered(reason=fault) if fault else outcome_of(response.status, response.headers, response.body)


def _request(prepared: Prepared) -> Request:
    target = urlsplit(prepared.target)
    return Request(
        method=prepared.method,
        path=unquote(target.path),
        query=dict(parse_qsl(target.query, keep_blank_values=True)),
        headers={"Host": "sandbox.invalid", **prepared.headers},
        body=prepared.body or b"",
    )


def _fault(response: Response, deadline: float) -> str | None:
    played = response.delivery
    if played.raw is not None:
        return "malformed"
    if played.delay + played.pause * len(response.body) >= deadline:
        return "timeout"
    if played.cut_after is not None and played.cut_after < len(response.body):
        return "dropped"
    return "oversized" if max(len(response.body), played.stream_to) > LARGEST_BODY else None
