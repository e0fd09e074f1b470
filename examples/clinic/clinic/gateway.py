"""The port `esoz` over the standard library. A call is sent once; what comes out is an outcome, never an exception."""

from __future__ import annotations

import time
import uuid
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlsplit

from pydantic import SecretStr

from esozflow.adapters.envelope import outcome_of
from esozflow.adapters.wire import Prepared, prepare
from esozflow.flow import Call, Outcome, Unanswered, Unreachable, UsageError
from esozflow.states.calls import HttpRequest

LARGEST_BODY = 1024 * 1024


class ClinicGateway:
    """Both hosts of ЕСОЗ are behind one proxy of the clinic, at `base_url`. It opens a connection for each call."""

    def __init__(self, base_url: str, client_secret: SecretStr | None = None) -> None:
        self._parts = urlsplit(base_url)
        self._client_secret = client_secret

    def perform(self, call: Call) -> Outcome:
        """Perform an `HttpRequest`."""
        if not isinstance(call.request, HttpRequest):
            raise UsageError(f"This gateway cannot perform {call.name}", hint="Give it the port 'esoz' only.")
        prepared = prepare(call.request, self._client_secret, request_id=str(uuid.uuid4()))
        if isinstance(prepared, Unreachable):
            return prepared
        ends_at = time.monotonic() + call.deadline
        connection = self._connection(call.deadline)
        try:
            connection.connect()
        except OSError:
            connection.close()
            return Unreachable(reason="no_connection")
        try:
            return self._exchange(connection, prepared, ends_at)
        except TimeoutError:
            return Unanswered(reason="timeout")
        except (OSError, HTTPException):
            return Unanswered(reason="dropped")
        finally:
            connection.close()

    def _connection(self, timeout: float) -> HTTPConnection:
        secure = self._parts.scheme == "https"
        kind = HTTPSConnection if secure else HTTPConnection
        return kind(self._parts.hostname or "", self._parts.port, timeout=timeout)

    def _exchange(self, connection: HTTPConnection, prepared: Prepared, ends_at: float) -> Outcome:
        connection.request(prepared.method, self._parts.path + prepared.target, prepared.body, dict(prepared.headers))
        response = connection.getresponse()
        body = _read(connection, response, ends_at)
        if body is None:
            return Unanswered(reason="oversized")
        return outcome_of(response.status, dict(response.getheaders()), body)


def _read(connection: HTTPConnection, response: HTTPResponse, ends_at: float) -> bytes | None:
    """Read the body as long as there is time; `None` for one that is too large."""
    body = bytearray()
    while True:
        left = ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if connection.sock is not None:
            connection.sock.settimeout(left)
        chunk = response.read1(64 * 1024)
        body += chunk
        if not chunk or len(body) > LARGEST_BODY:
            return bytes(body) if not chunk else None
