"""Calls over loopback HTTP: the gateway beside bare clients, a whole sign-up beside its six bare calls."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests
import urllib3
from pydantic import SecretStr

from esozflow.adapters.http import HttpGateway
from esozflow.adapters.stores.memory import MemoryStore
from esozflow.adapters.vault import MemoryVault
from esozflow.flow import Call, Engine, Port, Repeat
from esozflow.states import SignUp, sign_up
from esozflow.states.calls import HttpRequest, Service

from .environments import ROOT
from .rounds import Row, interleaved, seconds
from .signups import CLIENT, SEED, acts, request_of, signed, whole

CALLS, SIGN_UPS = 50, 5
"""Of each side in a turn."""
TURNS = 4
"""Of whole sign-ups in a round; calls have one."""
BODY = {"signed_content": "x" * 4000, "signed_content_encoding": "base64"}
HEADERS = {"Authorization": "Bearer " + "t" * 64}
PATH = "/api/v2/something"


@contextmanager
def process(*command: str, env: dict[str, str] | None = None) -> Iterator[str]:
    """Run one of our own servers until the block ends; give the base URL that it prints."""
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and our own arguments
        [sys.executable, *command],
        cwd=ROOT,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert child.stdin
    assert child.stdout
    try:
        yield str(json.loads(child.stdout.readline())["base_url"])
    finally:
        child.stdin.close()
        child.wait(60)
        child.stdout.close()


def gateway(rounds: int) -> Iterator[Row]:
    """One POST with a bearer and 4 KB, answered at once with 0.5 KB of JSON."""
    with (
        process("-m", "bench.answering") as base_url,
        HttpGateway(auth_base_url=base_url, api_base_url=base_url) as ours,
    ):
        clients = {
            "connection kept": _performing(ours, Repeat.FREELY),
            "new connection, as for a call that writes": _performing(ours, Repeat.WHEN_ASKED),
            **_bare(base_url + PATH),
        }
        took = interleaved(rounds, {name: _ms(act, CALLS) for name, act in clients.items()})
    for mine, theirs, at_most in (
        ("connection kept", "requests.Session, its defaults", 1.0),
        ("connection kept", "requests.Session, trust_env=False", None),
        ("connection kept", "urllib3.PoolManager", None),
        ("new connection, as for a call that writes", "requests.Session, its defaults", None),
        ("new connection, as for a call that writes", "requests.post", None),
    ):
        yield Row(
            workload="gateway call, parsed",
            ours=mine,
            beside=theirs,
            unit="ms",
            mine=took[mine],
            theirs=took[theirs],
            at_most=at_most,
        )


def _performing(ours: HttpGateway, repeat: Repeat) -> Callable[[], object]:
    request = HttpRequest(method="POST", service=Service.API, path=PATH, body=BODY, bearer=SecretStr("t" * 64))
    call = Call(instance="bench", name="bench", port="esoz", repeat=repeat, deadline=30.0, request=request)

    def act() -> None:
        outcome = ours.perform(call)
        assert getattr(outcome, "status", None) == 200, outcome

    return act


def _bare(url: str) -> dict[str, Callable[[], object]]:
    usual, untrusting, pool = requests.Session(), requests.Session(), urllib3.PoolManager()
    untrusting.trust_env = False
    as_json = {**HEADERS, "Content-Type": "application/json"}
    return {
        "requests.Session, its defaults": lambda: usual.post(url, json=BODY, headers=HEADERS, timeout=30),
        "requests.Session, trust_env=False": lambda: untrusting.post(url, json=BODY, headers=HEADERS, timeout=30),
        "urllib3.PoolManager": lambda: pool.request("POST", url, body=json.dumps(BODY), headers=as_json).data,
        "requests.post": lambda: requests.post(url, json=BODY, headers=HEADERS, timeout=30),
    }


def sign_up_over_http(rounds: int) -> Iterator[Row]:
    """A whole sign-up in memory, with the sandbox in a process of its own; and its calls, as a script makes them."""
    with (
        process("-m", "esozflow.adapters.cli", "sandbox", "--json", "--signatures", "plain") as url,
        HttpGateway(auth_base_url=url, api_base_url=url, client_secret=SecretStr(SEED.pis.secret)) as ours,
    ):
        ports: dict[str, Port] = {"esoz": ours, "vault": MemoryVault()}
        engine = Engine(sign_up(), store=MemoryStore[SignUp](), ports=ports)
        times = (rounds * TURNS + 1) * SIGN_UPS
        given = iter([list(acts(child)) for child in range(1000, 1000 + times)])
        contents = iter([signed(request_of(child)) for child in range(5000, 5000 + times)])
        session = requests.Session()
        sides = {
            "ours": _ms(lambda: whole(engine, next(given)), SIGN_UPS),
            "bare": _ms(lambda: by_script(session, url, next(contents)), SIGN_UPS),
        }
        interleaved(1, sides)
        took = interleaved(rounds * TURNS, sides)
    yield Row(
        workload="whole sign-up over HTTP",
        ours="engine, memory store",
        beside="its six calls by requests.Session, its defaults",
        unit="ms",
        mine=took["ours"],
        theirs=took["bare"],
        at_most=1.05,
    )


def by_script(session: requests.Session, base_url: str, content: str) -> None:
    """The six calls of a sign-up, and no more than is needed to make the next one."""

    def data(method: str, path: str, bearer: str | None, body: object = None, **headers: str) -> Any:
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        answer = session.request(method, base_url + path, json=body, headers=headers, timeout=30)
        answer.raise_for_status()
        return answer.json()["data"]

    signed_content = {"signed_content": content, "signed_content_encoding": "base64"}
    app = {"client_id": CLIENT.client_id, "redirect_uri": CLIENT.redirect_uri, "scope": CLIENT.scope}
    token = SEED.confidant.access_token
    jwt = data("POST", "/api/pis/confidant/sign-up_validation", token, signed_content)["token"]
    registered = data("POST", "/api/pis/confidant/register", token, {**signed_content, "jwt": jwt})
    session_token = registered["access_token"]
    data("GET", "/api/dictionaries?name=SCOPES", None)
    data("GET", f"/oauth/clients/{CLIENT.client_id}/details", session_token)
    code = data("POST", "/oauth/apps/authorize", session_token, {"app": app})["value"]
    secret = SEED.pis.secret
    exchange = {**app, "grant_type": "authorization_code", "code": code, "client_secret": secret}
    data("POST", "/oauth/tokens", None, {"token": exchange}, **{"API-key": secret})


def _ms(act: Callable[[], object], times: int) -> Callable[[], float]:
    return lambda: seconds(act, times) * 1000
