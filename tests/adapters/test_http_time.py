"""Every call is back in time, wherever the server hangs."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Any

import pytest

from esozflow.flow import Repeat
from esozflow.states.answers import Answered

from ..sizes import pairs
from .gateway_calls import HANGS, LATE, at_most, call, gateway, hang_before_the_request, performed, reason
from .scripted_server import ScriptedServer, answering, full_backlog


@pytest.mark.parametrize(("where", "repeat"), pairs(HANGS, Repeat))
def test_a_server_that_hangs_is_left_at_the_deadline(where: str, repeat: Repeat) -> None:
    with ScriptedServer(HANGS[where]) as server, gateway(server.url) as port:
        with at_most(0.6 + LATE):
            outcome = port.perform(call(repeat, deadline=0.6))
        assert reason(outcome) == "Unanswered:timeout"
        assert len(server.requests) == 1


@pytest.mark.parametrize("deadline", [0.1, 1.0])
def test_a_server_that_accepts_no_connection_is_left_at_the_deadline(deadline: float) -> None:
    listener, fillers = full_backlog()
    with contextlib.ExitStack() as stack:
        for sock in (listener, *fillers):
            stack.enter_context(sock)
        port = gateway(f"http://127.0.0.1:{listener.getsockname()[1]}")
        with at_most(deadline + LATE):
            assert reason(port.perform(call(deadline=deadline))) == "Unreachable:timeout"


def test_the_connect_timeout_ends_an_attempt_before_the_deadline() -> None:
    listener, fillers = full_backlog()
    with contextlib.ExitStack() as stack:
        for sock in (listener, *fillers):
            stack.enter_context(sock)
        port = gateway(f"http://127.0.0.1:{listener.getsockname()[1]}", connect_timeout=0.2)
        with at_most(0.2 + LATE):
            assert reason(port.perform(call(deadline=10))) == "Unreachable:timeout"


def test_a_name_server_that_does_not_answer_is_left_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    def slow(*_: Any, **__: Any) -> list[Any]:
        released.wait(10)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with gateway("https://auth.example.ua") as port, at_most(0.3 + LATE):
        assert reason(port.perform(call(deadline=0.3))) == "Unreachable:timeout"
    released.set()


def test_a_dead_address_does_not_use_up_the_time_of_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    listener, fillers = full_backlog()
    with contextlib.ExitStack() as stack:
        for sock in (listener, *fillers):
            stack.enter_context(sock)
        server = stack.enter_context(ScriptedServer(answering()))
        found = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
            for port in (listener.getsockname()[1], server.port)
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        port = stack.enter_context(gateway(server.url))
        assert isinstance(port.perform(call(deadline=2.0)), Answered)
        port.close()


def test_a_deadline_that_has_passed_sends_nothing() -> None:
    outcome, requests = performed(answering(), deadline=0.0)
    assert reason(outcome) == "Unreachable:timeout"
    assert requests == []


def test_a_server_that_does_not_read_a_large_request_is_left_at_the_deadline() -> None:
    with (
        ScriptedServer(answering(), before=hang_before_the_request, receive_buffer=10_000) as server,
        gateway(server.url) as port,
        at_most(2.0 + LATE),
    ):
        outcome = port.perform(call(deadline=2.0, body={"a": "x" * 6_000_000}))
        assert reason(outcome) == "Unanswered:timeout"
