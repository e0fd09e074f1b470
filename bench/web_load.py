"""How long the pages of the Auth UI take, beside the same pages made from constant data behind the same server.

    python bench/web_load.py [--sign-ups 200] [--clients 8] [--rounds 3]

Three servers run in processes of their own: the sandbox, `esozflow auth-ui`, and the static pages. This process is
the load: each client is a browser that signs up one child after another. Rounds of both alternate, so that a machine
that changes its pace changes it for both. The result is a Markdown table of medians and ratios.
"""

from __future__ import annotations

import argparse
import copy
import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode, urlsplit

from cryptography.hazmat.primitives.serialization import Encoding
from flask import Flask, Response

from esozflow.adapters.demo.people import REQUEST
from esozflow.adapters.sandbox import Esoz, SandboxSettings, Seed
from esozflow.adapters.sandbox.certificates import SandboxAuthority, Signatory
from esozflow.adapters.sandbox.gateway import SandboxGateway
from esozflow.adapters.serving.server import served
from esozflow.adapters.signing import CertificateSigner
from esozflow.adapters.stores.memory import MemoryStore
from esozflow.adapters.ui.web.headers import secured
from esozflow.adapters.ui.web.rendering import Renderer
from esozflow.flow import Engine, Page
from esozflow.states import Confirm, Opened, RegistrationRequest, RequestSigned, SignUp, auth_ui

SEED = Seed()
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
PAGES = ("confirm", "consent")

Times = dict[str, list[float]]


def signed(signer: CertificateSigner, child: int) -> str:
    request = copy.deepcopy(REQUEST)
    person: dict[str, Any] = request["person"]
    person |= {"tax_id": f"42{child:08}", "unzr": f"20150705-{child:05}"}
    person["documents"][0]["number"] = f"АМ{child:06}"
    container = signer.sign(RegistrationRequest.read(request).to_signed_json())
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
    confirm = engine.send(engine.begin().id, Opened.from_query(query(signed(signer, 1))))
    consent = engine.send(confirm.id, Confirm())
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


@contextmanager
def process(*command: str, env: dict[str, str] | None = None) -> Iterator[str]:
    """Run a server until the block ends; give the base URL that it prints."""
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and our own arguments
        [sys.executable, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env
    )
    assert child.stdin
    assert child.stdout
    try:
        yield str(json.loads(child.stdout.readline())["base_url"])
    finally:
        child.stdin.close()
        child.wait(60)
        child.stdout.close()


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


def table(real: Times, static: Times, rates: dict[str, float]) -> Iterator[str]:
    yield "| request | p50 ms | p95 ms | static p50 ms | static p95 ms | ratio of p50 |"
    yield "|---|---|---|---|---|---|"
    for what, times in real.items():
        row = [what, *_figures(times)]
        row += [*_figures(static[what]), f"{median(times) / median(static[what]):.2f}"] if what in static else [""] * 3
        yield f"| {' | '.join(row)} |"
    yield ""
    yield "; ".join(f"{name}: {rate:.0f} requests/s" for name, rate in rates.items())


def _figures(times: list[float]) -> list[str]:
    return [f"{median(times) * 1000:.1f}", f"{quantiles(times, n=20)[-1] * 1000:.1f}"]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    arguments.add_argument("--sign-ups", type=int, default=200)
    arguments.add_argument("--clients", type=int, default=8)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--static", action="store_true", help="serve the static pages; for this program itself")
    given = arguments.parse_args()
    authority = SandboxAuthority.create()
    signer = CertificateSigner(authority.issue(Signatory(drfo=SEED.confidant.tax_id or "")))
    if given.static:
        with served(static_app(static_pages(authority, signer))) as base_url:
            sys.stdout.write(json.dumps({"base_url": base_url}) + "\n")
            sys.stdout.flush()
            sys.stdin.read()
        return
    real: Times = defaultdict(list)
    static: Times = defaultdict(list)
    seconds = {"Auth UI": 0.0, "static": 0.0}
    with ExitStack() as stack:
        trusted = Path(stack.enter_context(TemporaryDirectory()), "trusted.pem")
        trusted.write_bytes(authority.certificate.public_bytes(Encoding.PEM))
        cli = ("-m", "esozflow.adapters.cli")
        sandbox = stack.enter_context(process(*cli, "sandbox", "--json", "--trusted", str(trusted)))
        env = {**os.environ, "ESOZFLOW_AUTH_BASE_URL": sandbox, "ESOZFLOW_API_BASE_URL": sandbox, "ESOZFLOW_PORT": "0"}
        auth_ui_url = stack.enter_context(process(*cli, "auth-ui", "--json", env=env))
        static_url = stack.enter_context(process(__file__, "--static"))
        for number in range(given.rounds):
            first = 10 + number * given.sign_ups
            children = range(first, first + given.sign_ups)
            links = [f"/confidant/sign-up?{query(signed(signer, child))}" for child in children]
            seconds["Auth UI"] += load(auth_ui_url, links, given.clients, Browser.signs_up, real)
            seconds["static"] += load(static_url, links, given.clients, Browser.looks, static)
    counts = {"Auth UI": sum(map(len, real.values())), "static": sum(map(len, static.values()))}
    rates = {name: counts[name] / seconds[name] for name in seconds}
    sys.stdout.writelines(f"{line}\n" for line in table(real, static, rates))


if __name__ == "__main__":
    main()
