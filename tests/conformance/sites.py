"""Our Auth UI and our PIS on loopback, whole or with a defect, and the bench that they are put on."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from esozflow.adapters.conformance import auth_ui as of_auth_ui
from esozflow.adapters.conformance import pis as of_pis
from esozflow.adapters.conformance.watched import WatchedEsoz
from esozflow.adapters.demo.pis_site import Confidant, pis_app
from esozflow.adapters.http import HttpGateway
from esozflow.adapters.sandbox import Seed
from esozflow.adapters.sandbox.keys import CONFIDANT_KEY
from esozflow.adapters.serving.server import served
from esozflow.adapters.signing import CertificateSigner, SigningIdentity
from esozflow.adapters.stores.memory import MemoryStore
from esozflow.adapters.ui.web import auth_ui_app
from esozflow.states import PisClient, Settings, Signer, SignUp, auth_ui

from .seeding import Between, Seeds, between, patched

SEED = Seed()
REDIRECT_URI = SEED.pis.redirect_uris[0]
AUTH_UI = "http://127.0.0.1:8809"
"""Where the PIS believes the Auth UI to be. Nothing is sent there."""
CALL_DEADLINE = 3.0
"""Seconds: enough on a machine that is busy with other tests, too."""
THREADS = 4


@contextmanager
def bench_of_auth_ui(
    sandbox: tuple[str, WatchedEsoz, Signer], seeds: Seeds, monkeypatch: pytest.MonkeyPatch, **options: Any
) -> Iterator[of_auth_ui.Bench]:
    """Serve our Auth UI with its defects, and put it on the bench."""
    url, esoz, signer = sandbox
    patched(seeds, monkeypatch)
    settings: dict[str, Any] = {
        "known_redirects": frozenset({(SEED.pis.id, REDIRECT_URI)}),
        "ask_otp": True,
        "call_deadline": CALL_DEADLINE,
    }
    with ExitStack() as stack:
        gateway = stack.enter_context(HttpGateway(auth_base_url=url, api_base_url=url, sleep=lambda _: None))
        engine = seeds.engine(
            auth_ui(Settings(**(settings | seeds.settings))),
            store=MemoryStore[SignUp](),
            ports={"esoz": Between(gateway, seeds.calling)},
        )
        site = stack.enter_context(served(between(auth_ui_app(engine), seeds, gateway.perform), threads=THREADS))
        yield of_auth_ui.Bench(site, esoz, signer=signer, **options)


@contextmanager
def bench_of_pis(
    sandbox: tuple[str, WatchedEsoz, Path, socket.socket], seeds: Seeds, monkeypatch: pytest.MonkeyPatch
) -> Iterator[of_pis.Bench]:
    """Serve our PIS with its defects at the listening socket, and put it on the bench."""
    url, esoz, keys, listening = sandbox
    patched(seeds, monkeypatch)
    host, port = listening.getsockname()[:2]
    base_url, secret = f"http://{host}:{port}", SecretStr(SEED.pis.secret)
    invented = SEED.confidant
    client = PisClient(
        client_id=SEED.pis.id,
        redirect_uri=f"{base_url}/oauth/callback",
        scope="app:read_pis person:details_pis",
        auth_ui=AUTH_UI,
    )
    with ExitStack() as stack:
        gateway = stack.enter_context(
            HttpGateway(auth_base_url=url, api_base_url=url, client_secret=secret, sleep=lambda _: None)
        )
        given: dict[str, Any] = {
            "confidant": Confidant(
                name=f"{invented.last_name} {invented.first_name} {invented.second_name}",
                person_id=invented.person_id,
                access_token=SecretStr(invented.access_token),
            ),
            "esoz": Between(gateway, seeds.calling),
            "signer": CertificateSigner(SigningIdentity.from_pem((keys / CONFIDANT_KEY).read_bytes())),
            "settings": Settings(**({"call_deadline": CALL_DEADLINE} | seeds.settings)),
        }
        app = between(pis_app(client, **(given | seeds.options)), seeds, gateway.perform)
        # The server closes its socket; the redirect URI, and so the port, stays for the next one.
        stack.enter_context(served(app, listening=listening.dup(), threads=THREADS))
        yield of_pis.Bench(base_url, esoz, auth_ui=AUTH_UI, redirect_uri=client.redirect_uri)
