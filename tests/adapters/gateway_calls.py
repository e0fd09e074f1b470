"""What the tests of the gateway share: calls, how they are performed, and the ways in which a server can fail."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from typing import Any

from esozflow.adapters.http import HttpGateway
from esozflow.flow import Call, Outcome, Repeat, Unanswered, Unreachable
from esozflow.states.calls import HttpRequest, Service

from .scripted_server import Peer, Received, Script, ScriptedServer, answer

LATE = 0.5
"""Seconds after its deadline within which a call must be back."""


def gateway(url: str, **options: Any) -> HttpGateway:
    return HttpGateway(**{"auth_base_url": url, "api_base_url": url, "jitter": lambda: 0.0, **options})


def call(repeat: Repeat = Repeat.NEVER, *, deadline: float = 10.0, **request: Any) -> Call:
    given = {"method": "POST", "service": Service.AUTH, "path": "/api/x", "body": {"a": 1}, **request}
    return Call(
        instance="i", name="register", port="esoz", repeat=repeat, deadline=deadline, request=HttpRequest(**given)
    )


def performed(script: Script, repeat: Repeat = Repeat.NEVER, **options: Any) -> tuple[Outcome, list[Received]]:
    request = {name: options.pop(name) for name in ("deadline", "method", "path", "query", "bearer", "body")
               if name in options}  # fmt: skip
    with ScriptedServer(script) as server, gateway(server.url, **options) as port:
        outcome = port.perform(call(repeat, **request))
        port.close()
        return outcome, server.requests


def reason(outcome: Outcome) -> str:
    assert isinstance(outcome, Unanswered | Unreachable)
    return f"{type(outcome).__name__}:{outcome.reason}"


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started <= seconds


def hang_before_the_request(peer: Peer) -> None:
    peer.hang()


HANGS: dict[str, Script] = {
    "before the headers": lambda peer, _: peer.hang(),
    "in the status line": lambda peer, _: (peer.send(b"HTTP/1.1 2"), peer.hang()),
    "in the headers": lambda peer, _: (peer.send(b"HTTP/1.1 200 OK\r\nX: "), peer.hang()),
    "in the body": lambda peer, _: (peer.send(answer(headers={"Content-Length": "99"})), peer.hang()),
    "in a chunk": lambda peer, _: (
        peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
        peer.hang(),
    ),
    "dripping the status line": lambda peer, _: peer.drip(b"HTTP/1.1 200 " + b"O" * 500),
    "dripping headers": lambda peer, _: peer.drip(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 90),
    "dripping interim answers": lambda peer, _: peer.drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 40, every=0.02),
    "dripping the body": lambda peer, _: (
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"),
        peer.drip(b" " * 5000),
    ),
    "dripping chunks": lambda peer, _: (
        peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        peer.drip(b"1\r\n \r\n" * 100),
    ),
    "dripping a body without end": lambda peer, _: (peer.send(b"HTTP/1.1 200 OK\r\n\r\n"), peer.drip(b" " * 500)),
}

LOST: dict[str, tuple[Script, str]] = {
    "closed without an answer": (lambda peer, _: peer.sock.shutdown(socket.SHUT_RDWR), "dropped"),
    "reset without an answer": (lambda peer, _: peer.reset(), "dropped"),
    "closed in the status line": (lambda peer, _: (peer.send(b"HTTP"), peer.sock.shutdown(2)), "malformed"),
    "closed in the headers": (lambda peer, _: (peer.send(b"HTTP/1.1 200 OK\r\nX"), peer.sock.shutdown(2)), "malformed"),
    "closed in the body": (
        lambda peer, _: (peer.send(answer(headers={"Content-Length": "99"})), peer.sock.shutdown(2)),
        "dropped",
    ),
    "closed in a chunk": (
        lambda peer, _: (
            peer.send(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"data":1}'),
            peer.sock.shutdown(2),
        ),
        "dropped",
    ),
    "no HTTP": (lambda peer, _: (peer.send(b"SSH-2.0-OpenSSH\r\n\r\n"), peer.sock.shutdown(2)), "malformed"),
    "two lengths": (
        lambda peer, _: (peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}"),),
        "malformed",
    ),
    "a status of words": (lambda peer, _: peer.send(b"HTTP/1.1 two OK\r\n\r\n"), "malformed"),
    "switching protocols": (lambda peer, _: peer.send(b"HTTP/1.1 101 OK\r\nUpgrade: x\r\n\r\n"), "malformed"),
}
