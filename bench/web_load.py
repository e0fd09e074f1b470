"""How long the pages of the Auth UI take, beside the same pages made from constant data behind the same server.

Three servers run in processes of their own: the sandbox, `esozflow auth-ui`, and the static pages. This process is
the load: each client is a browser that signs up one child after another. Rounds of both alternate, so that a machine
that changes its pace changes it for both.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import urlencode, urlsplit

from cryptography.hazmat.primitives.serialization import Encoding
from flask import Flask, Response

from esozflow.adapters.sandbox import Esoz, SandboxSettings
from esozflow.adapters.sandbox.certificates import SandboxAuthority, Signatory
from esozflow.adapters.sandbox.gateway import SandboxGateway
from esozflow.adapters.serving.server import served
from esozflow.adapters.signing import CertificateSigner
from esozflow.adapters.stores.memory import MemoryStore
from esozflow.adapters.ui.web.headers import secured
from esozflow.adapters.ui.web.rendering import Renderer
from esozflow.flow import Engine, Page
from esozflow.states import Confirm, Opened, RequestSigned, SignUp, auth_ui

from .gateway import process
from .rounds import Row
from .signups import SEED, request_of

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
PAGES = ("confirm", "consent")
SIGN_UPS, CLIENTS = 60, 8
"""In a round."""

Times = dict[str, list[float]]


def signed(signer: CertificateSigner, child: int) -> str:
    container = signer.sign(request_of(child).to_signed_json())
    return RequestSigned.of(container).user_data.get_secret_value()


def query(user_data: str) -> str:
    return urlencode(
        {
            "client_id": SEED.pis.id,
            "redirect_uri": SEED.pis.redirect_uris[0],
            "scope": "app:read_pis person:details_pis declaration:read_pis",
            "user_data": user_data,
            "token": SEED.confidant.access_token,
            "state": "load",
        }
    )


def static_pages(authority: SandboxAuthority, signer: CertificateSigner) -> dict[str, Page]:
    esoz = Esoz(SandboxSettings(signature_mode="cms"), seed=SEED, trusted=[authority.certificate])
    engine = Engine(auth_ui(), store=MemoryStore[SignUp](), ports={"esoz": SandboxGateway(esoz)})
    confirm = engine.send(engine.begin(), Opened.from_query(query(signed(signer, 1))))
    consent = engine.send(confirm, Confirm())
    pages = {one.state: engine.page(one) for one in (confirm, consent)}
    return {name: page for name, page in pages.items() if page}


def static_app(pages: dict[str, Page]) -> Flask:
    """The same template and data, and nothing behind them."""
    app, renderer, until = Flask("static_pages", static_folder=None), Renderer(), datetime.now(UTC)

    def show(name: str) -> Response:
        html = renderer.html(
            "esozflow/page.html",
            "uk",
            page=pages[name],
            notice=None,
            invalid={},
            open_until=until,
            static="/confidant/static",
            address="/confidant/sign-up/" + "x" * 43,
            action="/confidant/sign-up/" + "x" * 43,
            form_token="x" * 43,
            revision=3,
        )
        return Response(html, content_type="text/html; charset=utf-8")

    app.add_url_rule("/<name>", "show", show)
    app.after_request(secured)
    return app


class Browser:
    """One client with a kept connection and a cookie."""

    def __init__(self, base_url: str, times: Times) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=60)
        self._cookie = ""
        self._times = times

    def ask(self, what: str, method: str, target: str, form: dict[str, str] | None = None) -> tuple[str, str]:
        """Send a request and note how long its answer took; give where it leads and what it says."""
        headers = {"Cookie": self._cookie, "Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode(form) if form else None
        started = time.perf_counter()
        self._connection.request(method, target, body, headers)
        answer = self._connection.getresponse()
        text = answer.read()
        self._times[what].append(time.perf_counter() - started)
        if answer.status not in (200, 303):
            raise RuntimeError(f"{what} was answered with {answer.status}")
        if cookie := answer.getheader("Set-Cookie"):
            self._cookie = cookie.partition(";")[0]
        return answer.getheader("Location") or "", text.decode()

    def signs_up(self, link: str) -> None:
        address, _ = self.ask("open", "GET", link)
        _, page = self.ask("confirm", "GET", address)
        self.ask("confirm, sent", "POST", address, {**dict(HIDDEN.findall(page)), "action": "Confirm"})
        _, page = self.ask("consent", "GET", address)
        back, _ = self.ask("consent, sent", "POST", address, {**dict(HIDDEN.findall(page)), "action": "Accept"})
        if "code=" not in back:
            raise RuntimeError("the sign-up did not end at the PIS")

    def looks(self, _: str) -> None:
        for name in PAGES:
            self.ask(name, "GET", f"/{name}")


def load(base_url: str, links: list[str], clients: int, act: Callable[[Browser, str], None], times: Times) -> float:
    """Let the clients share the links; give the seconds that it took."""
    shares = [links[start::clients] for start in range(clients)]

    def run(share: list[str]) -> None:
        browser = Browser(base_url, times)
        for link in share:
            act(browser, link)

    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as threads:
        list(threads.map(run, shares))
    return time.perf_counter() - started


def pages(rounds: int) -> Iterator[Row]:
    """What a page takes in the middle of sign-ups, beside the same page from constant data behind the same server."""
    authority = SandboxAuthority.create()
    signer = CertificateSigner(authority.issue(Signatory(drfo=SEED.confidant.tax_id or "")))
    rows: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in PAGES}
    acts: dict[str, list[float]] = defaultdict(list)
    with ExitStack() as stack:
        trusted = Path(stack.enter_context(TemporaryDirectory()), "trusted.pem")
        trusted.write_bytes(authority.certificate.public_bytes(Encoding.PEM))
        cli = ("-m", "esozflow.adapters.cli")
        sandbox = stack.enter_context(process(*cli, "sandbox", "--json", "--trusted", str(trusted)))
        env = {**os.environ, "ESOZFLOW_AUTH_BASE_URL": sandbox, "ESOZFLOW_API_BASE_URL": sandbox, "ESOZFLOW_PORT": "0"}
        auth_ui_url = stack.enter_context(process(*cli, "auth-ui", "--json", env=env))
        static_url = stack.enter_context(process("-m", "bench.web_load"))
        for number in range(rounds):
            first = 10 + number * SIGN_UPS
            links = [f"/confidant/sign-up?{query(signed(signer, one))}" for one in range(first, first + SIGN_UPS)]
            real: Times = defaultdict(list)
            static: Times = defaultdict(list)
            load(auth_ui_url, links, CLIENTS, Browser.signs_up, real)
            load(static_url, links, CLIENTS, Browser.looks, static)
            for name, (mine, theirs) in rows.items():
                mine.append(median(real.pop(name)) * 1000)
                theirs.append(median(static[name]) * 1000)
            for name, times in real.items():
                acts[name].append(median(times) * 1000)
    for name, (mine, theirs) in rows.items():
        yield Row(
            workload="web page",
            ours=f"{name}, {CLIENTS} browsers signing up",
            beside="the same page, static",
            unit="ms",
            mine=mine,
            theirs=theirs,
        )
    for name, times in acts.items():
        yield Row(workload="web request", ours=name, unit="ms", mine=times)


def main() -> None:
    """Serve the static pages; for `pages`."""
    authority = SandboxAuthority.create()
    signer = CertificateSigner(authority.issue(Signatory(drfo=SEED.confidant.tax_id or "")))
    with served(static_app(static_pages(authority, signer))) as base_url:
        sys.stdout.write(json.dumps({"base_url": base_url}) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
