"""What a scenario of the demonstration is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...flow import Event
from ...states.settings import Settings

Json = Mapping[str, Any]
SCOPE = "app:read_pis person:details_pis declaration:read_pis"
"""What the demonstration asks for."""
START = "start"
"""The moment before the first page; any other moment is the name of the page that is about to be shown."""
CALLBACK = "callback"
"""The moment before the browser comes back to the PIS."""


def _as_it_is(content: bytes) -> bytes:
    return content


def _same_url(url: str) -> str:
    return url


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One run of the demonstration.

    `knobs` are turned in the sandbox at a moment, `faults` are scripted before the start; both are the JSON of the
    sandbox. `acts` is what the users do on a page, one act a visit, where it differs from going on. `content`
    forges what is signed, `container` the signed container, `browser` the URLs; `signer` and `token` say who acts.
    `ends` are the last states of the Auth UI and of the PIS, `says_code` a message on the last page, `refusal` the
    code of a typed refusal, `ledger` the side effects that the sandbox must have counted.
    """

    name: str
    says: str
    ends: tuple[str | None, str]
    ledger: Mapping[str, int]
    knobs: Mapping[str, tuple[Json, ...]] = field(default_factory=dict[str, tuple[Json, ...]])
    faults: tuple[Json, ...] = ()
    acts: Mapping[str, tuple[Event | None, ...]] = field(default_factory=dict[str, tuple[Event | None, ...]])
    settings: Settings = field(default_factory=Settings)
    scope: str = SCOPE
    token: str | None = None
    secret: str | None = None
    signer: str = "confidant"
    vault_failures: int = 0
    redirect_registered: bool = True
    redirect_known: bool = True
    content: Callable[[bytes], bytes] = _as_it_is
    container: Callable[[bytes], bytes] = _as_it_is
    browser: Callable[[str], str] = _same_url
    says_code: str | None = None
    refusal: str | None = None
