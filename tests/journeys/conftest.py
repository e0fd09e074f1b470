"""One organisation or two, against an emulated ЕСОЗ in this process, over HTTP or without a socket."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import SecretStr

from esozflow.adapters.demo.people import REQUEST
from esozflow.adapters.http import HttpGateway
from esozflow.adapters.sandbox import Esoz, Request, Response, SandboxSettings, serve
from esozflow.adapters.stores.memory import MemoryStore
from esozflow.adapters.vault import MemoryVault
from esozflow.flow import Engine, Snapshot
from esozflow.states import (
    Confirm,
    HandedOver,
    Opened,
    RegistrationRequest,
    RequestFilled,
    SignUp,
)

from ..authorities import _one_authority  # noqa: F401 - a fixture, in use by being here
from ..parties import AUTHORITY, CLIENT, SEED, HandClock, signed  # noqa: F401 - given to the tests


class Recorded:
    """An emulated ЕСОЗ that remembers the requests it was sent."""

    def __init__(self, esoz: Esoz) -> None:
        self._esoz = esoz
        self.requests: list[Request] = []

    def handle(self, request: Request) -> Response:
        self.requests.append(request)
        return self._esoz.handle(request)

    def times(self, path: str) -> int:
        return sum(request.path == path for request in self.requests)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._esoz, name)


def new_esoz(**settings: Any) -> Esoz:
    return Esoz(
        SandboxSettings(signature_mode="cms", **settings),
        seed=SEED,
        trusted=[AUTHORITY.certificate],
        source=random.Random(7),
    )


def gateway(url: str, *, secret: bool = True, **options: Any) -> HttpGateway:
    client_secret = SecretStr(SEED.pis.secret) if secret else None
    return HttpGateway(auth_base_url=url, api_base_url=url, client_secret=client_secret, **options)


def engine(flow: Any, esoz_port: Any, **options: Any) -> Engine[SignUp]:
    return Engine(
        flow,
        store=options.pop("store", None) or MemoryStore[SignUp](),
        ports={"esoz": esoz_port, "vault": MemoryVault()},
        **options,
    )


def filled() -> RequestFilled:
    return RequestFilled(
        client=CLIENT,
        token=SecretStr(SEED.confidant.access_token),
        request=RegistrationRequest.read(REQUEST),
        filled_on=datetime.now(UTC).date(),
    )


def opened(**changes: Any) -> Opened:
    return Opened(
        **{
            "client_id": CLIENT.client_id,
            "redirect_uri": CLIENT.redirect_uri,
            "scope": CLIENT.scope,
            "user_data": signed().user_data,
            "token": SecretStr(SEED.confidant.access_token),
            "state": SecretStr("the-state-of-the-pis"),
            **changes,
        }
    )


def at_confirm(one: Engine[SignUp]) -> Snapshot[SignUp]:
    return one.send(one.begin(), opened())


def at_consent(one: Engine[SignUp]) -> Snapshot[SignUp]:
    return one.send(at_confirm(one), Confirm())


def whole_at_confirm(one: Engine[SignUp], child: int = 0) -> Snapshot[SignUp]:
    snapshot = one.begin()
    for event in (filled(), signed(child), HandedOver(), opened(user_data=signed(child).user_data)):
        snapshot = one.send(snapshot, event)
    return snapshot


def at_consent_of_whole(one: Engine[SignUp], child: int = 0) -> Snapshot[SignUp]:
    return one.send(whole_at_confirm(one, child), Confirm())


@pytest.fixture
def given() -> SimpleNamespace:
    """The names of this module, for tests that cannot import it."""
    return SimpleNamespace(**{name: value for name, value in globals().items() if not name.startswith("__")})


@pytest.fixture
def served() -> Iterator[Callable[..., tuple[Recorded, str]]]:
    """Serve one `Esoz` over loopback HTTP."""
    running: list[Any] = []

    def start(**settings: Any) -> tuple[Recorded, str]:
        esoz = Recorded(new_esoz(**settings))
        context = serve(cast(Esoz, esoz))
        url = context.__enter__()
        running.append(context)
        return esoz, url

    yield start
    for context in running:
        context.__exit__(None, None, None)
