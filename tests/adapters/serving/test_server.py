"""The web server: what reaches an application, what does not, and what is told of it."""

from __future__ import annotations

import logging
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from esozflow.adapters.serving import connection
from esozflow.adapters.serving.connection import LINGER_BYTES
from esozflow.adapters.serving.server import LARGEST_BODY, CannotListen, served
from esozflow.adapters.ui.web.headers import SECURITY_HEADERS
from esozflow.flow import UsageError
from esozflow.states.query import MAX_LENGTH

from ...sizes import size

CANARY = "canary-7f3a"
HANG = 20.0
"""Seconds after which a test gives up."""


def counting(environ, start_response):
    """Answer with the lengths of query and body."""
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{len(environ['QUERY_STRING'])} {len(body)}".encode()]


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=HANG) as connection:
        yield connection


def exchanged(url: str, request: bytes) -> tuple[int, dict[str, str], str]:
    """Send everything, whatever comes back in the meantime, and read the answer."""
    with connected(url) as connection:
        connection.sendall(request)
        answer = b""
        while got := connection.recv(65536):
            answer += got
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
    return int(lines[0].split()[1]), headers, body.decode()


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Give what was logged, but for the length of the queue: it is told whenever threads are just starting."""
    return [record.getMessage() for record in caplog.records if record.name != "waitress.queue"]


def get(url: str, **options: object) -> requests.Response:
    with requests.Session() as http:
        http.trust_env = False
        return http.get(url, timeout=HANG, **options)  # type: ignore[arg-type]


def test_it_listens_on_loopback_and_tells_where() -> None:
    with served(counting) as url:
        assert re.fullmatch(r"http://127\.0\.0\.1:[1-9][0-9]*", url)
        assert get(url).text == "0 0"


def test_an_ip_v6_address_is_told_in_brackets() -> None:
    try:
        with served(counting, host="::1") as url:
            assert re.fullmatch(r"http://\[::1\]:[1-9][0-9]*", url)
            assert get(url).text == "0 0"
    except CannotListen:
        pytest.skip("this machine has no IPv6")


def test_a_port_that_is_taken_is_a_usage_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(UsageError, match=rf"127\.0\.0\.1, port {port}: the port is taken") as told,
            served(counting, port=port),
        ):
            pass
    assert told.value.code == "cannot_listen"
    assert "free port" in told.value.hint


@pytest.mark.parametrize(
    ("host", "port", "reason"),
    [
        ("203.0.113.7", 0, "not one of this machine"),
        ("no host", 0, "no such address"),
        ("", 99999, "no such address"),
        ("." * 300, 0, "no such address"),
    ],
)
def test_an_address_that_is_none_of_this_machine_is_a_usage_error(host: str, port: int, reason: str) -> None:
    with pytest.raises(CannotListen, match=reason), served(counting, host=host, port=port):
        pass


def test_no_answer_names_the_software() -> None:
    with served(counting) as url:
        assert "server" not in get(url).headers
        status, headers, body = exchanged(url, b"nonsense\r\n\r\n")
    assert status == 400
    assert "server" not in headers
    assert "waitress" not in (str(headers) + body).lower()


def test_signed_data_of_64_kb_reach_the_application_all_percent_encoded() -> None:
    query = "user_data=" + "%2B" * 65536 + "&token=abc"
    with served(counting) as url:
        assert get(f"{url}/confidant/sign-up?{query}").text == f"{len(query)} 0"


def test_what_the_application_refuses_with_a_page_of_its_own_reaches_it() -> None:
    query = "a" * (MAX_LENGTH + 1)
    with served(counting) as url:
        assert get(f"{url}/?{query}").text == f"{len(query)} 0"


def test_a_body_of_the_limit_is_taken_and_one_byte_more_is_not() -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
    with served(counting) as url, served(counting, largest_body=10) as narrow:
        for base, limit in ((url, LARGEST_BODY), (narrow, 10)):
            assert exchanged(base, head % (limit, b"a" * limit))[2] == f"0 {limit}"
            assert exchanged(base, head % (limit + 1, b"a" * (limit + 1)))[0] == 413


def chunked(chunk: bytes) -> bytes:
    return b"POST /" + CANARY.encode() + b" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk


SECRET = CANARY.encode()
REFUSED = {
    "no HTTP": (400, b"\x16\x03\x01" + SECRET + b"\r\n\r\n"),
    "no request line": (400, SECRET + b"\r\n\r\n"),
    "lower case": (400, b"get /" + SECRET + b" HTTP/1.1\r\n\r\n"),
    "control character": (400, b"GET / HTTP/1.1\r\nX: " + SECRET + b"\x01\r\n\r\n"),
    "folded header": (400, b"GET / HTTP/1.1\r\nX: a\r\n " + SECRET + b"\r\n\r\n"),
    "bare line feed": (400, b"GET / HTTP/1.1\r\nX: a\n" + SECRET + b"\r\n\r\n"),
    "too many headers": (400, b"GET /" + SECRET + b" HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n"),
    "no address": (400, b"GET http://[" + SECRET + b"/ HTTP/1.1\r\nHost: x\r\n\r\n"),
    "no length": (400, b"POST / HTTP/1.1\r\nContent-Length: " + SECRET + b"\r\n\r\n"),
    "a length beyond all numbers": (400, b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n"),
    "two lengths": (
        400,
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /"
        + SECRET
        + b" HTTP/1.1\r\n\r\n",
    ),
    "no chunk": (400, chunked(SECRET + b"\r\n")),
    "long body": (413, b"POST / HTTP/1.1\r\nContent-Length: 5000000\r\n\r\n" + SECRET + b"a" * 5_000_000),
    "long chunks": (413, chunked(b"100000\r\n" + b"a" * 0x100000)),
    "long address": (431, b"GET /?" + SECRET + b"a" * 2_000_000 + b" HTTP/1.1\r\n\r\n"),
    "unknown coding": (501, b"POST /" + SECRET + b" HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_server_refuses_gets_a_page_in_two_languages_with_every_header(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    status, request = REFUSED[name]
    with served(counting) as url:
        got, headers, body = exchanged(url, request)
    assert got == status
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert {name: headers[name.lower()] for name in SECURITY_HEADERS} == dict(SECURITY_HEADERS)
    assert headers["connection"] == "close"
    assert '<html lang="uk">' in body
    assert '<section lang="en">' in body
    assert "Нічого не зроблено" in body
    assert "Nothing was done" in body
    assert CANARY not in body + str(headers)
    assert lines(caplog) == []


def test_a_head_that_asks_for_no_body_gets_the_headers_of_the_failure_alone() -> None:
    def fails(environ, start_response):
        raise ValueError

    with served(fails) as url:
        status, headers, body = exchanged(url, b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (status, body) == (500, "")
    assert headers["x-frame-options"] == "deny"


def fails_at_once(environ, start_response):
    raise ValueError(CANARY)


def fails_after_the_status(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-Of-The-Page", "1")])
    raise OSError(CANARY)


def fails_in_the_body(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield b""
    raise SystemExit(CANARY)


def has_an_impossible_header(environ, start_response):
    start_response("200 OK", [("Location", f"/{CANARY}\r\nX: y")])
    return [b""]


def has_a_header_outside_latin_1(environ, start_response):
    start_response("200 OK", [("X", f"{CANARY}-є")])
    return [b"a", b"b"]


FAILING = [
    fails_at_once,
    fails_after_the_status,
    fails_in_the_body,
    has_an_impossible_header,
    has_a_header_outside_latin_1,
]


@pytest.mark.parametrize("app", FAILING, ids=lambda app: app.__name__)
def test_an_application_that_fails_is_a_page_and_a_line_without_texts(
    app, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with served(app) as url:
        status, headers, body = exchanged(url, f"GET /{CANARY}?{CANARY} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        again = exchanged(url, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert status == again[0] == 500
    assert {name: headers[name.lower()] for name in SECURITY_HEADERS} == dict(SECURITY_HEADERS)
    assert "x-of-the-page" not in headers
    assert "невідомо" in body
    assert len(body.encode()) == int(headers["content-length"])
    told = lines(caplog)
    assert len(told) == 2
    assert all(re.match(r"the application failed: \w+ at /", line) for line in told)
    assert CANARY not in body + str(headers) + caplog.text + "".join(capfd.readouterr())


def test_an_answer_that_breaks_off_is_seen_by_its_length(caplog: pytest.LogCaptureFixture) -> None:
    def breaks_off(environ, start_response):
        start_response("200 OK", [("Content-Length", "100")])
        yield b"begun"
        raise ValueError(CANARY)

    with served(breaks_off) as url:
        status, headers, body = exchanged(url, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (status, headers["content-length"], body) == (200, "100", "begun")
    assert CANARY not in caplog.text


def test_a_client_that_goes_away_leaves_no_line(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    gone, done = threading.Event(), threading.Event()

    def answers_late(environ, start_response):
        gone.wait(HANG)
        start_response("200 OK", [("Content-Type", "text/plain")])
        try:
            for _ in range(2000):
                yield b"a" * 65536
        finally:
            done.set()

    with served(answers_late) as url:
        with connected(url) as connection:
            connection.sendall(f"GET /{CANARY}?{CANARY} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        gone.set()
        assert done.wait(HANG)
    assert lines(caplog) == []
    assert "".join(capfd.readouterr()) == ""


SLOW_TO_READ = {
    "digits": b"GET http://" + b"1" * 100_000 + b" X",
    "letters": b"GET http://" + b"a" * 400_000 + b" X",
    "spaces and a control character": b"GET / HTTP/1.1\r\nA:" + b" " * 400_000 + b"\x01",
    "spaces and a letter": b"GET / HTTP/1.1\r\nA:" + b" " * 400_000 + b"x",
    "one name": b"GET / HTTP/1.1" + b"\r\nA:" * 100_000,
    "folded": b"GET / HTTP/1.1\r\nA: b" + b"\r\n " * 100_000,
    "fitting": b"GET http://" + b"1" * 400_000 + b" HTTP/1.1",
}


@pytest.mark.parametrize("name", SLOW_TO_READ)
def test_no_head_keeps_the_others_waiting(name: str) -> None:
    with served(counting) as url:
        head = SLOW_TO_READ[name] + b"\r\nConnection: close\r\n\r\n"
        assert exchanged(url, head)[0] == (200 if name == "fitting" else 400)


def test_a_refused_client_that_never_stops_is_left_alone() -> None:
    with served(counting) as url, connected(url) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: 1000000000\r\n\r\n")
        sent = sent_until_refused(connection, b"a" * 65536, most=100 * LINGER_BYTES)
    assert sent < 10 * LINGER_BYTES


def test_a_refused_client_that_never_goes_is_left_alone() -> None:
    with served(counting) as url, connected(url) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: 1000000000\r\n\r\n")
        answer = b""
        while got := connection.recv(65536):
            answer += got
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert sent_until_refused(connection, b"a", most=200, pause=0.1) < 200


@pytest.mark.parametrize(
    "started",
    [b"GET / HTTP/1.1\r\nX: ", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n"],
    ids=["head", "body"],
)
def test_a_client_that_never_comes_to_an_end_is_not_waited_for(started: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "REQUEST_SECONDS", 1.0)
    with served(counting) as url, connected(url) as client:
        client.sendall(started)
        assert sent_until_refused(client, b"a", most=200, pause=0.1) < 200


def test_a_connection_that_is_kept_may_be_older_than_any_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "REQUEST_SECONDS", 1.0)
    with served(counting) as url, connected(url) as client:
        client.sendall(b"GET")
        for _ in range(20):  # each begins in the packet in which the one before ends
            client.sendall(b" / HTTP/1.1\r\nHost: x\r\n\r\nGET")
            answer = b""
            while not answer.endswith(b"\r\n\r\n0 0"):
                got = client.recv(65536)
                assert got, "the connection was closed"
                answer += got
            time.sleep(0.1)


def test_a_request_behind_one_that_is_answered_slowly_is_not_late(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(environ, start_response):
        time.sleep(2.5)
        return counting(environ, start_response)

    monkeypatch.setattr(connection, "REQUEST_SECONDS", 1.0)
    with served(slow) as url, connected(url) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET")
        assert client.recv(65536).startswith(b"HTTP/1.1 200 ")


def sent_until_refused(connection: socket.socket, what: bytes, *, most: int, pause: float = 0.0) -> int:
    """Send until the other side has closed, and give the number of bytes; at most about `most`."""
    sent = 0
    with suppress(ConnectionError):
        while sent < most:
            sent += connection.send(what)
            time.sleep(pause)
    return sent


def test_clients_that_send_nothing_hold_no_thread() -> None:
    with served(counting, threads=1) as url:
        idle = [connected(url) for _ in range(50)]
        for one in idle:
            one.__enter__().sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        assert get(url).text == "0 0"
        for one in idle:
            one.__exit__(None, None, None)


def test_as_many_requests_run_at_once_as_there_are_threads() -> None:
    meeting = threading.Barrier(7)

    def meets(environ, start_response):
        meeting.wait(HANG)
        return counting(environ, start_response)

    with served(meets, threads=7) as url:
        answers: list[int] = []
        callers = [threading.Thread(target=lambda: answers.append(get(url).status_code)) for _ in range(7)]
        for one in callers:
            one.start()
        for one in callers:
            one.join()
    assert answers == [200] * 7


def large(environ, start_response):
    """Answer with more than the buffers of a connection take."""
    start_response("200 OK", [("Content-Length", str(len(LARGE)))])
    return [LARGE]


LARGE = b"a" * 12_000_000


def test_a_refusal_waits_for_the_answers_before_it() -> None:
    with served(large) as url:
        _, _, body = exchanged(url, b"GET / HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\n")
    answer, _, refusal = body.partition("HTTP/1.0 400 ")
    assert len(answer) == len(LARGE)
    assert refusal.endswith("</html>\n")


class Held:
    """An application whose answer is held back until it is let go."""

    def __init__(self) -> None:
        self.entered, self.let_go = threading.Event(), threading.Event()

    def __call__(self, environ, start_response):
        self.entered.set()
        self.let_go.wait(HANG)
        if environ["PATH_INFO"] == "/fails":
            raise ValueError(CANARY)
        return counting(environ, start_response)


@contextmanager
def stopping(app, **options) -> Iterator[tuple[str, threading.Thread]]:
    """Serve, and give a thread that stops the server; it is started by the test."""
    context = served(app, **options)
    url = context.__enter__()
    stopper = threading.Thread(target=context.__exit__, args=(None, None, None))
    yield url, stopper
    stopper.join(HANG)
    assert not stopper.is_alive()


def test_it_stops_when_running_requests_are_answered_and_takes_no_new_ones() -> None:
    held, answers = Held(), []
    with stopping(held) as (url, stopper), connected(url) as idle:
        caller = threading.Thread(target=lambda: answers.append(get(url).text))
        caller.start()
        assert held.entered.wait(HANG)
        stopper.start()
        assert idle.recv(1) == b""  # a connection without a request is closed, so it is stopping
        assert stopper.is_alive()
        with pytest.raises(ConnectionRefusedError), connected(url):
            pass
        held.let_go.set()
        caller.join(HANG)
    assert answers == ["0 0"]


@pytest.mark.parametrize("path", ["/", "/fails"])
def test_it_stops_without_those_that_do_not_end_in_time(path: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    held, before = Held(), set(threading.enumerate())
    with stopping(held, grace=0.05) as (url, stopper), connected(url) as waiting:
        waiting.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert held.entered.wait(HANG)
        stopper.start()
        assert waiting.recv(1) == b""
        held.let_go.set()
    for one in set(threading.enumerate()) - before:
        one.join(HANG)
    assert [line.split(" at ")[0] for line in lines(caplog) if "thread(s)" not in line] == (
        ["the application failed: ValueError"] if path == "/fails" else []
    )
    assert CANARY not in caplog.text


def test_it_stops_when_answers_have_been_read_to_their_end() -> None:
    with stopping(large) as (url, stopper), connected(url) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = slow.recv(1)
        stopper.start()
        time.sleep(0.2)
        while got := slow.recv(1 << 20):
            answer += got
    assert len(answer.partition(b"\r\n\r\n")[2]) == len(LARGE)


def test_it_leaves_no_thread_and_no_port_behind() -> None:
    before = set(threading.enumerate())
    with served(counting) as url:
        assert get(url).ok
        port = urlsplit(url).port
    assert set(threading.enumerate()) <= before
    with served(counting, port=port or 0) as again:
        assert again == url


WELL_FORMED = (
    b"POST /a?b=c HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\nExpect: 100-continue\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
)
PIECES = st.sampled_from(
    b"\r\n|\n| |\t|:|HEAD|http://|[|]|@|?|\x00|\xff|HTTP/9.9|Content-Length: |Transfer-Encoding: |chunked|-1|;|*".split(
        b"|"
    )
)
CHANGES = st.lists(
    st.tuples(st.integers(0, len(WELL_FORMED)), st.integers(0, 20), PIECES | st.just(SECRET) | st.binary(max_size=3)),
    max_size=6,
)


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with served(counting) as url:
        yield url


@given(changes=CHANGES)
@settings(max_examples=size(300), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_is_answered_in_http_or_not_at_all_and_told_to_nobody(
    changes: list[tuple[int, int, bytes]], base_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "waitress")
    request = bytearray(WELL_FORMED)
    for at, length, instead in changes:
        request[at : at + length] = instead
    with connected(base_url) as connection:
        answer = b""
        with suppress(ConnectionError):
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            while got := connection.recv(65536):
                answer += got
    assert re.match(rb"HTTP/1\.[01] (100|200|400|413|501) |$", answer)
    assert SECRET not in answer
    assert lines(caplog) == []
