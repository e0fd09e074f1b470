"""ЕСОЗ for the soak: the sandbox over HTTP, with an account of what each sign-up asked of it."""

from __future__ import annotations

import gc
import json
import random
import re
import threading
from collections import Counter
from dataclasses import replace
from typing import Any, cast

from esozflow.adapters.lifetime import serve_until_told_to_stop
from esozflow.adapters.sandbox import Esoz, Request, Response, SandboxSettings, serve
from esozflow.adapters.sandbox.envelope import Delivery

from .lines import told

WRITES = {
    "/api/pis/confidant/register": "register",
    "/oauth/apps/authorize": "approve",
    "/oauth/tokens": "exchange",
}
ACCOUNT = "/soak/account"
"""`POST`: gives the account and starts over: what is settled is forgotten, and `objects` counts what lives on."""
SLOWEST = 0.3
"""Seconds that an answer takes at most, so that a worker that is killed often dies in the middle of a call."""
_SECRETS = re.compile(rb'"(?:token|access_token|refresh_token|value|jwt)": ?"([^"]{16,})"')


class Accounted:
    """An emulated ЕСОЗ that counts the writing requests of each sign-up, and knows every token it gave."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._start_over()

    def _start_over(self) -> None:
        self._esoz = Esoz(SandboxSettings(signature_mode="plain"))
        self._asked: Counter[str] = Counter()
        self._secrets: set[str] = set()

    def handle(self, request: Request) -> Response:
        if request.path == ACCOUNT:
            return self._account()
        if write := WRITES.get(request.path):
            with self._lock:
                self._asked[f"{_sign_up(request.header('x-request-id') or '')} {write}"] += 1
        answer = self._esoz.handle(request)
        if request.path.startswith("/sandbox/"):
            return answer
        found = {one.decode() for one in _SECRETS.findall(answer.body)}
        with self._lock:
            self._secrets |= found
        slow = answer.delivery == Delivery()
        return replace(answer, delivery=Delivery(delay=random.uniform(0, SLOWEST))) if slow else answer

    def _account(self) -> Response:
        with self._lock:
            effects = Counter(f"{_sign_up(one.request_id)} {one.kind}" for one in self._esoz.ledger.records)
            account: dict[str, Any] = {
                "asked": self._asked,
                "effects": effects,
                "secrets": sorted(self._secrets),
                "internal_errors": self._esoz.internal_errors,
            }
            self._start_over()
        gc.collect()
        account["objects"] = len(gc.get_objects())
        return Response(200, {"Content-Type": "application/json"}, json.dumps(account).encode())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._esoz, name)


def _sign_up(request_id: str) -> str:
    return request_id.partition(".")[0]


if __name__ == "__main__":
    told()
    serve_until_told_to_stop(serve(cast(Esoz, Accounted())))
