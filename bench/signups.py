"""Whole sign-ups, to be measured: the seven acts of users and browsers, and an ЕСОЗ that takes no time."""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from esozflow.adapters.demo.people import REQUEST
from esozflow.adapters.sandbox import Esoz, Seed
from esozflow.adapters.sandbox.gateway import SandboxGateway
from esozflow.flow import Call, Engine, Event, Outcome, Snapshot
from esozflow.states import (
    Accept,
    CallbackReceived,
    Confirm,
    HandedOver,
    Opened,
    PisClient,
    RegistrationRequest,
    RequestFilled,
    RequestSigned,
    SignUp,
)

SEED = Seed()
CLIENT = PisClient(
    client_id=SEED.pis.id,
    redirect_uri=SEED.pis.redirect_uris[0],
    scope="app:read_pis person:details_pis",
    auth_ui="https://my.example.ua",
)


class Constant:
    """A gateway that gives the answers that ЕСОЗ gave once, so that only keeping is measured."""

    def __init__(self) -> None:
        self._esoz = SandboxGateway(Esoz(seed=SEED), client_secret=SecretStr(SEED.pis.secret))
        self._given: dict[tuple[str, str], Outcome] = {}

    def perform(self, call: Call) -> Outcome:
        key = call.name, getattr(call.request, "path", "")
        if key not in self._given:
            self._given[key] = self._esoz.perform(call)
        return self._given[key]


def request_of(child: int) -> RegistrationRequest:
    """Give a registration request; each number is another child."""
    given = copy.deepcopy(REQUEST)
    person: dict[str, Any] = given["person"]
    person |= {"tax_id": f"42{child:08}", "unzr": f"20150705-{child:05}"}
    person["documents"][0]["number"] = f"АМ{child:06}"
    return RegistrationRequest.read(given)


def signed(request: RegistrationRequest) -> str:
    """Give the content as the sandbox takes it while it verifies no signatures."""
    return base64.b64encode(request.to_signed_json()).decode()


def acts(child: int = 1) -> Iterator[Event]:
    """The seven acts of users and browsers but the last, which needs what the one before led to."""
    request = request_of(child)
    token = SecretStr(SEED.confidant.access_token)
    container = SecretStr(signed(request))
    yield RequestFilled(client=CLIENT, token=token, request=request, filled_on=datetime.now(UTC).date())
    yield RequestSigned(user_data=container)
    yield HandedOver()
    yield Opened(
        client_id=CLIENT.client_id,
        redirect_uri=CLIENT.redirect_uri,
        scope=CLIENT.scope,
        user_data=container,
        token=token,
        state=SecretStr("of the PIS"),
    )
    yield Confirm()
    yield Accept()


def whole(engine: Engine[SignUp], given: list[Event], seen: Callable[[Snapshot[SignUp]], object] = id) -> None:
    """Walk one sign-up, each event on what the one before it gave."""
    walk(engine, engine.send, given, seen)


def anew(engine: Engine[SignUp], given: list[Event]) -> None:
    """Walk one sign-up as on many machines: each event finds it in the store."""
    walk(engine, lambda last, event: engine.send(engine.load(last.id), event), given)


def walk(
    engine: Engine[SignUp],
    send: Callable[[Snapshot[SignUp], Event], Snapshot[SignUp]],
    given: list[Event],
    seen: Callable[[Snapshot[SignUp]], object] = id,
) -> None:
    snapshot = engine.begin()
    for event in given:
        snapshot = send(snapshot, event)
        seen(snapshot)
    page = engine.page(snapshot)
    assert page
    assert page.leads_to
    assert snapshot.context.oauth_state
    query = page.leads_to.get_secret_value().partition("?")[2]
    state = snapshot.context.oauth_state.get_secret_value()
    back = CallbackReceived.from_query(query.replace("of%20the%20PIS", state).replace("of+the+PIS", state))
    snapshot = send(snapshot, back)
    seen(snapshot)
    if snapshot.state != "signed_up":
        raise RuntimeError(f"the sign-up ended in {snapshot.state}")
