"""Faults: how an endpoint is made to misbehave, once, in the order in which the faults were scripted."""

from __future__ import annotations

import json
import zlib
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import Field, field_validator

from ...flow.value import Value
from .envelope import Delivery, Dropped, JsonObject, Refusal, Request, Response, render_refusal

Endpoint: TypeAlias = Literal[
    "validate",
    "register",
    "dictionaries",
    "client_details",
    "user_roles",
    "global_roles",
    "available_scopes",
    "approve",
    "exchange",
    "refresh",
    "logout",
    "approvals",
]

FaultKind: TypeAlias = Literal[
    "status",
    "delay",
    "drop",
    "truncated",
    "html",
    "broken_json",
    "wrong_types",
    "duplicate_keys",
    "missing_token",
    "huge",
    "drip",
    "gzip_bomb",
    "redirect",
    "not_http",
]

# A fault may be any answer, but it must be possible to send it.
_HeaderName: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9\-]{1,100}$")]
_HeaderValue: TypeAlias = Annotated[str, Field(pattern=r"^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$")]

_WITHOUT_EFFECT: Final = frozenset({"status", "drop", "redirect"})
_TYPES: Final = {
    400: "request_malformed",
    401: "access_denied",
    403: "forbidden",
    404: "not_found",
    409: "request_conflict",
}
_HTML: Final = "<!DOCTYPE html><html><head><title>502</title></head><body>Bad gateway</body></html>"
_SECRETS: Final = ("token", "access_token", "value")
_CHUNK: Final = 64 * 1024


class Fault(Value):
    """One misbehaviour of one endpoint, used up by the next `times` requests to it.

    `after_effect` says whether the request is carried out before the fault; without it `status`, `drop` and
    `redirect` come instead of the effect and every other kind after it. `seconds` is the wait of `delay` before
    the answer, or of `drip` between two bytes. `size` is the length in bytes of the `huge` body, or of the
    unpacked `gzip_bomb`. `envelope=False` answers a `status` with the gateway's bare `{"message": …}`; `body`
    replaces it altogether. `location` is where `redirect` (307, or `status`) points.
    """

    shown = ("endpoint", "kind", "times")

    endpoint: Endpoint
    kind: FaultKind
    times: Annotated[int, Field(ge=1, le=10_000)] = 1
    after_effect: bool | None = None
    status: Annotated[int, Field(ge=200, le=599)] | None = None
    type: str | None = None
    message: str | None = None
    headers: dict[_HeaderName, _HeaderValue] = Field(default_factory=dict[_HeaderName, _HeaderValue])
    envelope: bool = True
    body: str | None = None
    seconds: Annotated[float, Field(ge=0, le=3600)] = 0.2
    size: Annotated[int, Field(ge=1, le=1 << 31)] = 100 * 1024 * 1024
    location: _HeaderValue = "https://elsewhere.invalid/"

    @field_validator("headers")
    @classmethod
    def _leave_framing_alone(cls, headers: dict[str, str]) -> dict[str, str]:
        if {"content-length", "transfer-encoding"} & {name.lower() for name in headers}:
            raise ValueError("the server frames its answers itself; use the kinds truncated, huge or not_http")
        return headers

    @property
    def happens_after_effect(self) -> bool:
        """Whether the request is carried out."""
        return self.kind not in _WITHOUT_EFFECT if self.after_effect is None else self.after_effect


class FaultList(Value):
    """The body of `POST /sandbox/faults`: `{"faults": [{"endpoint": "register", "kind": "drop"}, …]}`."""

    faults: tuple[Fault, ...]


class FaultScript:
    """The faults still to come. Not thread-safe: `Esoz` holds its lock around every use."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, deque[Fault]] = defaultdict(deque)

    def add(self, faults: Iterable[Fault]) -> None:
        """Append faults; each endpoint has an order of its own."""
        for fault in faults:
            self._waiting[fault.endpoint].extend([fault] * fault.times)

    def clear(self) -> None:
        """Forget them all."""
        self._waiting.clear()

    def pending(self) -> int:
        """How many are still to come."""
        return sum(map(len, self._waiting.values()))

    def take(self, endpoint: str) -> Fault | None:
        """The next fault of an endpoint, used up."""
        waiting = self._waiting[endpoint]
        return waiting.popleft() if waiting else None


def suffer(fault: Fault, request: Request, request_id: str, carry_out: Callable[[], Response]) -> Response:
    """Answer as the fault has it, carrying the request out if it says so. Raises `Dropped`."""
    honest = carry_out() if fault.happens_after_effect else None
    match fault.kind:
        case "drop":
            raise Dropped(after_effect=honest is not None)
        case "status":
            return _forced(fault, request, request_id, fault.status or 500)
        case "redirect":
            answer = _forced(fault, request, request_id, fault.status or 307)
            return replace(answer, headers={**answer.headers, "Location": fault.location})
    return _spoiled(fault, honest or _forced(fault, request, request_id, fault.status or 500))


def _forced(fault: Fault, request: Request, request_id: str, status: int) -> Response:
    kind = fault.type or _TYPES.get(status, "validation_failed" if status == 422 else "internal_error")
    refusal = Refusal(status, kind, fault.message, headers=fault.headers)
    answer = render_refusal(request, request_id, refusal)
    if status in {204, 304}:
        return replace(answer, body=b"")
    if fault.body is not None:
        return replace(answer, body=fault.body.encode("utf-8", "replace"))
    if not fault.envelope:
        return replace(answer, body=json.dumps({"message": fault.message or "failure"}).encode())
    return answer


def _spoiled(fault: Fault, honest: Response) -> Response:
    match fault.kind:
        case "delay":
            return replace(honest, delivery=Delivery(delay=fault.seconds))
        case "drip":
            return replace(honest, delivery=Delivery(pause=fault.seconds))
        case "truncated":
            return replace(honest, delivery=Delivery(cut_after=len(honest.body) // 2))
        case "huge":
            return replace(honest, delivery=Delivery(stream_to=fault.size))
        case "not_http":
            return replace(honest, delivery=Delivery(raw=b"SSH-2.0-OpenSSH_9.6\r\n"))
    return _garbled(fault, honest)


def _garbled(fault: Fault, honest: Response) -> Response:
    match fault.kind:
        case "html":
            headers = {**honest.headers, "Content-Type": "text/html; charset=UTF-8"}
            return replace(honest, headers=headers, body=(fault.body or _HTML).encode("utf-8", "replace"))
        case "gzip_bomb":
            headers = {**honest.headers, "Content-Encoding": "gzip"}
            return replace(honest, headers=headers, body=gzip_bomb(fault.size))
        case "broken_json":
            return replace(honest, body=honest.body[:-2])
        case "duplicate_keys":
            # A parser that takes the last of two keys loses the data, one that takes the first may be deceived.
            return replace(honest, body=honest.body.rstrip()[:-1] + b', "data": {}}')
        case "missing_token":
            return _without_token(honest)
    body = honest.json()
    body["data"] = _wrong(body.get("data"))
    return replace(honest, body=json.dumps(body, ensure_ascii=False).encode())


def _without_token(honest: Response) -> Response:
    body: JsonObject = honest.json()
    if isinstance(body.get("data"), dict):
        body["data"] = {name: value for name, value in body["data"].items() if name not in _SECRETS}
    body.pop("urgent", None)
    headers = {name: value for name, value in honest.headers.items() if name != "Location"}
    return replace(honest, headers=headers, body=json.dumps(body, ensure_ascii=False).encode())


def _wrong(value: Any) -> Any:
    match value:
        case dict():
            return {name: _wrong(inner) for name, inner in value.items()}
        case list():
            return {str(index): _wrong(inner) for index, inner in enumerate(value)}
        case str():
            return len(value)
        case _:
            return str(value)


@lru_cache(maxsize=4)
def gzip_bomb(size: int) -> bytes:
    """A small gzip member that unpacks to so many spaces."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    spaces = b" " * _CHUNK
    packed = [packer.compress(spaces) for _ in range(size // _CHUNK)]
    return b"".join([*packed, packer.compress(spaces[: size % _CHUNK]), packer.flush()])
