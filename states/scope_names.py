"""4.6 Auth UI: the translations of the scopes, from the dictionary `SCOPES`."""

from __future__ import annotations

from typing import Any

from ..flow import State, Unanswered, Unreachable, on
from .answers import Answered
from .calls import Service
from .consent_reads import get, read_state
from .document import asks, ours
from .names import Name
from .settings import Settings
from .signup import SignUp, replace


def translations(data: object) -> dict[str, str]:
    """Give the names of the scopes from the dictionary `SCOPES`, of either edition of the dictionaries."""
    names: dict[str, str] = {}
    for dictionary in data if isinstance(data, list) else []:
        if isinstance(dictionary, dict) and dictionary.get("name") == "SCOPES":
            names |= _names(dictionary.get("values"))
    return names


def _names(values: object) -> dict[str, str]:
    pairs: list[tuple[Any, Any]] = []
    if isinstance(values, dict):
        pairs = list(values.items())
    elif isinstance(values, list):
        pairs = [(one.get("code"), one.get("description")) for one in values if isinstance(one, dict)]
    return {code: name for code, name in pairs if isinstance(code, str) and isinstance(name, str) and name}


def names_of_scopes(signup: SignUp, answer: Answered) -> SignUp:
    names = translations(answer.data)
    return replace(signup, scope_names=tuple((scope, names.get(scope, scope)) for scope in signup.scopes))


def raw_scopes(signup: SignUp, event: object) -> SignUp:
    return replace(signup, scope_names=tuple((scope, scope) for scope in signup.scopes))


def scope_names(settings: Settings, *, then: Name) -> State[SignUp]:
    path = "/api/dictionaries" if settings.dictionaries_version == "v1" else "/api/v2/dictionaries"
    because = ours("a scope without a translation is shown by its code")
    return read_state(
        Name.SCOPE_NAMES,
        "dictionaries",
        settings,
        lambda signup: get(Service.API, path, ("name", "SCOPES")),
        (
            on(Answered, to=then, keep=names_of_scopes, because=asks("4.6.2")),
            on(Unanswered, to=then, keep=raw_scopes, because=because),
            on(Unreachable, to=then, keep=raw_scopes, because=because),
        ),
    )
