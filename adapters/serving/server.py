"""A WSGI application served by waitress, which reads requests without holding a thread: slow clients cost little.

There is no access log: it would hold the query of 4.1.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer

from ...flow import UsageError
from .connection import Channel

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LARGEST_HEAD: Final = 512 * 1024
"""Bytes of a request's address and headers. 64 KB of signed data, all percent-encoded, are 192 KB; up to 320 KB of
query the Auth UI refuses with a page of its own."""
LARGEST_BODY: Final = 64 * 1024
"""Bytes of a form, if not said otherwise. The Auth UI's have some hundred."""
THREADS: Final = 64
"""How many requests are answered at once. Most of the time a thread waits for ЕСОЗ."""
GRACE: Final = 35.0
"""Seconds in which running requests may finish when the server stops: a call to ЕСОЗ may take 30."""

# A process may mostly have 1024 files open, and the calls to ЕСОЗ need some of them.
_MOST_CONNECTIONS: Final = 800
_IDLE_SECONDS: Final = 60
_READ_AT_ONCE: Final = 64 * 1024
_LOOK_SECONDS: Final = 1.0


class CannotListen(UsageError):
    """The server cannot be reached at this address and port."""

    default_code = "cannot_listen"


_REASONS: Final = {
    errno.EADDRINUSE: "the port is taken",
    errno.EACCES: "the port needs more rights",
    errno.EADDRNOTAVAIL: "the address is not one of this machine",
}


@contextmanager
def served(
    app: WSGIApplication,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    listening: socket.socket | None = None,
    threads: int = THREADS,
    largest_body: int = LARGEST_BODY,
    grace: float = GRACE,
) -> Iterator[str]:
    """Serve `app` in a thread and give its base URL; stop when the block ends.

    Port 0 takes any free port. `listening` is a socket that listens already, for an application that must know its
    address beforehand; it takes the place of host and port, and the server closes it. `largest_body` is in bytes, of a
    request. When the server stops, no request is accepted any more, and those that are running have `grace` seconds to
    finish. Raises `CannotListen`.
    """
    server = _Server(app, listening or _listening(host, port), threads=threads, largest_body=largest_body)
    thread = Thread(target=server.run, name="server", daemon=True)
    thread.start()
    try:
        yield server.base_url
    finally:
        server.stop(grace)
        thread.join()


def _listening(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError, UnicodeError) as error:
        reason = _REASONS.get(getattr(error, "errno", None) or 0, "there is no such address")
        raise CannotListen(
            f"Nothing can be served at {host}, port {port}: {reason}.",
            hint="Choose a free port, or 0 for any, and an address of this machine: 127.0.0.1 if in doubt.",
        ) from None


class _Server(TcpWSGIServer):
    channel_class = Channel

    def __init__(self, app: WSGIApplication, listening: socket.socket, *, threads: int, largest_body: int) -> None:
        adjustments = Adjustments(
            threads=threads,
            ident="",
            log_socket_errors=False,
            connection_limit=_MOST_CONNECTIONS,
            channel_timeout=_IDLE_SECONDS,
            recv_bytes=_READ_AT_ONCE,
            max_request_header_size=LARGEST_HEAD,
            max_request_body_size=largest_body + 1,  # waitress refuses what is as large as its limit
            inbuf_overflow=largest_body + 1,  # a form never goes to a file
        )
        address = listening.getsockname()
        self._sockets: dict[int, Any] = {}
        self._ends_at: float | None = None
        super().__init__(
            app,
            map=self._sockets,
            _sock=listening,
            adj=adjustments,
            sockinfo=(listening.family, listening.type, listening.proto, address),
            bind_socket=False,
        )
        host, port = address[:2]
        self.base_url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def run(self) -> None:
        """Serve until `stop` is called and the running requests are answered, or their time is over."""
        while not self._is_over():
            left = _LOOK_SECONDS if self._ends_at is None else max(self._ends_at - monotonic(), 0.0)
            wasyncore.loop(timeout=min(left, _LOOK_SECONDS), use_poll=True, map=self._sockets, count=1)
        for channel in self._channels():
            channel.handle_close()
        self.task_dispatcher.shutdown(timeout=1)
        self.close()

    def stop(self, grace: float) -> None:
        """Have `run` end within so many seconds. May be called from any thread."""
        self._ends_at = monotonic() + grace
        with suppress(OSError):  # it looked up in this very moment, and is over
            self.pull_trigger()

    def _is_over(self) -> bool:
        if self._ends_at is None:
            return False
        if self.accepting:
            wasyncore.dispatcher.close(self)  # our own close() would take the trigger away, too
        for channel in self._channels():
            if not channel.requests and not channel.total_outbufs_len:
                channel.handle_close()
        return not self._channels() or monotonic() >= self._ends_at

    def _channels(self) -> list[Channel]:
        channels: Any = self.active_channels
        return list(channels.values())
