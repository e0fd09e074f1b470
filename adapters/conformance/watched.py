"""The sandbox, and an ear at it: every request that reached it, with the answer that it got."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, Final

from ..sandbox import Dropped, Esoz, Request, Reset, Response
from ..sandbox.esoz import endpoint_of

UNKNOWN: Final = "unknown"
"""The endpoint of a request that the flow has none for."""

_SECRETS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "validate": {"jwt": ("token",)},
    "register": {"session token": ("access_token",)},
    "approve": {"grant code": ("value",)},
    "exchange": {"access token": ("value",), "refresh token": ("details", "refresh_token")},
    "refresh": {"access token": ("value",)},
}
"""Where in `data` of which answer a credential stands."""


@dataclass(slots=True, kw_only=True)
class Heard:
    """One request to ЕСОЗ, and its answer; none when the connection was dropped, or while it is under way."""

    endpoint: str
    request: Request = field(repr=False)
    response: Response | None = field(default=None, repr=False)

    @property
    def bearer(self) -> str:
        """What stands after `Bearer` in the header Authorization."""
        scheme, _, value = (self.request.header("authorization") or "").partition(" ")
        return value.strip() if scheme.lower() == "bearer" else ""

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object that was sent; empty when there was none."""
        return _object(self.request.body)

    def part(self, name: str) -> dict[str, Any]:
        """Give an object within the JSON object that was sent; empty when there was none."""
        inner = self.body.get(name)
        return inner if isinstance(inner, dict) else {}

    @property
    def data(self) -> Any:
        """`data` of the answer."""
        return _object(self.response.body).get("data") if self.response else None

    def holds(self, secret: str) -> bool:
        """Whether the request carries this text anywhere."""
        request = self.request
        parts = (request.path, *request.query.values(), *request.headers.values())
        return any(secret in part for part in parts) or secret.encode() in request.body

    def secrets(self) -> dict[str, str]:
        """Give the credentials that the answer gave, by what they are."""
        found: dict[str, str] = {}
        for name, path in _SECRETS.get(self.endpoint, {}).items():
            value = self.data
            for step in path:
                value = value.get(step) if isinstance(value, dict) else None
            if isinstance(value, str):
                found[name] = value
        return found


Change = Callable[[Response], Response]


class WatchedEsoz(Esoz):
    """An emulated ЕСОЗ that remembers what it heard, and changes answers on request."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._heard: list[Heard] = []
        self._changes: dict[str, Change] = {}
        self._ear = Lock()

    def handle(self, request: Request) -> Response:
        """Answer, and remember both."""
        if request.path.startswith("/sandbox/"):
            return super().handle(request)
        heard = Heard(endpoint=endpoint_of(request) or UNKNOWN, request=request)
        with self._ear:
            self._heard.append(heard)
            change = self._changes.get(heard.endpoint)
        response = super().handle(request)
        heard.response = change(response) if change else response
        return heard.response

    def heard(self, *endpoints: str) -> list[Heard]:
        """Give what was heard since `start_over`, oldest first; of these endpoints, if any are named."""
        with self._ear:
            return [one for one in self._heard if not endpoints or one.endpoint in endpoints]

    def times(self, endpoint: str) -> int:
        """How often this endpoint was asked."""
        return len(self.heard(endpoint))

    def change(self, endpoint: str, change: Change) -> None:
        """Change the answers of an endpoint until `start_over`. What was done stays done."""
        with self._ear:
            self._changes[endpoint] = change

    def start_over(self) -> None:
        """Go back to the seed, and forget faults, changes and what was heard."""
        self.turn(Reset())
        self.clear_faults()
        with self._ear:
            self._heard, self._changes = [], {}

    def asked_by_us(self, method: str, path: str, body: Mapping[str, Any], bearer: str) -> Response | None:
        """Answer a request of the test's own, unheard; nothing when the sandbox dropped it."""
        headers = {"Host": "sandbox.invalid", "Content-Type": "application/json", "Authorization": f"Bearer {bearer}"}
        try:
            return super().handle(Request(method, path, {}, headers, json.dumps(body).encode()))
        except Dropped:
            return None


def edited(edit: Callable[[dict[str, Any]], object], *, status: int | None = None) -> Change:
    """Give a change that edits the JSON of a success in place, and leaves a refusal alone."""

    def change(response: Response) -> Response:
        body = _object(response.body)
        if "data" not in body:
            return response
        edit(body)
        return replace(response, status=status or response.status, body=json.dumps(body).encode())

    return change


def _object(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
