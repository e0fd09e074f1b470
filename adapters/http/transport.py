"""An adapter of `requests` whose every wait, from the look-up of the name to the last byte, ends with the exchange.

The timeouts of requests and urllib3 are per read, so a server that drips byte after byte holds a caller for ever.
Here the sockets themselves know when the exchange is over: each operation waits no longer than is left of it.
"""

from __future__ import annotations

import ipaddress
import os
import queue
import socket
import ssl
import threading
import time
from http.client import HTTPException, HTTPResponse
from typing import Any, cast
from weakref import WeakSet

from requests import Response
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from .allowance import Allowance, Stage


class _Bounded:
    """What the plain and the TLS socket have in common."""

    allowance: Allowance

    # The ignores below: a checker sees the mixin without the socket class that it is mixed into.

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        self.settimeout(self.allowance.seconds())  # type: ignore[attr-defined]
        count: int = super().recv_into(buffer, nbytes or len(buffer), flags)  # type: ignore[misc]
        self.allowance.received(count)
        return count

    def send(self, data: Any, flags: int = 0) -> int:
        self.settimeout(self.allowance.seconds())  # type: ignore[attr-defined]
        count: int = super().send(data, flags)  # type: ignore[misc]
        return count

    def sendall(self, data: Any, flags: int = 0) -> None:
        self.settimeout(self.allowance.seconds())  # type: ignore[attr-defined]
        super().sendall(data, flags)  # type: ignore[misc]


class _Socket(_Bounded, socket.socket):
    pass


class _TlsSocket(_Bounded, ssl.SSLSocket):
    pass


class _Response(HTTPResponse):
    def begin(self) -> None:
        super().begin()
        # urllib3 would log such a head, with URL and values, and carry on.
        if self.msg.defects or self.msg.get_payload():
            raise HTTPException("the head of the answer is malformed")


class _Connection(HTTPConnection):
    allowance: Allowance
    connected: WeakSet[_Connection]
    response_class = _Response
    _head: bytes | None = None

    def _new_conn(self) -> socket.socket:
        return _connected(self.host, self.port, self.allowance)

    def connect(self) -> None:
        self.connected.add(self)
        try:
            super().connect()
        finally:
            # What was sent so far was at most a word to a proxy, not the request.
            self.allowance.stage = min(self.allowance.stage, Stage.SECURING)

    def request(self, method: str, url: str, body: Any = None, *args: Any, **kwargs: Any) -> None:
        self._head = b"" if body else None
        super().request(method, url, body, *args, **kwargs)

    def send(self, data: Any) -> None:
        if self._head == b"":  # it waits for its body: one packet wakes the other side once
            self._head = data
            return
        if self._head is not None:
            data, self._head = self._head + data, None
        if self.sock is None:
            self.connect()
        self.allowance.stage = Stage.SENDING
        super().send(data)


class _TlsConnection(_Connection, HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        cast(_TlsSocket, self.sock).allowance = self.allowance


def trusting(ca_bundle: str | None, usual: str) -> ssl.SSLContext:
    """Give the TLS settings: TLS 1.2 or newer, the certificate and its name always checked.

    `ca_bundle` replaces the `usual` authorities. Raises `OSError` (`ssl.SSLError` is one) for an unusable file.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cafile=ca_bundle or usual)
    context.sslsocket_class = _TlsSocket
    return context


class BoundedAdapter(HTTPAdapter):
    """One thread's way out. It is used without a `requests.Session`, which is what follows redirects, keeps cookies
    (one would tie one patient's calls to another's) and reads proxies and passwords from outside.
    """

    def __init__(self, allowance: Allowance, context: ssl.SSLContext) -> None:
        self.allowance = allowance
        self.process = os.getpid()
        self._context = context
        self._connected = WeakSet[_Connection]()
        self._pools = _pools(allowance, self._connected)
        self._pool_of_host: dict[str, Any] = {}
        super().__init__(max_retries=0, pool_maxsize=1)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)
        self._bound(self.poolmanager)

    def proxy_manager_for(self, proxy: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, ssl_context=self._context, **kwargs)
        self._bound(manager)
        return manager

    def get_connection_with_tls_context(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """The settings are the same for every request, so each host's pool is worked out once."""
        host = request.url[: request.url.index("/", len("https://"))]
        if host not in self._pool_of_host:
            self._pool_of_host[host] = super().get_connection_with_tls_context(request, *args, **kwargs)
        return self._pool_of_host[host]

    def build_response(self, req: Any, resp: Any) -> Response:  # noqa: ARG002 - as requests calls it
        """No more than the gateway reads: no cookies, no guess at an encoding."""
        response = Response()
        response.status_code, response.headers, response.raw = resp.status, CaseInsensitiveDict(resp.headers), resp
        return response

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:  # noqa: ARG002
        """The context has its authorities already: loading them again for each connection takes milliseconds."""
        conn.cert_reqs = "CERT_REQUIRED"

    def hang_up(self) -> None:
        """Close every connection; what is known of their hosts is kept, and the next request connects anew."""
        while True:
            try:
                connection = self._connected.pop()
            except KeyError:  # a look beforehand would not tell: the last one may be collected meanwhile
                return
            connection.close()

    def close(self) -> None:
        self.hang_up()
        # urllib3 leaves this to the garbage collector, and a failed call keeps its pool alive until that comes by.
        for manager in (self.poolmanager, *self.proxy_manager.values()):
            for key in manager.pools.keys():  # noqa: SIM118 - it cannot be iterated: threads share it
                manager.pools[key].close()
        self._pool_of_host.clear()
        super().close()

    def _bound(self, manager: PoolManager) -> None:
        manager.pool_classes_by_scheme = self._pools


def _pools(of_thread: Allowance, of_adapter: WeakSet[_Connection]) -> dict[str, type[HTTPConnectionPool]]:
    class Connection(_Connection):
        allowance, connected = of_thread, of_adapter

    class TlsConnection(_TlsConnection):
        allowance, connected = of_thread, of_adapter

    class Pool(HTTPConnectionPool):
        ConnectionCls: Any = Connection

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls: Any = TlsConnection

    return {"http": Pool, "https": TlsPool}


def _connected(host: str, port: int, allowance: Allowance) -> socket.socket:
    ends_at = time.monotonic() + min(allowance.connect_timeout, allowance.seconds())
    allowance.stage = Stage.RESOLVING
    addresses = _looked_up(host, port, ends_at - time.monotonic())
    allowance.stage = Stage.CONNECTING
    failure: OSError = OSError("the name has no address")
    for position, address in enumerate(addresses):
        # Each address gets its share, so that a dead one does not use up the time of the next.
        share = (ends_at - time.monotonic()) / (len(addresses) - position)
        try:
            sock = _connected_to(address, max(share, 0.001), allowance)
        except OSError as error:
            failure = error
        else:
            sock.settimeout(max(ends_at - time.monotonic(), 0.001))  # the TLS handshake takes what is left
            allowance.stage = Stage.SECURING
            return sock
    raise failure


def _connected_to(address: Any, seconds: float, allowance: Allowance) -> _Socket:
    family, kind, protocol, _, target = address
    sock = _Socket(family, kind, protocol)
    try:
        sock.allowance = allowance
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(seconds)
        sock.connect(target)
    except BaseException:
        sock.close()
        raise
    return sock


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _looked_up(host: str, port: int, seconds: float) -> list[Any]:
    """Resolve a name in a thread of its own, because nothing can interrupt a name server that does not answer."""
    if _is_address(host):
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    found: queue.SimpleQueue[list[Any] | Exception] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            found.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except Exception as error:  # UnicodeError too: a name that cannot be a name
            found.put(error)

    threading.Thread(target=look_up, name="esozflow-resolver", daemon=True).start()
    try:
        answer = found.get(timeout=max(seconds, 0.001))
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    return answer
