"""Ways to make our own Auth UI and PIS misbehave: between it and ЕСОЗ, between it and the browser, or inside."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from esozflow.flow import Call, Engine, Outcome, Port
from esozflow.states import SignUp
from esozflow.states.answers import Answered

Perform = Callable[[Call], Outcome]
Calling = Callable[[Perform, Call], Outcome]
Headers = list[tuple[str, str]]


@dataclass
class Reply:
    """An answer to a browser on its way out. `asked` is what it asked for, `perform` the way to ЕСОЗ."""

    asked: dict[str, Any]
    perform: Perform
    status: str
    headers: Headers
    body: bytes

    def header(self, name: str, value: str | None) -> None:
        """Set a header, or take it away."""
        self.headers = [(key, old) for key, old in self.headers if key.lower() != name.lower()]
        if value is not None:
            self.headers.append((name, value))

    @property
    def location(self) -> str:
        return next((value for key, value in self.headers if key.lower() == "location"), "")

    @property
    def html(self) -> str:
        is_html = any(key.lower() == "content-type" and "html" in value for key, value in self.headers)
        return self.body.decode() if is_html else ""

    @html.setter
    def html(self, text: str) -> None:
        self.body = text.encode()


Replying = Callable[[Reply], None]
Asking = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Seeds:
    """What is changed: switches of the flow, calls on their way, requests and answers of browsers, names in modules."""

    settings: dict[str, Any] = field(default_factory=dict)
    calling: Calling | None = None
    asking: Asking | None = None
    replying: Replying | None = None
    patches: tuple[tuple[str, Any], ...] = ()
    engine: type[Engine[SignUp]] = Engine
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Defect:
    """One thing done wrong, and who must notice: the check, and the requirement that then does not hold."""

    says: str
    check: str
    requirement: str
    seeds: Callable[[], Seeds]


def always(seeds: Seeds) -> Callable[[], Seeds]:
    """Seeds that remember nothing, so that the same ones will do every time."""
    return lambda: seeds


class Between:
    """A port, and what happens to calls on their way there."""

    def __init__(self, port: Port, calling: Calling | None) -> None:
        self._port = port
        self._calling = calling

    def perform(self, call: Call) -> Outcome:
        return self._calling(self._port.perform, call) if self._calling else self._port.perform(call)


def between(app: Any, seeds: Seeds, perform: Perform) -> Any:
    """A WSGI application, and what happens to requests and answers on their way."""

    def wrapped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if seeds.asking:
            seeds.asking(environ)
        asked = dict(environ)
        started: list[Any] = []
        parts = app(environ, lambda status, headers, *rest: started.append((status, headers)))
        body = b"".join(parts)
        if hasattr(parts, "close"):
            parts.close()
        reply = Reply(asked, perform, started[0][0], list(started[0][1]), body)
        if seeds.replying:
            seeds.replying(reply)
        reply.header("Content-Length", str(len(reply.body)))
        start_response(reply.status, reply.headers)
        return [reply.body]

    return wrapped


def patched(seeds: Seeds, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in seeds.patches:
        monkeypatch.setattr(name, value)


def is_call(call: Call, path: str) -> bool:
    return bool(call.request.path.endswith(path))


def changed(call: Call, **changes: Any) -> Call:
    """The call with another request: `bearer`, or keys of its body."""
    request = call.request
    if "bearer" in changes:
        request = replace(request, bearer=changes.pop("bearer"))
    if changes:
        request = replace(request, body={**request.body, **changes})
    return replace(call, request=request)


def without(call: Call, *names: str) -> Call:
    body = {name: value for name, value in call.request.body.items() if name not in names}
    return replace(call, request=replace(call.request, body=body))


def answered_with(outcome: Outcome, edit: Callable[[Any], Any]) -> Outcome:
    """The outcome with other data, where it was a success."""
    if isinstance(outcome, Answered) and outcome.data is not None:
        return outcome.model_copy(update={"data": edit(outcome.data)})
    return outcome


def muted(outcome: Outcome) -> Outcome:
    """The outcome with another message, where it was a refusal."""
    if isinstance(outcome, Answered) and outcome.error is not None:
        told = outcome.error.model_copy(update={"message": "Something went wrong", "descriptions": ()})
        return outcome.model_copy(update={"error": told})
    return outcome


def query_of(environ: dict[str, Any]) -> list[tuple[str, str]]:
    return parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)


def with_query(environ: dict[str, Any], pairs: list[tuple[str, str]]) -> None:
    environ["QUERY_STRING"] = urlencode(pairs)
