"""Tokens after the sign-up: refreshed and logged out, against the sandbox in process and over HTTP."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from esozflow.adapters.demo.people import REQUEST
from esozflow.adapters.http import HttpGateway
from esozflow.adapters.oauth import Failure, LoggedOut, NotDone, log_out, refresh
from esozflow.adapters.sandbox import Esoz, Expire, Fault, RevokeApprovals, SandboxSettings, serve
from esozflow.adapters.sandbox.gateway import SandboxGateway
from esozflow.adapters.stores.memory import MemoryStore
from esozflow.adapters.vault import MemoryVault
from esozflow.flow import Answered as AnsweredByPort
from esozflow.flow import Call, Engine, Outcome, Port, Repeat, Unanswered, Unreachable
from esozflow.states import (
    CallbackReceived,
    PisClient,
    RegistrationRequest,
    RequestFilled,
    RequestSigned,
    SignUp,
    pis,
    render,
)
from esozflow.states.answers import Answered, ApiError
from esozflow.states.calls import Credential, HttpRequest, Service, Tokens

from .at_auth_ui import brought_back

TOKENS = Tokens(
    access_token=SecretStr("canary-access"),
    refresh_token=SecretStr("canary-refresh"),
    expires_at=1_700_000_000,
    scope="app:read_pis person:details_pis",
    user_id="u1",
    person_id="p1",
)
REFRESHED: dict[str, Any] = {
    "value": "canary-new",
    "expires_at": 1_800_000_000,
    "user_id": "u1",
    "details": {"scope": "app:read_pis", "grant_type": "refresh_token"},
}


class Peer:
    """A port with one answer, which remembers what it was asked."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.calls: list[Call] = []

    def perform(self, call: Call) -> Outcome:
        self.calls.append(call)
        return self.outcome


def refreshed(outcome: Outcome) -> Tokens | NotDone:
    return refresh(Peer(outcome), TOKENS, client_id="c1", instance="i1")


def logged_out(outcome: Outcome) -> LoggedOut | NotDone:
    return log_out(Peer(outcome), TOKENS, instance="i1")


def answered(status: int = 201, **changes: Any) -> Answered:
    return Answered(status=status, data={**REFRESHED, **changes}, request_id="r1")


# what goes out


def test_a_refresh_sends_the_refresh_token_and_the_client_secret_once() -> None:
    peer = Peer(answered())
    refresh(peer, TOKENS, client_id="c1", instance="i1", deadline=7.0)
    (call,) = peer.calls
    assert (call.instance, call.name, call.port, call.repeat, call.deadline) == (
        "i1",
        "refresh",
        "esoz",
        Repeat.WHEN_ASKED,
        7.0,
    )
    assert call.request == HttpRequest(
        method="POST",
        service=Service.AUTH,
        path="/oauth/tokens",
        api_key=True,
        body={
            "token": {
                "grant_type": "refresh_token",
                "client_id": "c1",
                "client_secret": Credential.CLIENT_SECRET,
                "refresh_token": TOKENS.refresh_token,
            }
        },
    )
    assert "canary" not in repr(call)


def test_a_log_out_sends_the_access_token_as_bearer_once() -> None:
    peer = Peer(Answered(status=200, data={}))
    assert isinstance(log_out(peer, TOKENS, instance="i1"), LoggedOut)
    (call,) = peer.calls
    assert (call.name, call.repeat) == ("logout", Repeat.WHEN_ASKED)
    assert call.request == HttpRequest(
        method="POST",
        service=Service.AUTH,
        path="/auth/logout",
        api_key=True,
        bearer=TOKENS.access_token,
        body={},
    )


# what comes back


def test_a_refresh_keeps_the_refresh_token_and_the_patient_and_takes_the_rest_of_the_answer() -> None:
    assert refreshed(answered()) == Tokens(
        access_token=SecretStr("canary-new"),
        refresh_token=SecretStr("canary-refresh"),
        expires_at=1_800_000_000,
        scope="app:read_pis",
        user_id="u1",
        person_id="p1",
    )


def test_a_refresh_token_that_the_answer_brings_replaces_the_old_one() -> None:
    tokens = refreshed(answered(details={"scope": "app:read_pis", "refresh_token": "canary-rotated"}))
    assert isinstance(tokens, Tokens)
    assert tokens.refresh_token == SecretStr("canary-rotated")


def test_a_refresh_that_widens_the_scope_is_refused() -> None:
    outcome = refreshed(answered(details={"scope": "app:read_pis person:details_pis app:delete_pis"}))
    assert isinstance(outcome, NotDone)
    assert (outcome.failure, outcome.request_id) == (Failure.REFUSED, "r1")
    assert [message.code for message in outcome.messages] == ["scope_widened"]


@pytest.mark.parametrize("perform", [refreshed, logged_out])
def test_a_refusal_says_what_the_answer_says(perform: Any) -> None:
    error = ApiError(type="access_denied", message="Invalid access token")
    outcome = perform(Answered(status=401, error=error, request_id="r1"))
    assert isinstance(outcome, NotDone)
    assert (outcome.failure, outcome.request_id) == (Failure.REFUSED, "r1")
    assert [message.code for message in outcome.messages] == ["session_expired"]


@pytest.mark.parametrize("perform", [refreshed, logged_out])
@pytest.mark.parametrize(
    "outcome",
    [
        Unanswered(reason="timeout"),
        Answered(status=502, request_id="r1"),
        Answered(status=408),
        Answered(status=202, data={}),
        Answered(status=307),
        AnsweredByPort(status=200),
    ],
    ids=repr,
)
def test_without_a_usable_answer_the_effect_is_unknown_and_the_user_may_ask_again(
    perform: Any, outcome: Outcome
) -> None:
    found = perform(outcome)
    assert isinstance(found, NotDone)
    assert found.failure is Failure.UNKNOWN
    assert "безпечно" in render(found.messages[0])


@pytest.mark.parametrize(
    "changes",
    [
        {"value": ""},
        {"value": 1},
        {"expires_at": "1800000000"},
        {"user_id": "u2"},
        {"user_id": None},
        {"details": {}},
        {"details": {"scope": ["app:read_pis"]}},
        {"details": {"scope": "app:read_pis", "refresh_token": ""}},
    ],
    ids=repr,
)
def test_a_refresh_answered_for_nobody_or_for_another_user_brings_no_tokens(changes: dict[str, Any]) -> None:
    outcome = refreshed(answered(**changes))
    assert isinstance(outcome, NotDone)
    assert (outcome.failure, outcome.request_id) == (Failure.UNKNOWN, "r1")


@pytest.mark.parametrize("perform", [refreshed, logged_out])
def test_what_was_not_sent_is_said_not_to_be_sent(perform: Any) -> None:
    outcome = perform(Unreachable(reason="refused"))
    assert isinstance(outcome, NotDone)
    assert outcome.failure is Failure.UNSENT
    assert [message.code for message in outcome.messages] == ["no_connection"]


# against the sandbox


@pytest.fixture
def esoz() -> Esoz:
    return Esoz(SandboxSettings(signature_mode="plain"))


@pytest.fixture(params=["in process", "over HTTP"])
def port(request: pytest.FixtureRequest, esoz: Esoz) -> Iterator[Port]:
    secret = SecretStr(esoz.seed.pis.secret)
    if request.param == "in process":
        yield SandboxGateway(esoz, client_secret=secret)
        return
    with serve(esoz) as url, HttpGateway(auth_base_url=url, api_base_url=url, client_secret=secret) as gateway:
        yield gateway


@pytest.fixture
def tokens(esoz: Esoz, port: Port) -> Tokens:
    vault = MemoryVault()
    engine = Engine(pis(), store=MemoryStore[SignUp](), ports={"esoz": port, "vault": vault})
    client = PisClient(
        client_id=esoz.seed.pis.id,
        redirect_uri=esoz.seed.pis.redirect_uris[0],
        scope="app:read_pis person:details_pis",
        auth_ui="https://my.example.ua",
    )
    token = SecretStr(esoz.seed.confidant.access_token)
    request = RegistrationRequest.read(REQUEST)
    filled = RequestFilled(client=client, token=token, request=request, filled_on=datetime.now(UTC).date())
    signed = SecretStr(base64.b64encode(request.to_signed_json()).decode())
    handed_over = engine.send(engine.send(engine.begin(), filled), RequestSigned(user_data=signed))
    page = engine.page(handed_over)
    assert page is not None
    assert page.leads_to is not None
    back = brought_back(port, page.leads_to.get_secret_value())
    assert back is not None
    engine.send(handed_over, CallbackReceived.from_query(back.partition("?")[2]))
    tokens = vault.tokens(handed_over.id)
    assert tokens is not None
    return tokens


def refreshed_at(port: Port, esoz: Esoz, tokens: Tokens) -> Tokens | NotDone:
    return refresh(port, tokens, client_id=esoz.seed.pis.id, instance="i1")


def test_tokens_are_refreshed_as_often_as_asked_until_the_log_out(esoz: Esoz, port: Port, tokens: Tokens) -> None:
    first = refreshed_at(port, esoz, tokens)
    assert isinstance(first, Tokens)
    second = refreshed_at(port, esoz, first)
    assert isinstance(second, Tokens)
    assert len({tokens.access_token, first.access_token, second.access_token}) == 3
    assert {tokens.refresh_token} == {first.refresh_token, second.refresh_token}
    assert second.scope == tokens.scope
    assert isinstance(log_out(port, second, instance="i1"), LoggedOut)
    over = refreshed_at(port, esoz, second)
    assert isinstance(over, NotDone)
    assert [message.params.get("text") for message in over.messages] == ["Token expired."]
    again = log_out(port, second, instance="i1")
    assert isinstance(again, NotDone)
    assert [message.code for message in again.messages] == ["session_expired"]
    assert (esoz.ledger.count("refresh"), esoz.ledger.count("logout")) == (2, 1)


def test_a_refresh_after_the_approval_was_revoked_or_the_token_expired_is_refused(
    esoz: Esoz, port: Port, tokens: Tokens
) -> None:
    esoz.turn(RevokeApprovals())
    revoked = refreshed_at(port, esoz, tokens)
    assert isinstance(revoked, NotDone)
    assert (revoked.failure, revoked.messages[0].params["text"]) == (
        Failure.REFUSED,
        "Resource owner revoked access for the client.",
    )
    esoz.turn(Expire(what="refresh"))
    expired = refreshed_at(port, esoz, tokens)
    assert isinstance(expired, NotDone)
    assert expired.messages[0].params["text"] == "Token expired."
    assert esoz.ledger.count("refresh") == 0


def test_a_lost_answer_is_unknown_and_nothing_is_sent_twice(esoz: Esoz, port: Port, tokens: Tokens) -> None:
    esoz.script(
        Fault(endpoint="refresh", kind="drop", after_effect=True),
        Fault(endpoint="logout", kind="drop", after_effect=True),
    )
    for outcome in (refreshed_at(port, esoz, tokens), log_out(port, tokens, instance="i1")):
        assert isinstance(outcome, NotDone)
        assert outcome.failure is Failure.UNKNOWN
    assert (esoz.ledger.count("refresh"), esoz.ledger.count("logout")) == (1, 1)
