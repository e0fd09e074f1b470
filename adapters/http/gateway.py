"""`HttpGateway`: performs the calls of the sign-up against ЕСОЗ over HTTPS.

Two rules. A call that writes is sent once, whatever happens to its answer. And nothing but an outcome comes out:
the exceptions of HTTP libraries carry URLs and bytes of the answer, so none of them is passed on or logged.
"""

from __future__ import annotations

import os
import random
import threading
import time
import uuid
import weakref
import zlib
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPException, IncompleteRead, RemoteDisconnected
from types import NoneType
from typing import Any, Self

from pydantic import SecretStr
from requests import PreparedRequest, Response
from requests.structures import CaseInsensitiveDict
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.exceptions import ProxyError

from ...flow import Call, Outcome, Repeat, Unanswered, Unreachable, UsageError
from ...flow.wiring import expect
from ...states.answers import Answered
from ...states.calls import HttpRequest, Service
from ..envelope import outcome_of
from ..wire import Prepared, prepare
from . import addresses
from .allowance import Allowance, Stage, TooLarge
from .transport import BoundedAdapter, trusting

LARGEST_BODY = 1024 * 1024
"""Bytes of a body, compressed or not. The largest known answer, a patient with documents, stays under 100 KiB."""
ATTEMPTS = 3
"""How often a call that writes nothing is made at most. More would only add to the load that made it fail."""
FIRST_PAUSE = 0.25
"""Seconds before the second attempt at most; doubled for each further one, and jittered."""
READ_AT_ONCE = 64 * 1024
"""Bytes."""

_WORTH_ANOTHER_TRY = frozenset({429, 502, 503, 504})
# The next attempt would end the same way.
_HOPELESS = frozenset({"tls", "invalid_bearer", "invalid_path", "oversized"})


class UnusableCaBundle(UsageError):
    """The file with certificate authorities cannot be read or is not in PEM."""

    default_code = "unusable_ca_bundle"


class HttpGateway:
    """The port `esoz`, over HTTPS.

    `auth_base_url` and `api_base_url` are the two hosts of ЕСОЗ, `https://host[:port][/path]`; plain http is taken
    for loopback hosts only. `client_secret` is the PIS's, and only its back-end has one. `ca_bundle` is a PEM file
    that replaces the usual authorities; `proxies` maps `https` to `http://host:port` (no environment variable is
    read). `largest_body` is in bytes, `connect_timeout` in seconds, for name, connection and TLS together.
    `sleep`, `jitter` (a number in [0, 1)) and `request_ids` are there for tests.

    It may be used from many threads. Close it, or use it as a context manager, when no call is under way.
    Raises `UnusableAddress` and `UnusableCaBundle`.
    """

    def __init__(
        self,
        *,
        auth_base_url: str,
        api_base_url: str,
        client_secret: SecretStr | None = None,
        ca_bundle: str | os.PathLike[str] | None = None,
        proxies: Mapping[str, str] | None = None,
        largest_body: int = LARGEST_BODY,
        connect_timeout: float = 10.0,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        request_ids: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        self._base_urls = {
            Service.AUTH: addresses.base_url("auth_base_url", auth_base_url),
            Service.API: addresses.base_url("api_base_url", api_base_url),
        }
        self._proxies = addresses.proxies(proxies or {})
        expect("client_secret", client_secret, SecretStr, NoneType)
        expect("largest_body", largest_body, int)
        expect("connect_timeout", connect_timeout, int, float)
        self._client_secret = client_secret
        self._context = _context(ca_bundle)
        self._largest_body = largest_body
        self._connect_timeout = connect_timeout
        self._sleep = sleep
        self._jitter = jitter
        self._request_ids = request_ids
        self._of_thread = threading.local()
        self._adapters: weakref.WeakSet[BoundedAdapter] = weakref.WeakSet()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the idle connections of all threads. A later call opens new ones."""
        with self._lock:
            for adapter in self._adapters:
                adapter.close()

    def perform(self, call: Call) -> Outcome:
        """Perform an `HttpRequest`.

        Raises `UsageError` for any other request; for what ЕСОЗ or the network did, nothing.
        """
        if not isinstance(call.request, HttpRequest):
            raise UsageError(
                f"The gateway cannot perform the call {call.name}",
                hint="Give HttpGateway the port 'esoz', and no other.",
                code="foreign_request",
            )
        ends_at = time.monotonic() + call.deadline
        adapter = self._adapter()
        if call.repeat is not Repeat.FREELY:
            # An idle connection may be half closed, and then nobody knows whether the request arrived.
            adapter.hang_up()
            return self._attempt(adapter, call.request, ends_at)
        return self._repeated(adapter, call.request, ends_at)

    def _repeated(self, adapter: BoundedAdapter, request: HttpRequest, ends_at: float) -> Outcome:
        outcome = self._attempt(adapter, request, ends_at)
        for attempt in range(1, ATTEMPTS):
            pause = self._pause(outcome, attempt)
            if pause is None or pause >= ends_at - time.monotonic():
                break
            self._sleep(pause)
            outcome = self._attempt(adapter, request, ends_at)
        return outcome

    def _pause(self, outcome: Outcome, attempt: int) -> float | None:
        backoff = FIRST_PAUSE * 2.0 ** (attempt - 1) * self._jitter()
        if isinstance(outcome, Answered):
            return max(backoff, outcome.retry_after or 0.0) if outcome.status in _WORTH_ANOTHER_TRY else None
        if isinstance(outcome, Unanswered | Unreachable) and outcome.reason not in _HOPELESS:
            return backoff
        return None

    def _attempt(self, adapter: BoundedAdapter, request: HttpRequest, ends_at: float) -> Outcome:
        prepared = prepare(request, self._client_secret, request_id=self._request_ids())
        if isinstance(prepared, Unreachable):
            return prepared
        allowance = adapter.allowance
        allowance.start(ends_at)
        try:
            return self._exchange(adapter, _request(self._base_urls[request.service], prepared), allowance)
        except Exception as error:  # whatever it is, only how far it got and what kind it was may be told
            return _failure(allowance.stage, error)

    def _exchange(self, adapter: BoundedAdapter, request: PreparedRequest, allowance: Allowance) -> Outcome:
        seconds = allowance.seconds()
        with adapter.send(request, stream=True, timeout=seconds, proxies=self._proxies) as response:
            # Nothing in the body of a redirect is of use, and reading it would be one more way to fail.
            redirected = 300 <= response.status_code < 400
            body = b"" if redirected else _body(response, allowance.largest_body)
            return outcome_of(response.status_code, response.headers, body)

    def _adapter(self) -> BoundedAdapter:
        adapter: BoundedAdapter | None = getattr(self._of_thread, "adapter", None)
        # A forked process must not go on where its parent's connections stand.
        if adapter is None or adapter.process != os.getpid():
            allowance = Allowance(largest_body=self._largest_body, connect_timeout=self._connect_timeout)
            adapter = self._of_thread.adapter = BoundedAdapter(allowance, self._context)
            with self._lock:
                self._adapters.add(adapter)
        return adapter


def _context(ca_bundle: str | os.PathLike[str] | None) -> Any:
    try:
        return trusting(None if ca_bundle is None else os.fspath(ca_bundle), DEFAULT_CA_BUNDLE_PATH)
    except OSError:
        raise UnusableCaBundle(
            "The CA bundle cannot be used", hint="Give the path of a readable PEM file with CA certificates."
        ) from None


def _request(base_url: str, prepared: Prepared) -> PreparedRequest:
    # Not through Request.prepare(): that would encode the target once more and look for a .netrc.
    request = PreparedRequest()
    request.method = prepared.method
    request.url = base_url + prepared.target
    request.headers = CaseInsensitiveDict({"User-Agent": "esozflow", "Accept-Encoding": "identity", **prepared.headers})
    request.body = prepared.body
    return request


def _body(response: Response, largest: int) -> bytes:
    raw = bytearray()
    while chunk := response.raw.read(READ_AT_ONCE, decode_content=False):
        raw += chunk
        if len(raw) > largest:
            raise TooLarge
    return _decoded(bytes(raw), response.headers.get("Content-Encoding", "identity").strip().lower(), largest)


def _decoded(raw: bytes, coding: str, largest: int) -> bytes:
    """Undo one content coding; identity was asked for, but not every server in between listens."""
    if coding in ("identity", ""):
        return raw
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise HTTPException("an unknown content coding")
    inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # 32: zlib or gzip, whichever the header says
    body = inflate.decompress(raw, largest + 1)
    if len(body) > largest:
        raise TooLarge
    if not inflate.eof:
        raise HTTPException("the compressed body is cut off")
    return body


def _failure(stage: Stage, error: Exception) -> Outcome:
    chain = tuple(_chain(error))
    timeout = any(isinstance(one, TimeoutError) for one in chain)
    if stage < Stage.SENDING:
        return Unreachable(reason="timeout" if timeout else _unsent(stage, chain))
    return Unanswered(reason="timeout" if timeout else _unanswered(chain))


def _unsent(stage: Stage, chain: tuple[BaseException, ...]) -> str:
    if any(isinstance(one, ConnectionRefusedError) for one in chain):
        return "refused"
    if any(isinstance(one, ProxyError) for one in chain):
        return "proxy"
    reasons = {Stage.RESOLVING: "dns", Stage.CONNECTING: "no_route", Stage.SECURING: "tls"}
    return reasons.get(stage, "unsendable")


def _unanswered(chain: tuple[BaseException, ...]) -> str:
    if any(isinstance(one, TooLarge) for one in chain):
        return "oversized"
    if any(isinstance(one, IncompleteRead | RemoteDisconnected | ConnectionError) for one in chain):
        return "dropped"
    return "malformed" if any(isinstance(one, HTTPException | zlib.error | ValueError) for one in chain) else "dropped"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and all that led to it: libraries wrap by cause, by context and by argument."""
    todo: list[BaseException] = [error]
    seen: set[int] = set()
    while todo:
        one = todo.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inner = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        todo.extend(cause for cause in inner if isinstance(cause, BaseException))
