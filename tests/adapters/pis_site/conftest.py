"""The demonstration PIS behind Flask's test client, over an emulated ЕСОЗ in this process."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from werkzeug.test import TestResponse

from esozflow.adapters.demo.pis_site import Confidant, pis_app
from esozflow.adapters.sandbox import Esoz, SandboxSettings
from esozflow.adapters.sandbox.gateway import SandboxGateway
from esozflow.flow import Call, Moved, Outcome, Port

from ...parties import AUTHORITY, CLIENT, SEED, SIGNER, HandClock
from ..at_auth_ui import brought_back

AUTH_UI = CLIENT.auth_ui
BASE = "https://pis.example.ua"
CONFIDANT = Confidant(
    name="Садова Олена Петрівна",
    person_id=SEED.confidant.person_id,
    access_token=SecretStr(SEED.confidant.access_token),
)
SECRET = SecretStr(SEED.pis.secret)


class Between:
    """The way to the port behind it, which a test can replace for the calls to come."""

    def __init__(self, behind: Port) -> None:
        self.behind = behind
        self.calls: list[Call] = []
        self.instead: Callable[[Call], Outcome] | None = None

    def perform(self, call: Call) -> Outcome:
        self.calls.append(call)
        return self.instead(call) if self.instead else self.behind.perform(call)


class Site:
    """One PIS, its sandbox and the moves of its engine; `browser()` gives a client with cookies of its own."""

    def __init__(self, **options: Any) -> None:
        self.esoz = Esoz(SandboxSettings(signature_mode="cms"), seed=SEED, trusted=[AUTHORITY.certificate])
        self.at_auth_ui = SandboxGateway(self.esoz)
        self.port = Between(SandboxGateway(self.esoz, client_secret=SECRET))
        self.clock = HandClock()
        self.moves: list[Moved] = []
        given: dict[str, Any] = {
            "confidant": CONFIDANT,
            "esoz": self.port,
            "signer": SIGNER,
            "clock": self.clock,
            "observers": (self.moves.append,),
            "patience": 0.0,
        }
        self.app: Flask = pis_app(options.pop("client", CLIENT), **{**given, **options})

    def browser(self) -> Browser:
        return Browser(self, self.app.test_client())

    @property
    def went(self) -> list[str]:
        """The states to which sign-ups moved, in order."""
        return [moved.move.to_state for moved in self.moves]


class Browser:
    """What a browser does: sends the page's own forms, follows nothing by itself."""

    def __init__(self, site: Site, client: FlaskClient) -> None:
        self.site = site
        self.client = client

    def get(self, address: str = "/", **options: Any) -> TestResponse:
        return self.client.get(address, base_url=BASE, buffered=True, **options)

    def post(self, address: str, form: Any, **options: Any) -> TestResponse:
        return self.client.post(address, base_url=BASE, data=form, **options)

    def signs_in(self) -> TestResponse:
        return self.post("/sign-in", forms(self.get().text)["/sign-in"])

    def signs_out(self) -> TestResponse:
        return self.post("/sign-out", forms(self.get().text)["/sign-out"])

    def begins(self) -> str:
        """Begin a sign-up, signed in, and give its address."""
        if "/sign-ups" not in forms(self.get().text):
            assert self.signs_in().status_code == 303
        begun = self.post("/sign-ups", forms(self.get().text)["/sign-ups"])
        assert begun.status_code == 303
        return begun.location

    def form(self, address: str) -> dict[str, str]:
        """What the form of the page at `address` sends as it stands."""
        return forms(self.get(address).text)[address]

    def does(self, address: str, action: str, **fields: str) -> TestResponse:
        """Press a button of the page at `address`; fields are changed as told, by `person__last_name="…"`."""
        changed = {name.replace("__", "."): value for name, value in fields.items()}
        return self.post(address, {**self.form(address), "action": action, **changed})

    def at_signing(self) -> str:
        address = self.begins()
        filled = self.does(address, "RequestFilled", **CONSENTS)
        assert (filled.status_code, filled.location) == (303, address)
        return address

    def signs(self) -> tuple[str, str]:
        """Sign a request; give the sign-up's address and the URL of the Auth UI to which that leads."""
        address = self.at_signing()
        signed = self.does(address, "RequestSigned")
        assert signed.status_code == 303
        return address, signed.location

    def sent_back(self) -> tuple[str, str]:
        """Go on as far as the Auth UI's answer; give the sign-up's address and the callback, path and query."""
        address, to_auth_ui = self.signs()
        back = brought_back(self.site.at_auth_ui, to_auth_ui)
        assert back is not None
        return address, back.removeprefix(BASE)

    def signed_up(self) -> str:
        address, callback = self.sent_back()
        returned = self.get(callback)
        assert (returned.status_code, returned.location) == (303, address)
        return address


CONSENTS = {"patient_signed": "on", "process_disclosure_data_consent": "on"}

_FORM = re.compile(r'<form[^>]* action="([^"]+)"[^>]*>(.*?)</form>', re.DOTALL)
_INPUT = re.compile(r"<input ([^>]*)>")
_SELECT = re.compile(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
_CHOSEN = re.compile(r'<option value="([^"]*)" selected>')
_ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')


def forms(html: str) -> dict[str, dict[str, str]]:
    """What each form of a page sends as it stands, by its action."""
    found: dict[str, dict[str, str]] = {}
    for action, content in _FORM.findall(html):
        sent: dict[str, str] = {}
        for attributes in _INPUT.findall(content):
            one = dict(_ATTRIBUTE.findall(attributes))
            if one.get("type") != "checkbox" or "checked" in one:
                sent[one["name"]] = unescape(one.get("value", ""))
        for name, options in _SELECT.findall(content):
            chosen = _CHOSEN.search(options)
            sent[name] = unescape(chosen[1]) if chosen else ""
        found[unescape(action)] = sent
    return found


@pytest.fixture
def start() -> Callable[..., Site]:
    return Site


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    assert site.esoz.internal_errors == 0


@pytest.fixture
def browser(site: Site) -> Browser:
    return site.browser()
