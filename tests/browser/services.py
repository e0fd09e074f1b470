"""The sandbox, the Auth UI and the demonstration PIS, each behind a server on loopback."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

from pydantic import SecretStr

from esozflow.adapters.demo.pis_site import Confidant, pis_app
from esozflow.adapters.http import HttpGateway
from esozflow.adapters.sandbox import Esoz, Fault, Request, Response, SandboxSettings, Seed, serve
from esozflow.adapters.sandbox.certificates import Signatory
from esozflow.adapters.sandbox.registry import Token
from esozflow.adapters.serving.server import served
from esozflow.adapters.signing import CertificateSigner
from esozflow.adapters.stores.memory import MemoryStore
from esozflow.adapters.ui.web import auth_ui_app
from esozflow.adapters.vault import MemoryVault
from esozflow.flow import Engine, Moved
from esozflow.states import PisClient, Settings, Signer, SignUp, auth_ui
from esozflow.states.calls import Tokens
from esozflow.states.redirects import with_parameters

from ..parties import AUTHORITY, SEED, SIGNER, HandClock, signed

CONFIDANT = SEED.confidant
MOTHER = f"{CONFIDANT.last_name} {CONFIDANT.first_name} {CONFIDANT.second_name}"
SIGNERS = {
    "confidant": SIGNER,
    "stranger": CertificateSigner(AUTHORITY.issue(Signatory(surname="Чужий", drfo="2999900011"))),
}
SCOPE = "app:read_pis person:details_pis declaration:read_pis"
CALLBACK = "/oauth/callback"
REGISTERED = {"register": 1, "approve": 0, "exchange": 0}
SIGNED_UP = {"register": 1, "approve": 1, "exchange": 1}


class Sandbox(Esoz):
    """An emulated ЕСОЗ whose next answers can be held back after their effect, until they are let go."""

    held: threading.Event | None = None

    def handle(self, request: Request) -> Response:
        response = super().handle(request)
        if self.held:
            self.held.wait(60)
        return response

    def tokens(self) -> list[Token]:
        """Give everything that was issued so far."""
        return list(self._backend.registry.tokens.values())

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Hold all answers back while the block runs."""
        self.held = threading.Event()
        try:
            yield
        finally:
            self.held.set()
            self.held = None


class FailingVault(MemoryVault):
    """A vault that fails so many times before it keeps anything."""

    def __init__(self, failures: int) -> None:
        super().__init__()
        self._failures = failures

    def _keep(self, instance: str, tokens: Tokens) -> None:
        if self._failures:
            self._failures -= 1
            raise OSError("the disk is full")
        super()._keep(instance, tokens)


class Services:
    """What a browser meets: `auth_ui` and `pis` are base URLs, `esoz` is the sandbox behind them.

    `moves` are those of both engines, in order; `clock` is the one of both.
    """

    def __init__(self, esoz: Sandbox, auth_ui: str, client: PisClient, clock: HandClock, moves: list[Moved]) -> None:
        self.esoz = esoz
        self.auth_ui = auth_ui
        self.client = client
        self.clock = clock
        self.moves = moves

    @property
    def pis(self) -> str:
        return self.client.redirect_uri.removesuffix(CALLBACK)

    @property
    def redirect_uri(self) -> str:
        return self.client.redirect_uri

    def link(self, *, child: int = 0, **changes: str | None) -> str:
        """Give the URL of 4.1; `changes` are its parameters, `None` for one to leave out."""
        parameters = {
            "client_id": self.client.client_id,
            "redirect_uri": self.client.redirect_uri,
            "scope": self.client.scope,
            "user_data": signed(child).user_data.get_secret_value(),
            "token": CONFIDANT.access_token,
            "state": "the-state-of-the-pis",
            **changes,
        }
        given = [(name, value) for name, value in parameters.items() if value is not None]
        return with_parameters(f"{self.auth_ui}/confidant/sign-up", given)

    def script(self, endpoint: str, kind: str, **how: Any) -> None:
        """Script a fault of the sandbox."""
        self.esoz.script(Fault.read({"endpoint": endpoint, "kind": kind, **how}))

    def wait_for(self, event: type) -> None:
        """Wait until a party has taken the event; what it calls for is then under way, or done."""
        until = time.monotonic() + 15
        while event.__name__ not in {moved.move.event for moved in self.moves}:
            assert time.monotonic() < until, f"no {event.__name__}"
            time.sleep(0.01)

    def effects(self) -> Mapping[str, int]:
        """Count what was registered, approved and exchanged."""
        counts = self.esoz.ledger.counts()
        return {"register": counts["register"], "approve": counts["approve"], "exchange": counts["exchange"]}


@contextmanager
def services(
    *,
    redirect_known: bool = True,
    redirect_registered: bool = True,
    patience: float = 5.0,
    scope: str = SCOPE,
    token: str = CONFIDANT.access_token,
    secret: str = SEED.pis.secret,
    signer: Signer = SIGNERS["confidant"],
    vault_failures: int = 0,
    **settings: Any,
) -> Iterator[Services]:
    """Start all three.

    `settings` are the flow's; `patience`, in seconds, is how long a page waits for a call. The PIS asks for `scope`;
    its confidant has `token` and signs with `signer`; its back-end has `secret`, and a vault that first fails as often
    as `vault_failures` says.
    """
    with ExitStack() as running:
        of_auth_ui, of_pis = running.enter_context(_port()), running.enter_context(_port())
        client = PisClient(
            client_id=SEED.pis.id, redirect_uri=f"{_url(of_pis)}{CALLBACK}", scope=scope, auth_ui=_url(of_auth_ui)
        )
        registered = (client.redirect_uri,) if redirect_registered else ()
        esoz = Sandbox(
            SandboxSettings(signature_mode="cms"),
            seed=Seed(loopback_redirect_uris=registered),
            trusted=[AUTHORITY.certificate],
            source=random.Random(7),
        )
        sandbox_server = serve(esoz)
        url = sandbox_server.__enter__()
        gateway = partial(HttpGateway, auth_base_url=url, api_base_url=url, sleep=lambda _: None)
        known = {(client.client_id, client.redirect_uri)} if redirect_known else set[tuple[str, str]]()
        clock, moves = HandClock(), list[Moved]()
        engine = Engine[SignUp](
            auth_ui(Settings(known_redirects=frozenset(known), **settings)),
            store=MemoryStore[SignUp](),
            ports={"esoz": running.enter_context(gateway())},
            clock=clock,
            observers=(moves.append,),
        )
        site = pis_app(
            client,
            confidant=Confidant(name=MOTHER, person_id=CONFIDANT.person_id, access_token=SecretStr(token)),
            esoz=running.enter_context(gateway(client_secret=SecretStr(secret))),
            signer=signer,
            vault=FailingVault(vault_failures),
            clock=clock,
            observers=(moves.append,),
            patience=patience,
        )
        running.enter_context(served(auth_ui_app(engine, patience=patience), listening=of_auth_ui))
        running.enter_context(served(site, listening=of_pis))
        running.push(sandbox_server)  # the first to stop: it breaks the calls that are under way
        yield Services(esoz, client.auth_ui, client, clock, moves)


@contextmanager
def _port() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def _url(listening: socket.socket) -> str:
    return f"http://127.0.0.1:{listening.getsockname()[1]}"
