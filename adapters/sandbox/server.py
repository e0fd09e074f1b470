"""The emulated ЕСОЗ over real HTTP/1.1 on this machine, with misbehaviour down to the socket.

Built on h11 and not on the standard `http.server`: that one stalls kept connections (Nagle and delayed
acknowledgement) and has no place for an answer that breaks off or is no HTTP.
"""

from __future__ import annotations

import socket
import socketserver
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any, Final
from urllib.parse import parse_qsl

import h11

from ...flow.errors import UsageError
from .envelope import TOO_LARGE, Dropped, Request, Response
from .esoz import LONGEST_BODY, Esoz
from .seed import is_loopback

# The pre-signed request may travel in a URL of some tens of kilobytes.
_LONGEST_HEAD: Final = 256 * 1024
_READ: Final = 64 * 1024
_IDLE_SECONDS: Final = 60.0
# An answer to a request that is still being sent is lost unless the rest is read: for so long, and so much.
_LINGER_SECONDS: Final = 2.0
_LINGER_BYTES: Final = 64 * 1024 * 1024
_MOST_PARAMETERS: Final = 1000


class _Unreadable(Exception):
    """The request ends the connection, after an answer with this status."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(str(status))
        self.status, self.kind, self.message = status, kind, message


class _Gone(Exception):
    """The connection is over."""


class SandboxServer(socketserver.ThreadingTCPServer):
    """Serves one `Esoz`, a thread for each connection. Use `serve`."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, esoz: Esoz, address: tuple[str, int], family: socket.AddressFamily) -> None:
        self.esoz = esoz
        self.address_family = family
        self.stopping = Event()
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        super().__init__(address, _Connection)

    def track(self, connection: socket.socket) -> None:
        """Remember a connection, to close it when the server stops."""
        with self._lock:
            self._open.add(connection)

    def forget(self, connection: socket.socket) -> None:
        """A connection has ended by itself."""
        with self._lock:
            self._open.discard(connection)

    def stop(self) -> None:
        """Stop accepting, break every wait, close every connection."""
        self.stopping.set()
        self.shutdown()
        self.server_close()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """A connection that broke is not worth a traceback; anything else is counted."""
        if not isinstance(sys.exception(), OSError):
            self.esoz.internal_errors += 1


class _Connection(socketserver.BaseRequestHandler):
    request: socket.socket

    def setup(self) -> None:
        assert isinstance(self.server, SandboxServer)
        self._server = self.server
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request.settimeout(_IDLE_SECONDS)
        self._server.track(self.request)
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_LONGEST_HEAD)

    def finish(self) -> None:
        self._server.forget(self.request)

    def handle(self) -> None:
        # A peer that goes away in the middle is no fault of the sandbox.
        with suppress(OSError, _Gone, Dropped):
            while self._exchange():
                self._http.start_next_cycle()

    def _exchange(self) -> bool:
        """Answer one request; False when the connection must not be used again."""
        request = Request("GET", "/")
        try:
            head = self._head()
            request = _request(head, b"")
            request = _request(head, self._body(head))
        except _Unreadable as refused:
            self._deliver(request, self._server.esoz.refuse(request, refused.status, refused.kind, refused.message))
            self._linger()
            return False
        self._deliver(request, self._server.esoz.handle(request))
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    def _head(self) -> h11.Request:
        event = self._next()
        if not isinstance(event, h11.Request):
            raise _Gone
        if event.http_version not in {b"1.0", b"1.1"}:
            raise _Unreadable(505, "request_malformed", "The request is not HTTP/1.1.")
        return event

    def _body(self, head: h11.Request) -> bytes:
        declared = next((value for name, value in head.headers if name == b"content-length"), b"0")
        if int(declared) > LONGEST_BODY:
            raise _Unreadable(413, "request_too_large", TOO_LARGE)
        if self._http.they_are_waiting_for_100_continue:
            self._send(h11.InformationalResponse(status_code=100, headers=[]))
        body = bytearray()
        while not isinstance(event := self._next(), h11.EndOfMessage):
            if not isinstance(event, h11.Data):
                raise _Gone
            body += event.data
            if len(body) > LONGEST_BODY:
                raise _Unreadable(413, "request_too_large", TOO_LARGE)
        return bytes(body)

    def _next(self) -> Any:
        try:
            while (event := self._http.next_event()) is h11.NEED_DATA:
                self._http.receive_data(self.request.recv(_READ))
        except h11.RemoteProtocolError as error:
            raise _Unreadable(error.error_status_hint, "request_malformed", "The request is not HTTP/1.1.") from None
        return event

    def _deliver(self, request: Request, response: Response) -> None:
        delivery = response.delivery
        if delivery.delay and self._server.stopping.wait(delivery.delay):
            raise _Gone
        if delivery.raw is not None:
            self.request.sendall(delivery.raw)
            raise _Gone
        body = b"" if request.method == "HEAD" else response.body
        streamed = delivery.stream_to > len(body)
        head = self._encoded(_head_of(response, None if streamed else len(response.body)))
        if delivery.pause:
            self._drip(head, body, delivery.pause)
        elif delivery.cut_after is not None:
            self.request.sendall(head + self._encoded(h11.Data(data=body[: delivery.cut_after])))
            raise _Gone
        elif streamed:
            self._stream(head, body, delivery.stream_to)
        else:
            # One write: the answer leaves as one segment where it fits into one.
            self.request.sendall(head + (self._encoded(h11.Data(data=body)) if body else b""))
        self._send(h11.EndOfMessage())

    def _drip(self, head: bytes, body: bytes, pause: float) -> None:
        self.request.sendall(head)
        for index in range(len(body)):
            self.request.sendall(self._encoded(h11.Data(data=body[index : index + 1])))
            if self._server.stopping.wait(pause):
                raise _Gone

    def _stream(self, head: bytes, body: bytes, length: int) -> None:
        self.request.sendall(head + self._encoded(h11.Data(data=body)))
        left = length - len(body)
        while left > 0:
            # White space after a JSON text is part of it, so the body stays readable however long it is.
            self._send(h11.Data(data=b" " * min(left, _READ)))
            left -= _READ

    def _send(self, event: Any) -> None:
        if encoded := self._encoded(event):
            self.request.sendall(encoded)

    def _encoded(self, event: Any) -> bytes:
        return self._http.send(event) or b""

    def _linger(self) -> None:
        with suppress(OSError):
            self.request.shutdown(socket.SHUT_WR)
            self.request.settimeout(_LINGER_SECONDS)
            deadline, read = monotonic() + _LINGER_SECONDS, 0
            while monotonic() < deadline and read < _LINGER_BYTES and (got := self.request.recv(_READ)):
                read += len(got)


def _request(head: h11.Request, body: bytes) -> Request:
    target = head.target.decode("latin-1")
    if not target.startswith("/"):
        # A proxy's absolute form; what is neither is no address of ours.
        _, _, target = target.partition("://")
        target = f"/{target.partition('/')[2]}"
    path, _, query = target.partition("?")
    headers: dict[str, str] = {}
    for name, value in head.headers:
        headers.setdefault(name.decode("ascii"), value.decode("latin-1"))
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="replace", max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        raise _Unreadable(400, "request_malformed", "Too many query parameters.") from None
    return Request(head.method.decode("ascii"), path, dict(pairs), headers, body)


def _head_of(response: Response, length: int | None) -> h11.Response:
    headers = list(response.headers.items())
    if length is not None:
        headers.append(("Content-Length", str(length)))
    return h11.Response(status_code=response.status, headers=headers)


def bind(esoz: Esoz, host: str, port: int) -> SandboxServer:
    """A listening server that does not serve yet. Raises `UsageError` for a host that is not this machine."""
    if not is_loopback(host):
        raise UsageError(
            "The sandbox serves this machine only.", hint="Use 127.0.0.1, ::1 or localhost.", code="not_loopback"
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return SandboxServer(esoz, (host, port), family)
    except (OSError, OverflowError):
        raise UsageError(
            f"The sandbox cannot listen on port {port}.", hint="Choose a free port, or 0 for any.", code="cannot_listen"
        ) from None


def base_url(server: SandboxServer) -> str:
    """Where a bound server is reached, without a trailing slash."""
    host, port = server.server_address[:2]
    told = host.decode() if isinstance(host, bytes | bytearray) else str(host)
    return f"http://[{told}]:{port}" if ":" in told else f"http://{told}:{port}"


@contextmanager
def serve(esoz: Esoz, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve an `Esoz` in a thread and give its base URL; stop when the block ends.

    Port 0 takes any free port. Raises `UsageError` for a host that is not this machine, or a port that is taken.
    """
    server = bind(esoz, host, port)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="sandbox", daemon=True)
    thread.start()
    try:
        yield base_url(server)
    finally:
        server.stop()
        thread.join()
