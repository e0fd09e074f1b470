"""What the gateway sends, what comes out, and that nothing of it leaks."""

from __future__ import annotations

import json
import logging
import os
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from esozflow.adapters.http import HttpGateway, transport
from esozflow.flow import Call, Outcome, Repeat, Unreachable, UsageError
from esozflow.states.answers import Answered
from esozflow.states.calls import Credential, SaveTokens, Service

from .gateway_calls import HANGS, LATE, LOST, at_most, call, gateway, performed, reason
from .scripted_server import Peer, Received, Script, ScriptedServer, answer, answering, one_after_another

STATUSES = (200, 201, 202, 301, 302, 303, 307, 308, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 504)
ERROR = b'{"meta":{"request_id":"id#1"},"error":{"type":"access_denied","message":"Invalid access token"}}'


def test_a_request_carries_its_body_its_bearer_and_its_own_id() -> None:
    outcome, (received,) = performed(
        answering(201, b'{"data":{"id":"1"}}'),
        path="/api/ім'я/%2e?",
        query=(("name", "SCOPES & co"), ("q", "ї+/=")),
        bearer=SecretStr("the.bearer/+=="),
        body={"token": {"code": SecretStr("the-code"), "client_secret": Credential.CLIENT_SECRET}, "n": 1},
        client_secret=SecretStr("the-client-secret"),
        request_ids=lambda: "id-1",
    )
    assert outcome == Answered(status=201, data={"id": "1"})
    assert received.line == ("POST /api/%D1%96%D0%BC'%D1%8F/%252e%3F?name=SCOPES%20%26%20co&q=%D1%97%2B%2F%3D HTTP/1.1")
    assert json.loads(received.body) == {"token": {"code": "the-code", "client_secret": "the-client-secret"}, "n": 1}
    assert received.headers["authorization"] == "Bearer the.bearer/+=="
    assert received.headers["content-type"] == received.headers["accept"] == "application/json"
    assert received.headers["cache-control"] == "no-cache"
    assert received.headers["x-request-id"] == "id-1"
    assert not {"api-key", "cookie"} & received.headers.keys()


def test_a_request_without_a_body_sends_none() -> None:
    _, (received,) = performed(answering(), method="GET", body=None)
    assert received.line == "GET /api/x HTTP/1.1"
    assert not {"content-type", "content-length", "transfer-encoding"} & received.headers.keys()


def test_a_request_goes_out_in_one_piece_and_an_address_is_not_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces: list[bytes] = []
    send_all = transport._Socket.sendall

    def noted(self: Any, data: Any, flags: int = 0) -> None:
        pieces.append(bytes(data))
        send_all(self, data, flags)

    monkeypatch.setattr(transport._Socket, "sendall", noted)
    with ScriptedServer(answering()) as server, gateway(server.url) as port:
        started = noted_threads(monkeypatch)
        for given in ({"body": {"n": 1}}, {"method": "GET", "body": None}, {"body": {"n": 2}}):
            port.perform(call(Repeat.FREELY, **given))
        port.close()
        assert [one.body for one in server.requests] == [b'{"n":1}', b"", b'{"n":2}']
    assert len(pieces) == 3
    assert "esozflow-resolver" not in started


def noted_threads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    started: list[str] = []
    start = threading.Thread.start

    def noted(self: threading.Thread) -> None:
        started.append(self.name)
        start(self)

    monkeypatch.setattr(threading.Thread, "start", noted)
    return started


def test_each_service_has_its_own_base_url_with_its_path() -> None:
    with (
        ScriptedServer(answering()) as auth,
        ScriptedServer(answering()) as api,
        HttpGateway(auth_base_url=f"{auth.url}/base/", api_base_url=api.url) as port,
    ):
        port.perform(call(service=Service.AUTH))
        port.perform(call(service=Service.API))
        port.close()
        assert [one.line for one in auth.requests] == ["POST /base/api/x HTTP/1.1"]
        assert [one.line for one in api.requests] == ["POST /api/x HTTP/1.1"]


def test_the_api_key_is_the_client_secret_and_is_sent_only_when_asked_for() -> None:
    with ScriptedServer(answering()) as server, gateway(server.url, client_secret=SecretStr("s3")) as port:
        port.perform(call(api_key=True))
        port.close()
        assert server.requests[0].headers["api-key"] == "s3"


@pytest.mark.parametrize("request_", [{"api_key": True}, {"body": {"a": {"b": Credential.CLIENT_SECRET}}}])
def test_a_gateway_without_the_client_secret_sends_nothing_and_says_so(
    request_: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    with ScriptedServer(answering()) as server, gateway(server.url) as port:
        assert port.perform(call(**request_)) == Unreachable(reason="no_client_secret")
        assert "pass client_secret" in caplog.text
        assert server.requests == []


def test_a_request_of_another_port_is_a_mistake() -> None:
    foreign = Call(instance="i", name="save", port="vault", repeat=Repeat.NEVER, deadline=1, request=SaveTokens)
    with pytest.raises(UsageError, match="foreign_request"):
        gateway("https://a.example").perform(foreign)


@pytest.mark.parametrize("bearer", ["a\r\nX: y", "a\nb", "токен", "a b", "", " a", "\x00", "a" * 20_000, "é", "\ud800"])
def test_a_bearer_that_is_no_header_is_never_sent(bearer: str) -> None:
    outcome, requests = performed(answering(), bearer=SecretStr(bearer))
    assert reason(outcome) == "Unreachable:invalid_bearer"
    assert requests == []


@pytest.mark.parametrize("path", ["/users/../admin", "/./x", "x", "", "http://evil.example/", "/a/.."])
def test_a_path_that_leads_elsewhere_is_never_sent(path: str) -> None:
    outcome, requests = performed(answering(), path=path)
    assert reason(outcome) == "Unreachable:invalid_path"
    assert requests == []


def test_odd_text_in_path_query_and_body_does_no_harm() -> None:
    outcome, (received,) = performed(
        answering(), path="//evil.example/\r\n#\ud800", query=(("\r\n", "\ud800"),), body={"x": "\ud800\x00"}
    )
    assert isinstance(outcome, Answered)
    assert received.line == "POST //evil.example/%0D%0A%23%3F?%0D%0A=%3F HTTP/1.1"
    assert received.headers["host"].startswith("127.0.0.1")


def test_no_cookie_travels_from_one_call_to_the_next() -> None:
    script = answering(headers={"Set-Cookie": "authorization=secret; Path=/"})
    with ScriptedServer(script) as server, gateway(server.url) as port:
        for _ in range(2):
            port.perform(call(Repeat.FREELY))
        port.close()
        assert server.connections == 1
        assert all("cookie" not in one.headers for one in server.requests)


def test_the_environment_changes_neither_proxy_nor_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    outcome, (received,) = performed(answering())
    assert isinstance(outcome, Answered)
    assert "authorization" not in received.headers


@pytest.mark.parametrize("repeat", list(Repeat))
@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(status: int, repeat: Repeat) -> None:
    with ScriptedServer(answering()) as elsewhere:
        script = answering(status, b"<html>", {"Location": f"{elsewhere.url}/stolen"})
        outcome, requests = performed(script, repeat, bearer=SecretStr("b"))
        assert outcome == Answered(status=status, redirect=SecretStr(f"{elsewhere.url}/stolen"))
        assert len(requests) == 1
        assert elsewhere.requests == []


def test_the_body_of_a_redirect_is_not_waited_for() -> None:
    def hang(peer: Peer, _: Received) -> None:
        peer.send(answer(302, headers={"Location": "/x", "Content-Length": "1000000000"}))
        peer.hang()

    with ScriptedServer(hang) as server, gateway(server.url) as port, at_most(5.0):
        assert isinstance(port.perform(call()), Answered)


@pytest.mark.parametrize("repeat", list(Repeat))
@pytest.mark.parametrize("status", STATUSES)
def test_every_status_has_an_outcome_and_only_reads_are_repeated(status: int, repeat: Repeat) -> None:
    body = b'{"data":{"a":1}}' if status < 300 else ERROR
    outcome, requests = performed(answering(status, body), repeat, sleep=lambda _: None)
    assert isinstance(outcome, Answered)
    assert outcome.status == status
    assert (outcome.data is not None) == (status < 300)
    assert (outcome.error is not None) == (status >= 400)
    again = repeat is Repeat.FREELY and status in (429, 502, 503, 504)
    assert len(requests) == (3 if again else 1)


def test_retry_after_is_waited_for_before_the_next_attempt() -> None:
    pauses: list[float] = []
    script = one_after_another(answering(503, ERROR, {"Retry-After": "2"}), answering())
    outcome, _ = performed(script, Repeat.FREELY, sleep=pauses.append, jitter=lambda: 1.0)
    assert isinstance(outcome, Answered)
    assert outcome.status == 200
    assert pauses == [2.0]


def test_a_retry_after_beyond_the_deadline_is_handed_on_at_once() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    for value in ("600", later, "999999999"):
        pauses: list[float] = []
        outcome, requests = performed(answering(429, ERROR, {"Retry-After": value}), Repeat.FREELY, sleep=pauses.append)
        assert isinstance(outcome, Answered)
        assert outcome.retry_after is not None
        assert 590 <= outcome.retry_after <= 3600
        assert (pauses, len(requests)) == ([], 1)


def test_all_attempts_together_end_at_the_deadline() -> None:
    script = one_after_another(LOST["closed without an answer"][0], HANGS["dripping headers"])
    with ScriptedServer(script) as server, gateway(server.url) as port:
        with at_most(2.0 + LATE):
            outcome = port.perform(call(Repeat.FREELY, deadline=2.0))
        assert reason(outcome) == "Unanswered:timeout"
        assert len(server.requests) == 2


def test_many_threads_share_one_gateway() -> None:
    outcomes: list[Outcome] = []
    with ScriptedServer(answering(200, b'{"data":{"a":1}}')) as server, gateway(server.url) as port:
        threads = [
            threading.Thread(target=lambda: outcomes.extend(port.perform(call(repeat)) for repeat in Repeat))
            for _ in range(20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        port.close()
    assert outcomes == [Answered(status=200, data={"a": 1})] * 60


CANARIES = ("canary-bearer", "canary-secret", "canary-code", "canary-name", "canary-redirect", "canary-error")


def test_no_secret_gets_into_logs_outcomes_or_errors(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("urllib3").setLevel(logging.DEBUG)
    body = b'{"data":{"name":"canary-name"}}'
    error = b'{"error":{"type":"x","message":"canary-error"}}'
    scripts: list[Script] = [
        answering(201, body, {"Location": "https://p.example/?code=canary-redirect"}),
        answering(302, body, {"Location": "https://p.example/?code=canary-redirect"}),
        answering(422, error),
        answering(200, b"canary-name"),
        LOST["reset without an answer"][0],
        LOST["closed in the body"][0],
        answering(200, b"canary-name", {"Content-Encoding": "gzip"}),
    ]
    seen = []
    for script in scripts:
        outcome, _ = performed(
            script,
            Repeat.FREELY,
            bearer=SecretStr("canary-bearer"),
            body={"code": SecretStr("canary-code"), "s": Credential.CLIENT_SECRET},
            client_secret=SecretStr("canary-secret"),
            sleep=lambda _: None,
        )
        seen.append(f"{outcome!r} {outcome}")
    assert "urllib3" in {record.name.split(".")[0] for record in caplog.records}
    told = "\n".join([caplog.text, *seen])
    assert [canary for canary in CANARIES if canary in told] == []


def test_a_forked_process_opens_connections_of_its_own() -> None:
    with ScriptedServer(answering()) as server, gateway(server.url) as port:
        port.perform(call(Repeat.FREELY))
        child = os.fork()
        if not child:
            os._exit(0 if isinstance(port.perform(call(Repeat.FREELY)), Answered) else 1)
        assert os.waitpid(child, 0)[1] == 0
        port.perform(call(Repeat.FREELY))
        port.close()
        assert server.connections == 2
