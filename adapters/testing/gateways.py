"""What every gateway to ЕСОЗ must do, as tests. Subclass `GatewayContract` as `Test…` in a module that pytest collects:

class TestMyGateway(GatewayContract):
    def gateway(self, base_url, client_secret):
        return MyGateway(base_url, client_secret)
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, cast
from urllib.parse import unquote

from pydantic import SecretStr

from ...flow import Call, Outcome, Port, Repeat, Unanswered, Unreachable, UsageError
from ...states.answers import Answered
from ...states.calls import Credential, HttpRequest, Service
from ..sandbox import Dropped, Esoz, Request, Response, serve
from ..sandbox.envelope import Delivery
from .raising import raised

_SECRET: Final = SecretStr("canary-client-secret")
_LATE: Final = 5.0
"""Seconds after its deadline within which a call must be back, on a machine that is busy with other tests."""


def answer(status: int = 200, *, headers: dict[str, str] | None = None, **envelope: Any) -> Response:
    """Give an answer of ЕСОЗ: its envelope is `meta` and what is given."""
    body = json.dumps({"meta": {"code": status, "request_id": "r-1"}, **envelope}).encode()
    return Response(status, {"Content-Type": "application/json", **(headers or {})}, body)


class ScriptedEsoz:
    """Answers with what it was given, in order, then with empty data; remembers every request."""

    def __init__(self, *script: Response | Dropped) -> None:
        self.requests: list[Request] = []
        self.internal_errors = 0
        self._script = deque(script)
        self._lock = threading.Lock()

    def handle(self, request: Request) -> Response:
        """Give the next answer. Raises `Dropped` where one is scripted."""
        with self._lock:
            self.requests.append(request)
            scripted = self._script.popleft() if self._script else answer(data={})
        if isinstance(scripted, Dropped):
            raise scripted
        return scripted

    def refuse(self, _: Request, status: int, kind: str, message: str) -> Response:
        """Refuse what is not even a request."""
        return answer(status, error={"type": kind, "message": message})


class GatewayContract:
    """The promises of the port `esoz`. Override `gateway`."""

    def gateway(self, base_url: str, client_secret: SecretStr | None) -> Port:
        """Give your gateway; both hosts of ЕСОЗ are at `base_url`, plain HTTP on loopback."""
        raise NotImplementedError("Override `gateway` in your subclass: it gives a gateway of yours to `base_url`.")

    def gateway_to(
        self,
        esoz: ScriptedEsoz,  # noqa: ARG002 - for those that override it
        base_url: str,
        client_secret: SecretStr | None,
    ) -> Port:
        """Give your gateway; override this one if it needs no HTTP."""
        return self.gateway(base_url, client_secret)

    def close(self, gateway: Port) -> None:
        """Let go of what the gateway holds."""
        getattr(gateway, "close", lambda: None)()

    def call(self, repeat: Repeat = Repeat.NEVER, *, deadline: float = 20.0, **request: Any) -> Call:
        """Give a call to perform."""
        usual: dict[str, Any] = {"method": "POST", "service": Service.AUTH, "path": "/api/x", "body": {"a": 1}}
        return Call(
            instance="one",
            name="register",
            port="esoz",
            repeat=repeat,
            deadline=deadline,
            request=HttpRequest(**{**usual, **request}),
        )

    @contextmanager
    def asking(
        self, *script: Response | Dropped, client_secret: SecretStr | None = _SECRET
    ) -> Iterator[tuple[ScriptedEsoz, Port]]:
        """Put the gateway before an ЕСОЗ that answers as scripted."""
        esoz = ScriptedEsoz(*script)
        with serve(cast(Esoz, esoz)) as base_url:
            gateway = self.gateway_to(esoz, base_url, client_secret)
            try:
                yield esoz, gateway
            finally:
                self.close(gateway)

    def performed(self, *script: Response | Dropped, **call: Any) -> tuple[Outcome, list[Request]]:
        """Perform one call; give its outcome, and what ЕСОЗ received."""
        with self.asking(*script) as (esoz, gateway):
            outcome = gateway.perform(self.call(**call))
        return outcome, esoz.requests

    def test_an_answer_is_given_with_its_status_and_data(self) -> None:
        outcome, _ = self.performed(answer(201, data={"name": "Їжак", "list": [1, None]}))
        answered = _answered(outcome)
        assert (answered.status, answered.data, answered.error) == (201, {"name": "Їжак", "list": [1, None]}, None)

    def test_a_refusal_is_an_answer_with_its_error(self) -> None:
        outcome, _ = self.performed(answer(422, error={"type": "request_malformed", "message": "no such person"}))
        error = _answered(outcome).error
        assert error is not None
        assert (_answered(outcome).status, error.type, error.message) == (422, "request_malformed", "no such person")

    def test_the_request_arrives_as_it_was_meant(self) -> None:
        _, (request,) = self.performed(
            path="/api/ім'я", query=(("q", "a b&ї"),), bearer=SecretStr("canary-bearer"), body={"a": {"b": "ї"}}
        )
        assert (request.method, unquote(request.path), dict(request.query)) == ("POST", "/api/ім'я", {"q": "a b&ї"})
        assert request.header("authorization") == "Bearer canary-bearer"
        assert json.loads(request.body) == {"a": {"b": "ї"}}
        assert request.header("content-type") == "application/json"

    def test_a_read_has_no_body(self) -> None:
        _, (request,) = self.performed(method="GET", body=None)
        assert (request.method, request.body) == ("GET", b"")

    def test_secrets_of_the_body_are_sent_in_clear_and_the_clients_own_is_put_in(self) -> None:
        _, (request,) = self.performed(body={"jwt": SecretStr("canary-jwt"), "secret": Credential.CLIENT_SECRET})
        assert json.loads(request.body) == {"jwt": "canary-jwt", "secret": _SECRET.get_secret_value()}

    def test_the_client_secret_goes_only_where_it_is_asked_for(self) -> None:
        _, (plain,) = self.performed()
        _, (keyed,) = self.performed(api_key=True)
        assert _SECRET.get_secret_value() not in f"{plain.path} {plain.query} {plain.headers} {plain.body!r}"
        assert keyed.header("api-key") == _SECRET.get_secret_value()

    def test_without_a_client_secret_nothing_is_sent_that_needs_one(self) -> None:
        with self.asking(client_secret=None) as (esoz, gateway):
            for call in (self.call(api_key=True), self.call(body={"secret": Credential.CLIENT_SECRET})):
                assert isinstance(gateway.perform(call), Unreachable)
        assert esoz.requests == []

    def test_what_cannot_be_a_header_is_never_sent(self) -> None:
        with self.asking() as (esoz, gateway):
            for bearer in ("a\r\nHost: evil.example", "a\0b", "їжак"):
                assert isinstance(gateway.perform(self.call(bearer=SecretStr(bearer))), Unreachable)
        assert esoz.requests == []

    def test_a_redirect_is_told_and_not_followed(self) -> None:
        for status in (201, 302, 307):
            headers = {"Location": "https://pis.example.ua/cb?code=canary-code"}
            outcome, requests = self.performed(answer(status, headers=headers, data={}))
            redirect = _answered(outcome).redirect
            assert redirect is not None
            assert redirect.get_secret_value() == "https://pis.example.ua/cb?code=canary-code"
            assert "canary" not in repr(outcome)
            assert len(requests) == 1

    def test_a_lost_answer_is_unanswered_and_a_write_is_made_once(self) -> None:
        for repeat in (Repeat.NEVER, Repeat.WHEN_ASKED):
            for after_effect in (True, False):
                outcome, requests = self.performed(Dropped(after_effect=after_effect), repeat=repeat)
                assert isinstance(outcome, Unanswered)
                assert len(requests) == 1

    def test_a_write_that_is_answered_by_a_gateway_is_made_once(self) -> None:
        for status in (429, 502, 503, 504):
            outcome, requests = self.performed(answer(status, message="wait"))
            assert _answered(outcome).status == status
            assert len(requests) == 1

    def test_an_answer_that_cannot_be_read_is_unanswered(self) -> None:
        spoilt = (
            b"",
            b"<html>",
            b'{"data": {"a": 1}',
            b"[1]",
            b'{"meta": {}}',
            b'{"data": 1, "data": 2}',
            b'{"data": NaN}',
            b'\xff\xfe{"data": 1}',
            b"[" * 100_000,
        )
        for body in spoilt:
            outcome, requests = self.performed(Response(200, {"Content-Type": "application/json"}, body))
            assert isinstance(outcome, Unanswered), body[:20]
            assert len(requests) == 1

    def test_what_is_no_http_or_is_cut_off_is_unanswered(self) -> None:
        whole = answer(data={"a": "b" * 100})
        for delivery in (Delivery(raw=b"SSH-2.0-OpenSSH\r\n\r\n"), Delivery(cut_after=10)):
            outcome, requests = self.performed(Response(200, whole.headers, whole.body, delivery))
            assert isinstance(outcome, Unanswered)
            assert len(requests) == 1

    def test_an_answer_without_end_is_not_read_to_its_end(self) -> None:
        whole = answer(data={})
        endless = Response(200, whole.headers, whole.body, Delivery(stream_to=200 * 1024 * 1024))
        assert isinstance(self.performed(endless)[0], Unanswered)

    def test_a_call_is_back_when_its_deadline_has_passed(self) -> None:
        whole = answer(data={})
        for delivery in (Delivery(delay=30.0), Delivery(pause=1.0)):
            started = time.monotonic()
            outcome, _ = self.performed(Response(200, whole.headers, whole.body, delivery), deadline=0.5)
            assert isinstance(outcome, Unanswered)
            assert time.monotonic() - started < 0.5 + _LATE

    def test_a_read_that_fails_is_an_outcome_too(self) -> None:
        script = [Dropped(after_effect=False) for _ in range(20)]
        outcome, requests = self.performed(*script, repeat=Repeat.FREELY, method="GET", body=None)
        assert isinstance(outcome, Unanswered)
        assert len(requests) >= 1

    def test_a_request_of_another_port_is_a_mistake_of_the_caller(self) -> None:
        foreign = Call(instance="one", name="save", port="vault", repeat=Repeat.FREELY, deadline=1.0, request=object())
        with self.asking() as (esoz, gateway):
            raised(UsageError, lambda: gateway.perform(foreign))
        assert esoz.requests == []

    def test_calls_of_many_threads_do_not_mix(self) -> None:
        echo = _Echo()
        with serve(cast(Esoz, echo)) as base_url:
            gateway = self.gateway_to(echo, base_url, _SECRET)
            outcomes: dict[int, Outcome] = {}

            def perform(number: int) -> None:
                outcomes[number] = gateway.perform(self.call(body={"number": number}))

            threads = [threading.Thread(target=perform, args=(number,)) for number in range(16)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.close(gateway)
        assert {number: _answered(outcome).data for number, outcome in outcomes.items()} == {
            number: {"number": number} for number in range(16)
        }

    def test_nothing_that_is_shown_holds_a_secret(self) -> None:
        data = {"token": "canary-answer"}
        outcome, _ = self.performed(answer(data=data), bearer=SecretStr("canary-bearer"))
        with self.asking() as (_, gateway):
            assert "canary" not in f"{outcome!r} {gateway!r}"


class _Echo(ScriptedEsoz):
    def handle(self, request: Request) -> Response:
        return answer(data=json.loads(request.body))


def _answered(outcome: Outcome) -> Answered:
    assert isinstance(outcome, Answered), outcome
    return outcome
