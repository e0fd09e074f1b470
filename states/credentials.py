"""Which call carries which credential, read from the requests as data (rule 4 of the design)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import SecretStr

from ..flow import Flow
from ..flow.proof import Finding
from .calls import Credential, HttpRequest, SaveTokens
from .example import requests
from .settings import RegisterAuth, Settings

RULE: Final = "each credential goes only to the calls that it is for"


def carried(flow: Flow[Any]) -> dict[str, frozenset[str]]:
    """Give for each secret of the example the names of the calls that send it."""
    found: dict[str, set[str]] = {}
    for call, request in requests(flow).items():
        for secret in _secrets(request):
            found.setdefault(secret, set()).add(call)
    return {secret: frozenset(calls) for secret, calls in sorted(found.items())}


def allowed(settings: Settings) -> dict[str, frozenset[str]]:
    """Give for each secret the calls to which the document, or the chosen switch, sends it."""
    token = {"validate"} | ({"register"} if settings.register_auth is RegisterAuth.TOKEN_HEADER else set())
    jwt = {"register"} if settings.send_jwt_in_body or settings.register_auth is RegisterAuth.JWT_HEADER else set()
    reads = {"user_roles", "global_roles", "available_scopes", "client_details"}
    return {
        "query token": frozenset(token),
        "jwt": frozenset(jwt),
        "session token": frozenset({"approve", *reads}),
        "grant code": frozenset({"exchange"}),
        "client secret": frozenset({"exchange"}),
        "user data": frozenset({"validate", "register"}),
        "otp": frozenset({"register"}),
        "access token": frozenset({"save_tokens"}),
        "refresh token": frozenset({"save_tokens"}),
    }


def astray(flow: Flow[Any], settings: Settings) -> Iterator[Finding]:
    """Yield every credential that goes to a call it is not for, or to none of those it is for."""
    calls, sent = frozenset(requests(flow)), carried(flow)
    for secret, its in allowed(settings).items():
        for call in sorted(sent.get(secret, frozenset()) ^ (its & calls)):
            verb = "goes to" if call in sent.get(secret, frozenset()) else "does not go to"
            yield Finding(rule=RULE, where=call, says=f"{secret} {verb} {call}")
    for secret in sorted(sent.keys() - allowed(settings).keys()):
        yield Finding(rule=RULE, where=", ".join(sorted(sent[secret])), says=f"{secret} is sent, and nothing allows it")


def _secrets(request: object) -> Iterator[str]:
    if isinstance(request, SaveTokens):
        yield from _in(dict(request.tokens))
    if isinstance(request, HttpRequest):
        yield from _in((request.bearer, request.body, dict(request.query)))
        if request.api_key:
            yield "client secret"


def _in(value: object) -> Iterator[str]:
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif value is Credential.CLIENT_SECRET:
        yield "client secret"
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _in(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from _in(inner)
