"""The demonstration PIS as a WSGI application: its pages, its callback, and what stands behind them (4.1, 4.9)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from flask import Flask

from ....flow import Clock, Engine, Ids, Observer, Port, RandomIds, Store, SystemClock, UsageError
from ....states.calls import ESOZ, VAULT
from ....states.flow import pis
from ....states.ports import Signer
from ....states.settings import Settings
from ....states.signup import PisClient, SignUp
from ...stores.memory import MemoryStore
from ...ui.web.acting import PATIENCE
from ...ui.web.headers import secured
from ...ui.web.rendering import STATIC_FILES
from ...vault import MemoryVault
from .acts import BackEnd, Confidant
from .views import Views
from .visits import Visits

_OWN_PATHS: Final = ("sign-in", "sign-out", "sign-ups", "static")
_CALLBACK: Final = re.compile(rf"(?!/(?:{'|'.join(_OWN_PATHS)})(?:/|$))(?:/[A-Za-z0-9._~-]+)+")


def pis_app(
    client: PisClient,
    *,
    confidant: Confidant,
    esoz: Port,
    signer: Signer,
    settings: Settings | None = None,
    store: Store[SignUp] | None = None,
    vault: MemoryVault | None = None,
    visits: Visits | None = None,
    clock: Clock | None = None,
    ids: Ids | None = None,
    observers: tuple[Observer, ...] = (),
    patience: float = PATIENCE,
) -> Flask:
    """Give the site as a WSGI application. It serves the path of the client's `redirect_uri` as its callback.

    `confidant` is who signs in and whose test key `signer` signs with; `esoz` is a gateway with the client
    secret, `store` keeps the sign-ups and `vault` the tokens, both in memory if not
    given; `visits` knows who is signed in and `forgetting` what was theirs.
    `patience` is in seconds: so long a page waits for a call that another request has under way. Raises `UsageError`
    for a `redirect_uri` whose path the site cannot serve, and for settings without `state`.
    """
    callback, settings = urlsplit(client.redirect_uri).path, settings or Settings()
    _check(callback, settings)
    store, vault = store or MemoryStore[SignUp](), vault or MemoryVault()
    clock = clock or SystemClock()
    ports = {ESOZ: esoz, VAULT: vault}
    engine = Engine(pis(settings), store=store, ports=ports, clock=clock, ids=ids, observers=observers)
    behind = BackEnd(
        client=client, confidant=confidant, engine=engine, esoz=esoz, signer=signer, vault=vault, clock=clock
    )
    views = Views(behind, visits or Visits(forgetting(store, vault)), ids or RandomIds(), patience)
    app = Flask("esozflow_pis", static_folder=STATIC_FILES, static_url_path="/static")
    app.add_url_rule("/", "home", views.home, methods=["GET"])
    app.add_url_rule("/sign-in", "sign_in", views.sign_in, methods=["POST"])
    app.add_url_rule("/sign-out", "sign_out", views.sign_out, methods=["POST"])
    app.add_url_rule("/sign-ups", "begin", views.begin, methods=["POST"])
    app.add_url_rule("/sign-ups/<reference>", "show", views.show, methods=["GET"])
    app.add_url_rule("/sign-ups/<reference>", "act", views.act, methods=["POST"])
    app.add_url_rule(callback, "come_back", views.come_back, methods=["GET"])
    app.register_error_handler(Exception, views.refuse)
    app.after_request(secured)
    return app


def forgetting(store: Store[SignUp], vault: MemoryVault) -> Callable[[str], None]:
    """Give what forgets a sign-up whose visit is over: its tokens, and itself if it is only in memory.

    What is in a database loses its data when its time is over, and goes when an operator purges it.
    """

    def forget(id: str) -> None:
        if isinstance(store, MemoryStore):
            store.forget(id)
        vault.forget(id)

    return forget


def _check(callback: str, settings: Settings) -> None:
    if not _CALLBACK.fullmatch(callback):
        raise UsageError(
            "The site cannot serve the path of the redirect URI",
            hint="Register a redirect URI with a plain path of its own, such as /oauth/callback.",
            code="redirect_path",
        )
    if not settings.append_state:
        raise UsageError(
            "The site finds a sign-up by the state that comes back, and these settings send none",
            hint="Give settings with append_state=True.",
            code="state_needed",
        )
