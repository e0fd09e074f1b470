"""The gateway in process behaves like the one over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import SecretStr

from esozflow.adapters.http import HttpGateway
from esozflow.adapters.sandbox.envelope import Delivery, Dropped, Request, Response
from esozflow.adapters.sandbox.esoz import Esoz
from esozflow.adapters.sandbox.gateway import SandboxGateway
from esozflow.adapters.sandbox.server import serve
from esozflow.adapters.sandbox.settings import SandboxSettings
from esozflow.flow import Outcome, Repeat, Unanswered, Unreachable, UsageError
from esozflow.states.answers import Answered
from esozflow.states.calls import Credential, SaveTokens, Service

from .gateway_calls import call

OK = Response(200, {}, b'{"data":{"a":1}}')


class Emulated:
    def __init__(self, response: Response | Dropped = OK) -> None:
        self.requests: list[Request] = []
        self.response = response

    def handle(self, request: Request) -> Response:
        self.requests.append(request)
        if isinstance(self.response, Dropped):
            raise self.response
        return self.response


def performed(response: Response | Dropped, **request: Any) -> Outcome:
    return SandboxGateway(Emulated(response)).perform(call(Repeat.FREELY, **request))


def test_the_back_end_gets_what_the_wire_would_carry() -> None:
    esoz = Emulated()
    gateway = SandboxGateway(esoz, client_secret=SecretStr("s3"), request_ids=lambda: "id-1")
    outcome = gateway.perform(
        call(path="/api/ім'я", query=(("q", "a b&ї"),), bearer=SecretStr("b"), body={"s": Credential.CLIENT_SECRET})
    )
    assert outcome == Answered(status=200, data={"a": 1})
    (request,) = esoz.requests
    assert (request.method, request.path, request.query) == ("POST", "/api/ім'я", {"q": "a b&ї"})
    assert json.loads(request.body) == {"s": "s3"}
    assert request.header("authorization") == "Bearer b"
    assert request.header("x-request-id") == "id-1"


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (Dropped(after_effect=True), "dropped"),
        (Dropped(after_effect=False), "dropped"),
        (Response(200, {}, b"{}", Delivery(raw=b"garbage")), "malformed"),
        (Response(200, {}, b"<html>"), "malformed"),
        (Response(200, {}, OK.body, Delivery(delay=10.0)), "timeout"),
        (Response(200, {}, OK.body, Delivery(pause=1.0)), "timeout"),
        (Response(200, {}, OK.body, Delivery(cut_after=3)), "dropped"),
        (Response(200, {}, OK.body, Delivery(stream_to=100_000_000)), "oversized"),
    ],
)
def test_a_played_fault_is_the_outcome_that_it_has_over_http(response: Response | Dropped, expected: str) -> None:
    assert performed(response) == Unanswered(reason=expected)


def test_a_slow_answer_within_the_deadline_is_an_answer() -> None:
    assert performed(Response(200, {}, OK.body, Delivery(delay=1.0))) == Answered(status=200, data={"a": 1})


def test_what_cannot_be_sent_never_arrives() -> None:
    esoz = Emulated()
    assert isinstance(SandboxGateway(esoz).perform(call(bearer=SecretStr("a\nb"))), Unreachable)
    assert SandboxGateway(esoz).perform(call(api_key=True)) == Unreachable(reason="no_client_secret")
    foreign = call()
    object.__setattr__(foreign, "request", SaveTokens)
    with pytest.raises(UsageError, match="foreign_request"):
        SandboxGateway(esoz).perform(foreign)
    assert esoz.requests == []


@pytest.mark.parametrize(
    "request_",
    [
        {"method": "GET", "path": "/api/dictionaries", "query": (("name", "SCOPES"),), "body": None},
        {"path": "/api/pis/confidant/register", "bearer": SecretStr("nobody's"), "body": {"signed_content": "x"}},
        {"path": "/oauth/tokens", "body": {"token": {"grant_type": "authorization_code"}}},
        {"path": "/oauth/tokens", "body": {}},
        {"path": "/nowhere/ї", "method": "GET", "body": None, "service": Service.API},
    ],
)
def test_in_process_and_over_http_the_same_call_has_the_same_outcome(request_: dict[str, Any]) -> None:
    esoz = Esoz(SandboxSettings(signature_mode="plain"))
    inner = SandboxGateway(esoz).perform(call(**request_))
    with serve(esoz) as url, HttpGateway(auth_base_url=url, api_base_url=url) as outer:
        over_http = outer.perform(call(**request_))
    assert isinstance(inner, Answered)
    assert isinstance(over_http, Answered)
    assert inner.request_id
    assert over_http.model_copy(update={"request_id": inner.request_id}) == inner
