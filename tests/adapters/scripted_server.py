"""A server on loopback that does exactly what a test tells it, byte by byte, over real sockets."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self


@dataclass
class Received:
    """One request as it arrived."""

    line: str
    headers: dict[str, str]
    body: bytes


class Peer:
    """One connection, seen from the server."""

    def __init__(self, sock: socket.socket, stopped: threading.Event) -> None:
        self.sock = sock
        self._stopped = stopped
        self._buffer = b""

    def request(self) -> Received | None:
        """Read one request, or give None when the caller has gone."""
        while b"\r\n\r\n" not in self._buffer:
            if not self._more():
                return None
        head, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
        line, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines)}
        length = int(headers.get("content-length", "0"))
        while len(self._buffer) < length:
            if not self._more():
                return None
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        return Received(line, headers, body)

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def drip(self, data: bytes, every: float = 0.05) -> None:
        for byte in data:
            if self._stopped.wait(every):
                return
            self.sock.sendall(bytes([byte]))

    def hang(self) -> None:
        self._stopped.wait(20)

    def reset(self) -> None:
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def _more(self) -> bool:
        received = self.sock.recv(65536)
        self._buffer += received
        return bool(received)


Script = Callable[[Peer, Received], None]


@dataclass
class ScriptedServer:
    """Plays `script` for each request of each connection, one thread a connection.

    `before` is played when a connection was accepted, before TLS and before any request. `requests` holds what
    arrived, `connections` how many connections were accepted.
    """

    script: Script
    tls: ssl.SSLContext | None = None
    before: Callable[[Peer], None] | None = None
    receive_buffer: int | None = None
    requests: list[Received] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> Self:
        self._stopped = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        if self.receive_buffer:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_buffer)
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    @property
    def url(self) -> str:
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}"

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(sock,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        sock.settimeout(10)
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            stack.enter_context(sock)
            if self.before:
                self.before(Peer(sock, self._stopped))
            if self.tls:
                sock = stack.enter_context(self.tls.wrap_socket(sock, server_side=True))
            peer = Peer(sock, self._stopped)
            while (received := peer.request()) is not None:
                self.requests.append(received)
                self.script(peer, received)


def answer(status: int = 200, body: bytes = b'{"data":{}}', headers: dict[str, str] | None = None) -> bytes:
    """Give a whole answer; `headers` may replace Content-Length."""
    lines = {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Whatever\r\n{head}\r\n".encode() + body


def answering(status: int = 200, body: bytes = b'{"data":{}}', headers: dict[str, str] | None = None) -> Script:
    """Give a script that answers every request in the same way and keeps the connection."""
    return lambda peer, _: peer.send(answer(status, body, headers))


def one_after_another(*scripts: Script) -> Script:
    """Give a script that plays another script for each request; the last one stays."""
    left = list(scripts)
    lock = threading.Lock()

    def play(peer: Peer, received: Received) -> None:
        with lock:
            script = left.pop(0) if len(left) > 1 else left[0]
        script(peer, received)

    return play


def full_backlog() -> tuple[socket.socket, list[socket.socket]]:
    """Give a listener that accepts no further connection, and what keeps it full: connecting to it hangs."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    fillers = []
    for _ in range(4):
        filler = socket.socket()
        filler.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            filler.connect(listener.getsockname())
        fillers.append(filler)
    time.sleep(0.05)
    return listener, fillers
