"""Requests to ЕСОЗ and to the PIS's own vault, as data. Adapters send them; nothing here touches a socket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Literal, final

from pydantic import SecretStr

from ..flow import Secret, Value

ESOZ = "esoz"
"""The port that performs `HttpRequest`s."""
VAULT = "vault"
"""The port that performs `SaveTokens` on the back-end of the PIS."""


class Service(StrEnum):
    """Which of the configured ЕСОЗ hosts a request goes to."""

    AUTH = "auth"
    API = "api"


class Credential(Enum):
    """A credential that is never part of a sign-up: the gateway puts in the one it was configured with."""

    CLIENT_SECRET = "client_secret"


BodyValue = str | int | SecretStr | Credential | Mapping[str, "BodyValue"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """One request to ЕСОЗ.

    `bearer` goes into `Authorization: Bearer …`. `api_key` asks for the header `API-key` with the client secret.
    `body`, sent as JSON, may hold secrets at any depth; `query` never holds one.
    """

    method: Literal["GET", "POST"]
    service: Service
    path: str
    query: tuple[tuple[str, str], ...] = ()
    bearer: SecretStr | None = field(default=None, repr=False)
    body: Mapping[str, BodyValue] | None = field(default=None, repr=False)
    api_key: bool = False


@final
class Tokens(Value):
    """What the exchange gives the PIS (4.9). `expires_at` is unix time in seconds, of the access token."""

    access_token: Secret
    refresh_token: Secret
    expires_at: int
    scope: str
    user_id: str
    person_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveTokens:
    """Ask the vault to keep the tokens. Saving the same tokens again must do no harm."""

    tokens: Tokens = field(repr=False)
