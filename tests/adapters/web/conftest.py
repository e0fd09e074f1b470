"""The Auth UI behind Flask's test client, over an emulated ЕСОЗ in this process."""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from werkzeug.test import TestResponse

from esozflow.adapters.demo.people import REQUEST
from esozflow.adapters.sandbox import Esoz, SandboxSettings
from esozflow.adapters.sandbox.gateway import SandboxGateway
from esozflow.adapters.stores.memory import MemoryStore
from esozflow.adapters.ui.web import auth_ui_app
from esozflow.flow import Engine
from esozflow.states import RegistrationRequest, RequestSigned, Settings, SignUp, auth_ui
from esozflow.states.redirects import with_parameters

from ...parties import AUTHORITY, SEED, SIGNER, HandClock

REDIRECT_URI = SEED.pis.redirect_uris[0]
STATE = "canary-oauth-state"


def signed(**changes: Any) -> str:
    request = copy.deepcopy(REQUEST)
    request["person"] |= changes
    container = SIGNER.sign(RegistrationRequest.read(request).to_signed_json())
    return RequestSigned.of(container).user_data.get_secret_value()


def link(**changes: str | None) -> str:
    """The address of 4.1; a parameter of `None` is left out."""
    parameters = {
        "client_id": SEED.pis.id,
        "redirect_uri": REDIRECT_URI,
        "scope": "app:read_pis person:details_pis",
        "user_data": signed(),
        "token": SEED.confidant.access_token,
        "state": STATE,
    }
    return with_parameters(
        "/confidant/sign-up",
        [(name, value) for name, value in (parameters | changes).items() if value is not None],
    )


class Web:
    """One Auth UI, its engine and its sandbox; `browser()` gives a client with cookies of its own."""

    def __init__(self, *, settings: Settings | None = None, port: Any = None, store: Any = None, **options: Any):
        self.seed = SEED
        self.esoz = Esoz(
            SandboxSettings(signature_mode="cms"),
            seed=SEED,
            trusted=[AUTHORITY.certificate],
            source=random.Random(7),
        )
        self.clock = HandClock()
        self.store = store or MemoryStore[SignUp]()
        self.engine = Engine(
            auth_ui(settings or Settings()),
            store=self.store,
            ports={"esoz": port or SandboxGateway(self.esoz)},
            clock=self.clock,
        )
        self.app: Flask = auth_ui_app(self.engine, **options)

    def browser(self) -> Browser:
        return Browser(self.app.test_client())

    def ledger(self) -> dict[str, int]:
        return {kind: self.esoz.ledger.count(kind) for kind in ("register", "approve")}


class Browser:
    """What a browser does: opens the link, sends the page's own form, follows nothing by itself."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, address: str, **options: Any) -> TestResponse:
        return self.client.get(address, base_url="https://my.example.ua", buffered=True, **options)

    def post(self, address: str, form: dict[str, str], **options: Any) -> TestResponse:
        return self.client.post(address, base_url="https://my.example.ua", data=form, **options)

    def opens(self, address: str | None = None) -> str:
        """Open the link and give the clean address that it leads to."""
        opened = self.get(address or link())
        assert opened.status_code == 303, opened.text
        return opened.location

    def form(self, address: str) -> dict[str, str]:
        """The hidden fields of the page at `address`."""
        return hidden(self.get(address).text)

    def does(self, address: str, action: str, **fields: str) -> TestResponse:
        """Press a button of the page at `address`."""
        return self.post(address, {**self.form(address), "action": action, **fields})

    def at_consent(self) -> str:
        address = self.opens()
        assert self.does(address, "Confirm").location == address
        return address


def hidden(html: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html))


def path_of(location: str) -> str:
    return urlsplit(location).path


@pytest.fixture
def start() -> Callable[..., Web]:
    return Web


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
def known() -> Settings:
    """Settings under which the redirect URI of the example is known to be registered."""
    return Settings(known_redirects=frozenset({(SEED.pis.id, REDIRECT_URI)}))


@pytest.fixture
def secret() -> Callable[[str], SecretStr]:
    return SecretStr
