"""Requests, answers and refusals of the emulated back-end, and the JSON envelope around them.

Source: the API manifest (sections "Response structure" and "Errors") that the PIS API blueprint refers to.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn, TypeAlias

JsonObject: TypeAlias = dict[str, Any]

MALFORMED: Final = "Malformed request. Probably, you have sent corrupted JSON."
VALIDATION_FAILED: Final = (
    "Validation failed. You can find validators description at our API Manifest: "
    "http://docs.apimanifest.apiary.io/#introduction/interacting-with-api/errors."
)
WRONG_CONTENT_TYPE: Final = (
    "Invalid Content-Type header. Try to set 'Content-Type: application/json' header: "
    "http://docs.apimanifest.apiary.io/#introduction/interacting-with-api/content-type."
)
TOO_LARGE: Final = "Request body is too large."

_HOST = re.compile(r"[A-Za-z0-9.\-]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How an answer misbehaves on its way to the caller; the default is an honest delivery.

    `delay` and `pause` are seconds: before the first byte, and between single bytes of the body. `cut_after` is
    how many bytes of the body are sent before the connection closes. `stream_to` is the length in bytes to which
    the body is padded while it is streamed. `raw` replaces the whole answer by bytes that are not HTTP.
    """

    delay: float = 0.0
    pause: float = 0.0
    cut_after: int | None = None
    stream_to: int = 0
    raw: bytes | None = None


HONEST: Final = Delivery()


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. Header names are compared without regard to case; the query holds decoded values."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    body: bytes = field(default=b"", repr=False)
    scheme: str = "http"

    def header(self, name: str) -> str | None:
        """The value of a header, or None when it was not sent."""
        wanted = name.lower()
        return next((value for given, value in self.headers.items() if given.lower() == wanted), None)

    @property
    def url(self) -> str:
        """scheme://host[:port]/path without the query; only port 80 is left out, as the platform's renderer does."""
        host = self.header("host") or ""
        if not _HOST.fullmatch(host):
            host = "sandbox.invalid"
        return f"{self.scheme}://{host.removesuffix(':80')}{self.path}"


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer: status, headers and the bytes of the body."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    delivery: Delivery = HONEST

    def json(self) -> Any:
        """The parsed body. Raises `ValueError` when the body is not JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an endpoint says when it succeeds, before the envelope is put around it."""

    data: Any = field(repr=False)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    urgent: JsonObject | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invalid:
    """One failed rule of a 422 answer (API manifest, "Validation errors")."""

    entry: str
    rule: str = "invalid"
    description: str = field(repr=False)
    params: JsonObject | list[str] = field(default_factory=list[str], repr=False)
    raw_description: str | None = None
    entry_type: str = "json_data_property"

    def as_json(self) -> JsonObject:
        """The item of `error.invalid`."""
        rule: JsonObject = {"rule": self.rule, "params": self.params, "description": self.description}
        if self.raw_description is not None:
            rule["raw_description"] = self.raw_description
        return {"entry_type": self.entry_type, "entry": self.entry, "rules": [rule]}


class Refusal(Exception):
    """The back-end refuses a request with a documented status, type and message."""

    def __init__(
        self,
        status: int,
        kind: str,
        message: str | None,
        *,
        invalid: tuple[JsonObject, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {kind}")
        self.status = status
        self.kind = kind
        self.message = message
        self.invalid = invalid
        self.headers = dict(headers or {})


class Dropped(Exception):
    """The connection was closed without an answer; `after_effect` says whether the request had been carried out."""

    def __init__(self, *, after_effect: bool) -> None:
        super().__init__("the connection was closed without an answer")
        self.after_effect = after_effect


def access_denied(message: str, kind: str = "access_denied") -> Refusal:
    """401, with the plain type or one of the platform's special ones (`invalid_grant`, `token_expired` …)."""
    return Refusal(401, kind, message)


def forbidden(message: str) -> Refusal:
    """403."""
    return Refusal(403, "forbidden", message)


def malformed() -> Refusal:
    """400 for a body that is not JSON or lacks its root object."""
    return Refusal(
        400, "request_malformed", MALFORMED, invalid=({"entry_type": "request", "rules": [{"rule": "json"}]},)
    )


def business_refusal(message: str) -> Refusal:
    """422 of the OAuth server, which names no field: its `invalid` part is noise and the message counts."""
    noise: JsonObject = {"entry_type": "request", "rules": [{"rule": "json"}]}
    return Refusal(422, "request_malformed", message, invalid=(noise,))


def refuse_fields(*invalid: Invalid) -> NoReturn:
    """Raise the 422 that lists what is wrong with which field."""
    raise Refusal(422, "validation_failed", VALIDATION_FAILED, invalid=tuple(item.as_json() for item in invalid))


def missing(name: str, *, path: str = "$", entry_type: str = "json_data_property") -> Invalid:
    """The JSON-schema rule `required` for one property."""
    return Invalid(
        entry=f"{path}.{name}",
        rule="required",
        params={"property": name},
        description=f"required property {name} was not present",
        raw_description="required property %{property} was not present",
        entry_type=entry_type,
    )


def parse_json(given: bytes) -> Any:
    """Parse UTF-8 JSON, raising `ValueError` for anything that could not be sent back as UTF-8 JSON."""
    try:
        parsed = json.loads(given.decode("utf-8"))
        # A lone surrogate or a number beyond the range of a double parses, but no answer could carry it.
        json.dumps(parsed, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except RecursionError:
        raise ValueError("nested too deep") from None
    return parsed


def render_answer(request: Request, request_id: str, answer: Answer) -> Response:
    """Put the success envelope around an answer."""
    url = request.url
    if answer.status == 201 and isinstance(answer.data, dict) and "id" in answer.data:
        url = f"{url}/{answer.data['id']}"
    body: JsonObject = {"meta": _meta(url, request_id, answer.status, answer.data), "data": answer.data}
    if answer.urgent is not None:
        body["urgent"] = answer.urgent
    return _response(answer.status, answer.headers, request_id, body)


def render_refusal(request: Request, request_id: str, refusal: Refusal) -> Response:
    """Put the error envelope around a refusal."""
    error: JsonObject = {"type": refusal.kind}
    if refusal.message is not None:
        error["message"] = refusal.message
    if refusal.invalid:
        error["invalid"] = list(refusal.invalid)
    body = {"meta": _meta(request.url, request_id, refusal.status, error), "error": error}
    return _response(refusal.status, refusal.headers, request_id, body)


def _meta(url: str, request_id: str, status: int, content: object) -> JsonObject:
    kind = "list" if isinstance(content, list) else "object"
    return {"url": url, "type": kind, "code": status, "request_id": request_id}


def _response(status: int, headers: Mapping[str, str], request_id: str, body: JsonObject) -> Response:
    told = {"Content-Type": "application/json; charset=utf-8", "X-Request-ID": request_id, **headers}
    if status == 204:
        return Response(status, told, b"")
    return Response(status, told, json.dumps(body, ensure_ascii=False).encode("utf-8"))
