"""The emulated ЕСОЗ: one function from request to answer, with routing, faults, knobs and the ledger around it."""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from threading import RLock
from typing import TYPE_CHECKING, Final

from ...flow.errors import FlowError
from .backend import Backend, Call
from .consent import (
    approve,
    available_scopes,
    client_details,
    delete_approval,
    global_roles,
    list_approvals,
    show_approval,
    user_roles,
)
from .content import CmsSignatures, PlainSignatures, SignatureService
from .dictionaries import version_1, version_2
from .envelope import (
    TOO_LARGE,
    WRONG_CONTENT_TYPE,
    Answer,
    Dropped,
    Refusal,
    Request,
    Response,
    parse_json,
    render_answer,
    render_refusal,
)
from .exchange import grant_tokens, log_out
from .faults import Endpoint, Fault, FaultList, FaultScript, suffer
from .knobs import Knob, KnobList
from .ledger import Ledger
from .registration import register
from .seed import Seed
from .settings import SandboxSettings
from .sign_up import validate
from .signatures import SignatureService as Verifier

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

LONGEST_BODY: Final = 10 * 1024 * 1024
"""Bytes of a request. A registration has some ten kilobytes; more than this is answered 413."""

_REQUEST_ID = re.compile(r"[\x21-\x7e]{1,200}")


def utc_now() -> datetime:
    """The machine's time, aware."""
    return datetime.now(UTC)


def _dictionaries_1(backend: Backend, call: Call) -> Answer:
    return Answer(data=version_1(call.request.query))


def _dictionaries_2(backend: Backend, call: Call) -> Answer:
    return Answer(data=version_2(call.request.query))


@dataclass(frozen=True, slots=True)
class _Route:
    endpoint: Endpoint
    method: str
    path: re.Pattern[str]
    perform: Callable[[Backend, Call], Answer]


def _route(endpoint: Endpoint, method: str, path: str, perform: Callable[[Backend, Call], Answer]) -> _Route:
    return _Route(endpoint, method, re.compile(path.replace("{id}", "([^/]+)")), perform)


_ROUTES: Final = (
    _route("validate", "POST", "/api/pis/confidant/sign-up_validation", validate),
    _route("register", "POST", "/api/pis/confidant/register", register),
    _route("dictionaries", "GET", "/api/dictionaries", _dictionaries_1),
    _route("dictionaries", "GET", "/api/v2/dictionaries", _dictionaries_2),
    _route("client_details", "GET", "/oauth/clients/{id}/details", client_details),
    _route("client_details", "GET", "/admin/clients/{id}/details", client_details),
    _route("user_roles", "GET", "/user/roles", user_roles),
    _route("global_roles", "GET", "/admin/users/{id}/global_roles", global_roles),
    _route("available_scopes", "GET", "/oauth/user/apps", available_scopes),
    _route("approve", "POST", "/oauth/apps/authorize", approve),
    _route("exchange", "POST", "/oauth/tokens", grant_tokens),
    _route("logout", "POST", "/auth/logout", log_out),
    _route("approvals", "GET", "/api/pis/apps", list_approvals),
    _route("approvals", "GET", "/api/pis/apps/{id}", show_approval),
    _route("approvals", "DELETE", "/api/pis/apps/{id}", delete_approval),
)


class _ClockOf:
    """The back-end's time in the shape of the clock port."""

    def __init__(self, esoz: Esoz) -> None:
        self._esoz = esoz

    def now(self) -> datetime:
        return self._esoz.now()

    def monotonic(self) -> float:
        return time.monotonic()


class Esoz:
    """An emulated ЕСОЗ back-end in memory. Safe to use from many threads at once.

    `clock` gives aware datetimes; `source` makes ids and tokens, so that a seeded one repeats a run. In signature
    mode `cms` the roots in `trusted` are needed, unless `signatures` brings a verifier of its own; without either
    `UsageError` is raised.

    Nothing it holds appears in a `repr` or an exception. `internal_errors` counts answers 500 that stand for a
    mistake in the sandbox itself.
    """

    def __init__(
        self,
        settings: SandboxSettings | None = None,
        *,
        seed: Seed | None = None,
        clock: Callable[[], datetime] = utc_now,
        source: random.Random | None = None,
        trusted: Sequence[Certificate] = (),
        signatures: SignatureService | None = None,
    ) -> None:
        self.settings = settings or SandboxSettings()
        self.seed = seed or Seed()
        self.ledger = Ledger()
        self.internal_errors = 0
        self._lock = RLock()
        self._faults = FaultScript()
        self._backend = Backend(
            settings=self.settings,
            seed=self.seed,
            source=source or random.SystemRandom(),
            clock=clock,
            signatures=signatures or self._signatures(trusted),
            ledger=self.ledger,
        )
        # A gateway worker keeps one uuid and counts its requests.
        self._worker = self._backend.mint.uuid()
        self._requests = 0

    def _signatures(self, trusted: Sequence[Certificate]) -> SignatureService:
        if self.settings.signature_mode == "plain":
            return PlainSignatures()
        return CmsSignatures(Verifier(trusted, clock=_ClockOf(self)))

    def now(self) -> datetime:
        """The time as the back-end sees it, with every `AdvanceClock` added."""
        return self._backend.now()

    def script(self, *faults: Fault) -> None:
        """Append faults; each is used up by the next requests to its endpoint."""
        with self._lock:
            self._faults.add(faults)

    def clear_faults(self) -> None:
        """Forget the faults that are still to come."""
        with self._lock:
            self._faults.clear()

    def turn(self, *knobs: Knob) -> None:
        """Turn knobs, in order. Raises `UsageError` for an id the sandbox does not know."""
        with self._lock:
            for knob in knobs:
                knob.turn(self._backend)

    def handle(self, request: Request) -> Response:
        """Answer a request. Raises `Dropped` where the connection is to be closed without any answer.

        How else the answer is to go wrong on its way stands in `Response.delivery`; nothing here waits for it.
        """
        with self._lock:
            request_id = self._request_id(request)
            try:
                return self._answer(request, request_id)
            except Dropped:
                raise
            except Refusal as refusal:
                return render_refusal(request, request_id, refusal)
            except Exception:
                # What went wrong may hold what was sent, so it is counted and not shown.
                self.internal_errors += 1
                return render_refusal(request, request_id, Refusal(500, "internal_error", None))

    def refuse(self, request: Request, status: int, kind: str, message: str) -> Response:
        """An error envelope for a request that a server could not read as far as `handle`."""
        with self._lock:
            return render_refusal(request, self._request_id(request), Refusal(status, kind, message))

    def _request_id(self, request: Request) -> str:
        given = request.header("x-request-id")
        if given is not None and _REQUEST_ID.fullmatch(given):
            return given
        self._requests += 1
        return f"{self._worker}#{self._requests}"

    def _answer(self, request: Request, request_id: str) -> Response:
        if request.path.startswith("/sandbox/"):
            return self._control(request, request_id)
        route, parts = self._find(request)
        endpoint = _endpoint(route, request)
        carry_out = partial(self._carry_out, route, Call(request, request_id, parts))
        fault = self._faults.take(endpoint)
        return carry_out() if fault is None else suffer(fault, request, request_id, carry_out)

    def _carry_out(self, route: _Route, call: Call) -> Response:
        try:
            _require_json(call.request)
            return render_answer(call.request, call.request_id, route.perform(self._backend, call))
        except Refusal as refusal:
            return render_refusal(call.request, call.request_id, refusal)

    def _find(self, request: Request) -> tuple[_Route, tuple[str, ...]]:
        found = [(route, match) for route in _ROUTES if (match := route.path.fullmatch(request.path)) is not None]
        if not found or not self._exists(request.path):
            raise Refusal(404, "not_found", None)
        for route, match in found:
            if route.method == request.method:
                return route, match.groups()
        raise _method_not_allowed(*(route.method for route, _ in found))

    def _exists(self, path: str) -> bool:
        versions = {"/api/dictionaries": "v1", "/api/v2/dictionaries": "v2"}
        return path not in versions or versions[path] in self.settings.dictionaries

    def _control(self, request: Request, request_id: str) -> Response:
        match request.method, request.path:
            case "GET", "/sandbox/ledger":
                return _bare(request_id, self.ledger.as_json())
            case "DELETE", "/sandbox/faults":
                self.clear_faults()
            case "POST", "/sandbox/faults":
                self._obey(request, lambda given: self.script(*FaultList.read(given).faults))
            case "POST", "/sandbox/knobs":
                self._obey(request, lambda given: self.turn(*KnobList.read(given).knobs))
            case _, "/sandbox/ledger" | "/sandbox/faults" | "/sandbox/knobs":
                raise _method_not_allowed("DELETE", "GET", "POST")
            case _:
                raise Refusal(404, "not_found", None)
        return _bare(request_id, {"pending_faults": self._faults.pending(), "now": self.now().isoformat()})

    def _obey(self, request: Request, take: Callable[[object], None]) -> None:
        # Another page in the same browser cannot send this content type here without being asked first.
        _require_json(request)
        try:
            take(parse_json(request.body))
        except FlowError as error:
            raise Refusal(422, "request_malformed", str(error)) from None
        except ValueError:
            raise Refusal(400, "request_malformed", "The body is not JSON.") from None


def endpoint_of(request: Request) -> str | None:
    """Give the endpoint that a request is for, by the names that faults use; nothing for an address without one."""
    for route in _ROUTES:
        if route.method == request.method and route.path.fullmatch(request.path):
            return _endpoint(route, request)
    return None


def _endpoint(route: _Route, request: Request) -> str:
    if route.endpoint != "exchange":
        return route.endpoint
    try:
        grant_type = parse_json(request.body)["token"]["grant_type"]
    except (ValueError, LookupError, TypeError):
        return "exchange"
    return "refresh" if grant_type == "refresh_token" else "exchange"


def _require_json(request: Request) -> None:
    if len(request.body) > LONGEST_BODY:
        raise Refusal(
            413, "request_too_large", TOO_LARGE, invalid=({"entry_type": "request", "rules": [{"rule": "size"}]},)
        )
    given = request.header("content-type")
    if request.method != "POST" or (not request.body and given is None):
        return
    if (given or "").partition(";")[0].strip().lower() != "application/json":
        invalid = ({"entry_type": "header", "entry": "Content-Type"},)
        raise Refusal(415, "content_type_invalid", WRONG_CONTENT_TYPE, invalid=invalid)


def _method_not_allowed(*methods: str) -> Refusal:
    # No public document shows a 405 of the platform; the type is ours.
    return Refusal(405, "method_not_allowed", None, headers={"Allow": ", ".join(sorted(set(methods)))})


def _bare(request_id: str, body: object) -> Response:
    headers = {"Content-Type": "application/json; charset=utf-8", "X-Request-ID": request_id}
    return Response(200, headers, json.dumps(body).encode("utf-8"))
