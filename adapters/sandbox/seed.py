"""What the emulated registers hold when the sandbox starts. All of it is invented.

The values are constants, so that a demo and its sandbox know them in two processes without exchanging them.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from ...flow.errors import UsageError
from ...flow.value import Value
from .scopes import CLIENT_TYPE_SCOPES, PATIENT_SCOPES

SIGN_UP_SCOPE = "confidant_person:sign_up"


def is_loopback(host: str) -> bool:
    """Whether a host name or address stays on this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def require_loopback_uri(uri: str) -> str:
    """Return the URI when it is http(s) on this machine; raise `UsageError` otherwise."""
    try:
        parts = urlsplit(uri)
        local = parts.scheme in {"http", "https"} and is_loopback(parts.hostname or "")
    except ValueError:
        local = False
    if not local:
        raise UsageError("The redirect URI does not lead to this machine.", hint="Use http://127.0.0.1:<port>/<path>.")
    return uri


class SeedClient(Value):
    """A PIS as it is registered at ЕСОЗ."""

    shown = ("id", "name")

    id: str
    name: str
    secret: str
    redirect_uris: tuple[str, ...]
    scopes: frozenset[str] = CLIENT_TYPE_SCOPES
    owner_id: str = "3ff33ced-69dc-415a-b231-c6446898335a"
    client_type_id: str = "5a2c7f5e-5a6c-4d7e-9a86-2c5a7c1c5b11"
    client_type_name: str = "PIS"


class SeedConfidant(Value):
    """The confidant: a registered person with a user and a live access token."""

    shown = ("person_id", "user_id")

    person_id: str = "5e1d8c2a-3b4f-4c6d-9a7e-1f2b3c4d5e6f"
    user_id: str = "2b0c1c8e-0f0e-4a52-8f55-6f0d6b1a7c01"
    first_name: str = "Олена"
    last_name: str = "Садова"
    second_name: str | None = "Петрівна"
    birth_date: str = "1988-03-12"
    tax_id: str | None = "3221302486"
    passport: str | None = None
    national_id: str | None = None
    access_token: str = "SnNRdCtvU0tTOENBV2dLRUZwNmIzZz09"
    token_scopes: frozenset[str] = PATIENT_SCOPES
    token_days: Annotated[int, Field(gt=0)] = 30


def _pis() -> SeedClient:
    return SeedClient(
        id="6498d88e-97fb-47e2-85a5-99e884f888aa",
        name="Кабінет пацієнта «Приклад»",
        secret="pis-secret-UXhEczJacXh3",
        redirect_uris=("https://pis.example.ua/oauth/callback",),
    )


def _other_pis() -> SeedClient:
    return SeedClient(
        id="0d7c9a51-62a4-4b35-9f0e-3c1b8f6d2e44",
        name="Інший кабінет",
        secret="pis-secret-b3RoZXItcGlz",
        redirect_uris=("https://other.example.ua/callback",),
    )


class Seed(Value):
    """Everything a test or a demo must know about the sandbox before it starts.

    `loopback_redirect_uris` are further redirect URIs of the PIS; each must lead to this machine.
    `auth_ui_client_id` is the client that session tokens belong to. Raises `InvalidInput`, or `UsageError` for a
    redirect URI that leaves the machine.
    """

    shown = ("pis", "confidant")

    pis: SeedClient = Field(default_factory=_pis)
    other_pis: SeedClient = Field(default_factory=_other_pis)
    confidant: SeedConfidant = Field(default_factory=SeedConfidant)
    loopback_redirect_uris: tuple[str, ...] = ()
    auth_ui_client_id: str = "8b1f7f0e-2a63-4a6f-b7c5-6f1f3a9d0c12"

    @model_validator(mode="after")
    def _stay_on_this_machine(self) -> Self:
        for uri in self.loopback_redirect_uris:
            require_loopback_uri(uri)
        return self
