"""A sandbox behind a real socket, a clock that stands still, and a client that makes one call per method."""

from __future__ import annotations

import base64
import copy
import json
import random
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
import requests

from esozflow.adapters.sandbox import Esoz, SandboxSettings, Seed, serve

from ...people import EXAMPLE_REQUEST

SCOPE = "app:read_pis person:details_pis"
_SEED_TOKEN = object()


class Clock:
    """Time that moves only when it is told to."""

    def __init__(self):
        self.time = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self):
        return self.time

    now = __call__

    def monotonic(self):
        return self.time.timestamp()

    def advance(self, **by):
        self.time += timedelta(**by)


class Driver:
    """One method for each call of the flow; whatever is not given is what the happy path needs."""

    def __init__(self, esoz, url, http, clock):
        self.esoz, self.url, self.http, self.clock = esoz, url, http, clock
        self.pis, self.other, self.confidant = esoz.seed.pis, esoz.seed.other_pis, esoz.seed.confidant
        self.redirect_uri = self.pis.redirect_uris[0]

    def call(self, method, path, *, bearer=None, headers=None, **more):
        headers = dict(headers or {})
        if bearer is not None:
            headers["Authorization"] = f"Bearer {bearer}"
        return self.http.request(method, self.url + path, headers=headers, timeout=10, allow_redirects=False, **more)

    def post(self, path, body, **more):
        return self.call("POST", path, json=body, **more)

    def get(self, path, **more):
        return self.call("GET", path, **more)

    def signed(self, content=None, **changed):
        if content is None:
            content = copy.deepcopy(EXAMPLE_REQUEST)
        if changed:
            content["person"].update(changed)
        raw = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
        return base64.b64encode(raw).decode()

    def body(self, content=None, **more):
        signed = content if isinstance(content, str) else self.signed(content)
        return {"signed_content": signed, "signed_content_encoding": "base64", **more}

    def validate(self, content=None, *, bearer=_SEED_TOKEN, **more):
        bearer = self.confidant.access_token if bearer is _SEED_TOKEN else bearer
        return self.post("/api/pis/confidant/sign-up_validation", self.body(content), bearer=bearer, **more)

    def jwt(self, content=None, **more):
        return self.validate(content, **more).json()["data"]["token"]

    def register(self, content=None, *, jwt=None, auth="jwt_header", fields=None, **more):
        jwt = self.jwt(content) if jwt is None else jwt
        bearer = {"jwt_header": jwt, "token_header": self.confidant.access_token, "none": None}[auth]
        body = self.body(content, jwt=jwt, **(fields or {}))
        return self.post("/api/pis/confidant/register", body, bearer=bearer, **more)

    def session(self):
        return self.register().json()["data"]["access_token"]

    def approve(self, session=None, *, drop=(), **app):
        session = self.session() if session is None else session
        fields = {"client_id": self.pis.id, "scope": SCOPE, "redirect_uri": self.redirect_uri, **app}
        body = {"app": {name: value for name, value in fields.items() if name not in drop}}
        return self.post("/oauth/apps/authorize", body, bearer=session)

    def code(self, **app):
        return self.approve(**app).json()["data"]["value"]

    def exchange(self, code=None, *, drop=(), **token):
        fields = {
            "grant_type": "authorization_code",
            "client_id": self.pis.id,
            "client_secret": self.pis.secret,
            "code": self.code() if code is None else code,
            "redirect_uri": self.redirect_uri,
            "scope": SCOPE,
            **token,
        }
        return self.post("/oauth/tokens", {"token": {k: v for k, v in fields.items() if k not in drop}})

    def tokens(self):
        return self.exchange().json()["data"]

    def refresh(self, refresh_token, **token):
        fields = {"client_id": self.pis.id, "client_secret": self.pis.secret, "refresh_token": refresh_token, **token}
        return self.post("/oauth/tokens", {"token": {"grant_type": "refresh_token", **fields}})

    def knobs(self, *knobs):
        answer = self.post("/sandbox/knobs", {"knobs": list(knobs)})
        assert answer.status_code == 200, answer.text

    def faults(self, *faults):
        answer = self.post("/sandbox/faults", {"faults": list(faults)})
        assert answer.status_code == 200, answer.text

    def counts(self):
        return self.get("/sandbox/ledger").json()["counts"]


def told(answer):
    """Status, type, decisive text and entry of a refusal, with the envelope checked on the way."""
    body = answer.json()
    assert set(body) == {"meta", "error"}
    assert body["meta"]["code"] == answer.status_code
    assert body["meta"]["request_id"] == answer.headers["X-Request-ID"]
    error = body["error"]
    if error["type"] != "validation_failed":
        return answer.status_code, error["type"], error.get("message"), None
    first = error["invalid"][0]
    return answer.status_code, error["type"], first["rules"][0]["description"], first["entry"]


@pytest.fixture
def example():
    return copy.deepcopy(EXAMPLE_REQUEST)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def refusal():
    return told


@pytest.fixture
def sandbox():
    """Build a sandbox with the given settings (keywords), reached over HTTP; it ends with the test."""
    with ExitStack() as stack:

        def build(*, seed=None, trusted=(), source=None, clock=None, **settings):
            clock = clock or Clock()
            esoz = Esoz(
                SandboxSettings(**settings),
                seed=seed or Seed(),
                clock=clock,
                source=source or random.Random(7),
                trusted=trusted,
            )
            url = stack.enter_context(serve(esoz))
            http = stack.enter_context(requests.Session())
            http.trust_env = False
            return Driver(esoz, url, http, clock)

        yield build


@pytest.fixture
def driver(sandbox):
    driver = sandbox()
    yield driver
    assert driver.esoz.internal_errors == 0
