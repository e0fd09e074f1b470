"""Lost, oversized and garbled answers."""

from __future__ import annotations

import gc
import gzip
import logging
import socket
import time
import tracemalloc
from typing import Any
from weakref import WeakSet

import pytest

from esozflow.adapters.http import transport
from esozflow.flow import Outcome, Repeat
from esozflow.states.answers import Answered

from .gateway_calls import LOST, call, gateway, performed, reason
from .scripted_server import Peer, Received, Script, ScriptedServer, answer, answering, one_after_another


@pytest.mark.parametrize("how", LOST)
def test_an_answer_that_got_lost_is_unanswered_and_a_write_is_not_repeated(how: str) -> None:
    script, expected = LOST[how]
    for repeat in (Repeat.NEVER, Repeat.WHEN_ASKED):
        outcome, requests = performed(script, repeat)
        assert reason(outcome) == f"Unanswered:{expected}"
        assert len(requests) == 1


class CollectedOnceCounted(WeakSet[Any]):
    """Its garbage is collected at the worst moment: between a look whether anything is left and the taking of it."""

    def __len__(self) -> int:
        count = super().__len__()
        gc.collect()
        return count


def test_a_connection_that_is_collected_while_all_are_closed_disturbs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "WeakSet", CollectedOnceCounted)
    gc.disable()  # what a failed call leaves is for that moment
    try:
        outcome, _ = performed(LOST["reset without an answer"][0])
    finally:
        gc.enable()
    assert reason(outcome) == "Unanswered:dropped"


@pytest.mark.parametrize("how", ["closed without an answer", "reset without an answer", "closed in the body"])
def test_a_read_is_repeated_after_a_lost_answer(how: str) -> None:
    outcome, requests = performed(one_after_another(LOST[how][0], answering()), Repeat.FREELY)
    assert outcome == Answered(status=200, data={})
    assert len(requests) == 2


def test_a_read_gives_up_after_three_attempts_with_growing_jittered_pauses() -> None:
    pauses: list[float] = []
    script = LOST["closed without an answer"][0]
    outcome, requests = performed(script, Repeat.FREELY, sleep=pauses.append, jitter=lambda: 1.0)
    assert reason(outcome) == "Unanswered:dropped"
    assert len(requests) == 3
    assert pauses == [0.25, 0.5]
    assert len({one.headers["x-request-id"] for one in requests}) == 3


def test_a_refused_connection_is_unreachable_and_only_reads_try_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    for repeat, times in ((Repeat.NEVER, 0), (Repeat.WHEN_ASKED, 0), (Repeat.FREELY, 2)):
        pauses: list[float] = []
        with gateway(url, sleep=pauses.append) as port:
            assert reason(port.perform(call(repeat))) == "Unreachable:refused"
        assert len(pauses) == times


@pytest.mark.parametrize("error", [socket.gaierror(-2, "x"), UnicodeError("label too long")])
def test_a_name_that_cannot_be_resolved_is_unreachable(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with gateway("https://nowhere.example") as port:
        assert reason(port.perform(call())) == "Unreachable:dns"


def test_a_network_without_a_route_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [])
    with gateway("https://nowhere.example") as port:
        assert reason(port.perform(call())) == "Unreachable:no_route"


def test_a_write_never_uses_a_connection_that_was_idle() -> None:
    with ScriptedServer(answering()) as server, gateway(server.url) as port:
        port.perform(call(Repeat.FREELY))
        port.perform(call(Repeat.FREELY))
        assert server.connections == 1
        port.perform(call(Repeat.NEVER))
        assert server.connections == 2
        port.close()


def test_a_kept_connection_that_the_server_closed_does_not_fail_the_next_call() -> None:
    def answer_and_close(peer: Peer, _: Received) -> None:
        peer.send(answer())
        peer.sock.shutdown(socket.SHUT_RDWR)

    for repeat in Repeat:
        with ScriptedServer(answer_and_close) as server, gateway(server.url) as port:
            for _ in range(3):
                assert isinstance(port.perform(call(repeat)), Answered)
                time.sleep(0.05)
            port.close()
            assert len(server.requests) == 3


def test_a_kept_connection_that_closes_when_the_next_request_arrives_loses_no_read() -> None:
    def first_answer_then_close(peer: Peer, _: Received) -> None:
        peer.send(answer())
        peer.request()
        peer.sock.shutdown(socket.SHUT_RDWR)

    with ScriptedServer(one_after_another(first_answer_then_close, answering())) as server, gateway(server.url) as port:
        assert isinstance(port.perform(call(Repeat.FREELY)), Answered)
        assert isinstance(port.perform(call(Repeat.FREELY)), Answered)
        port.close()


def measured(script: Script) -> tuple[Outcome, int]:
    with ScriptedServer(script) as server, gateway(server.url) as port:
        port.perform(call(deadline=20.0))
        tracemalloc.start()
        outcome = port.perform(call(deadline=20.0))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return outcome, peak


def stream(peer: Peer, _: Received) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
    for _block in range(1000):
        peer.send(b" " * 100_000)


def stream_chunks(peer: Peer, _: Received) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _block in range(1000):
        peer.send(b"186a0\r\n" + b" " * 100_000 + b"\r\n")


BOMB = gzip.compress(b" " * 50_000_000, 1, mtime=0)
HEADERS = b"HTTP/1.1 200 OK\r\n" + (b"X: " + b"y" * 60_000 + b"\r\n") * 90
INTERIM = (b"HTTP/1.1 100 Continue\r\nX: " + b"y" * 20_000 + b"\r\n\r\n") * 200
LARGE: dict[str, Script] = {
    "100 MB": stream,
    "100 MB in chunks": stream_chunks,
    "gzip bomb": answering(200, BOMB, {"Content-Encoding": "gzip"}),
    "headers without end": lambda peer, _: peer.send(HEADERS),
    "interim answers without end": lambda peer, _: peer.send(INTERIM),
}


@pytest.mark.parametrize("what", LARGE)
def test_an_oversized_answer_is_given_up_in_bounded_memory(what: str) -> None:
    outcome, peak = measured(LARGE[what])
    assert reason(outcome) == "Unanswered:oversized"
    assert peak < 8 * 1024 * 1024


@pytest.mark.parametrize("count", [101, 5000])
def test_too_many_headers_are_given_up(count: int) -> None:
    outcome, _ = performed(lambda peer, _: peer.send(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * count + b"\r\n"))
    assert reason(outcome) == "Unanswered:malformed"


def test_a_header_line_without_end_is_given_up() -> None:
    outcome, _ = performed(lambda peer, _: peer.send(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000))
    assert reason(outcome) == "Unanswered:malformed"


def test_the_largest_body_can_be_chosen() -> None:
    body = b'{"data":"' + b"x" * 1000 + b'"}'
    assert isinstance(performed(answering(200, body), largest_body=len(body))[0], Answered)
    assert reason(performed(answering(200, body), largest_body=len(body) - 1)[0]) == "Unanswered:oversized"


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP"])
def test_a_compressed_answer_is_read(coding: str) -> None:
    compressed = gzip.compress(b'{"data":{"a":1}}')
    outcome, _ = performed(answering(200, compressed, {"Content-Encoding": coding}))
    assert outcome == Answered(status=200, data={"a": 1})


@pytest.mark.parametrize(
    ("body", "coding"),
    [(b"not gzip", "gzip"), (BOMB[:-10][:500], "gzip"), (b"{}", "br"), (b"{}", "gzip, gzip")],
)
def test_a_compressed_answer_that_cannot_be_read_is_malformed(body: bytes, coding: str) -> None:
    outcome, _ = performed(answering(200, body, {"Content-Encoding": coding}))
    assert reason(outcome) == "Unanswered:malformed"


def test_odd_headers_are_refused_without_being_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    head = b"HTTP/1.1 200 OK\r\nno colon in canary-header\r\nContent-Length: 11\r\n\r\n"
    outcome, _ = performed(lambda peer, _: peer.send(head + b'{"data":{}}'))
    assert reason(outcome) == "Unanswered:malformed"
    assert "canary" not in caplog.text
