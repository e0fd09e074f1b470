"""Real processes: the sandbox, workers of the Auth UI over one database, and browsers that ask now one, now another."""

from __future__ import annotations

import http.client
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import SecretStr

from esozflow.adapters.demo.sandbox_process import SandboxProcess
from esozflow.adapters.sealing import new_key
from esozflow.adapters.serving.process import ServingProcess
from esozflow.adapters.stores.sql import Database, upgrade

from .parties import AUTHORITY, CLIENT, SEED, signed

KEY = new_key()
SOAK = "SOAK" in os.environ
HANG = 60.0
"""Seconds after which a test gives up."""
WRITES = ("register", "approve", "exchange")

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("ESOZFLOW_")}
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


def query(child: int = 0, *, state: str = "the-state-of-the-pis") -> str:
    """Give the parameters of 4.1."""
    return urlencode(
        {
            "client_id": CLIENT.client_id,
            "redirect_uri": CLIENT.redirect_uri,
            "scope": CLIENT.scope,
            "user_data": signed(child).user_data.get_secret_value(),
            "token": SEED.confidant.access_token,
            "state": state,
        }
    )


@contextmanager
def sandbox(folder: Path) -> Iterator[SandboxProcess]:
    """Run the sandbox in a process of its own."""
    trusted = folder / "trusted.pem"
    trusted.write_bytes(AUTHORITY.certificate.public_bytes(Encoding.PEM))
    with SandboxProcess(trusted) as esoz:
        yield esoz


def upgraded(url: SecretStr) -> SecretStr:
    """Make the tables of a database, and give its url."""
    with Database(url) as database:
        upgrade(database)
    return url


def worker(esoz: str, store: SecretStr, **variables: str) -> ServingProcess:
    """Give a worker of the Auth UI over a database; it runs within its block."""
    given = {"AUTH_BASE_URL": esoz, "API_BASE_URL": esoz, "STORE": store.get_secret_value()}
    given |= {"KEYS": KEY.get_secret_value(), **variables}
    return ServingProcess("auth-ui", environment=ENVIRONMENT | {f"ESOZFLOW_{name}": one for name, one in given.items()})


def kill(process: ServingProcess) -> None:
    """End a worker as a machine does that loses its power."""
    assert process._process
    process._process.kill()
    process._process.wait(HANG)


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    text: str

    @property
    def form(self) -> dict[str, str]:
        """The hidden fields of the page's form."""
        return dict(_HIDDEN.findall(self.text))


class Browser:
    """One browser: a cookie, and requests to whichever worker the test names by its base URL."""

    def __init__(self) -> None:
        self.cookie = ""

    def opens(self, base: str, query: str) -> str:
        """Open the link of 4.1 and give the clean address that it leads to."""
        opened = self.ask(base, "GET", f"/confidant/sign-up?{query}")
        assert opened.status == 303, opened.text
        return opened.location

    def sees(self, base: str, address: str) -> Answer:
        return self.ask(base, "GET", address)

    def sends(self, base: str, address: str, form: dict[str, str], action: str) -> Answer:
        return self.ask(base, "POST", address, {**form, "action": action})

    def presses(self, base: str, address: str, action: str) -> Answer:
        """Press a button of the page as the worker shows it now."""
        return self.sends(base, address, self.sees(base, address).form, action)

    def ask(self, base: str, method: str, target: str, form: dict[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=HANG)
        try:
            headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
            connection.request(method, target, urlencode(form) if form else None, headers)
            answer = connection.getresponse()
            if cookie := answer.getheader("Set-Cookie"):
                self.cookie = cookie.partition(";")[0]
            return Answer(answer.status, answer.getheader("Location") or "", answer.read().decode())
        finally:
            connection.close()


def tell(line: str) -> None:
    """Print figures that somebody may want to see: `pytest -rP`."""
    sys.stdout.write(f"{line}\n")


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    ends = time.monotonic() + HANG
    while not holds():
        assert time.monotonic() < ends, "it never came"
        time.sleep(0.05)


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """Do everything at the same time, each in a thread, and give what each gave."""
    with ThreadPoolExecutor(len(acts)) as threads:
        return [one.result() for one in [threads.submit(act) for act in acts]]
