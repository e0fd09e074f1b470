"""PIS, Auth UI and ЕСОЗ, each behind a server of its own, and one browser with one cookie jar for both sites."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from pydantic import SecretStr

from esozflow.adapters.demo.pis_site import pis_app
from esozflow.adapters.http import HttpGateway
from esozflow.adapters.sandbox import Esoz, SandboxSettings, Seed, serve
from esozflow.adapters.serving.server import served
from esozflow.adapters.stores.memory import MemoryStore
from esozflow.adapters.ui.web import auth_ui_app
from esozflow.flow import Engine
from esozflow.states import PisClient, SignUp, auth_ui

from .conftest import AUTHORITY, CONFIDANT, CONSENTS, SIGNER, forms


class Jar:
    """A browser at 127.0.0.1: cookies know no ports, and loopback counts as safe for `Secure` ones."""

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}
        self.http = requests.Session()
        self.http.trust_env = False

    def ask(self, method: str, url: str, form: dict[str, str] | None = None) -> requests.Response:
        """Ask and follow redirects as a browser does: with GET, and with what each answer set."""
        answer = self._once(method, url, form)
        while answer.status_code == 303:
            answer = self._once("GET", urljoin(answer.url, answer.headers["Location"]), None)
        return answer

    def press(self, page: requests.Response, action: str | None = None, **fields: str) -> requests.Response:
        """Press a button of the page's first form."""
        target, sent = next(iter(forms(page.text).items()))
        more = fields if action is None else {"action": action, **fields}
        return self.ask("POST", urljoin(page.url, target), {**sent, **more})

    def _once(self, method: str, url: str, form: dict[str, str] | None) -> requests.Response:
        header = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self.http.request(
            method, url, data=form, headers={"Cookie": header}, allow_redirects=False, timeout=30
        )
        self.cookies |= {cookie.name: cookie.value or "" for cookie in answer.cookies}
        return answer


@contextmanager
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def url_of(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def pis() -> Iterator[tuple[str, Esoz]]:
    with ExitStack() as stack:
        at_auth_ui, at_pis = stack.enter_context(listening()), stack.enter_context(listening())
        redirect_uri = f"{url_of(at_pis)}/oauth/callback"
        seed = Seed(loopback_redirect_uris=(redirect_uri,))
        esoz = Esoz(SandboxSettings(signature_mode="cms"), seed=seed, trusted=[AUTHORITY.certificate])
        url = stack.enter_context(serve(esoz))
        plain = stack.enter_context(HttpGateway(auth_base_url=url, api_base_url=url))
        secret = stack.enter_context(
            HttpGateway(auth_base_url=url, api_base_url=url, client_secret=SecretStr(seed.pis.secret))
        )
        client = PisClient(
            client_id=seed.pis.id,
            redirect_uri=redirect_uri,
            scope="app:read_pis person:details_pis",
            auth_ui=url_of(at_auth_ui),
        )
        engine = Engine(auth_ui(), store=MemoryStore[SignUp](), ports={"esoz": plain})
        stack.enter_context(served(auth_ui_app(engine), listening=at_auth_ui))
        stack.enter_context(served(pis_app(client, confidant=CONFIDANT, esoz=secret, signer=SIGNER), listening=at_pis))
        yield url_of(at_pis), esoz


def test_a_sign_up_goes_from_the_pis_to_the_auth_ui_and_back_and_its_tokens_serve(pis: tuple[str, Esoz]) -> None:
    base, esoz = pis
    browser = Jar()
    home = browser.press(browser.ask("GET", f"{base}/"))
    filling_in = browser.press(home)
    own = filling_in.url
    signing = browser.press(filling_in, "RequestFilled", **CONSENTS)
    assert signing.url == own
    confirming = browser.press(signing, "RequestSigned")
    assert urlsplit(confirming.url).netloc != urlsplit(base).netloc
    assert "Перевірте дані пацієнта" in confirming.text
    assert "Продовжити на сторінці ЕСОЗ" in browser.ask("GET", own).text  # another tab
    done = browser.press(browser.press(confirming, "Confirm"), "Accept")
    assert done.url == own
    assert "Реєстрацію завершено" in done.text
    assert len(browser.cookies) == 2
    assert "Токен доступу оновлено" in browser.press(done, "Refresh").text
    assert "Сеанс в ЕСОЗ завершено" in browser.press(done, "LogOut").text
    assert esoz.ledger.counts() == {
        "validate": 1,
        "register": 1,
        "approve": 1,
        "exchange": 1,
        "refresh": 1,
        "logout": 1,
    }
