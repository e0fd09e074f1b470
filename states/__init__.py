"""The confidant sign-up: the document's nine sections as states, whole or as the part of one party.

A name is loaded when it is first asked for: whoever needs an event or an error does not wait for the whole flow.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .events import (
        Accept,
        CallbackReceived,
        Confirm,
        Decline,
        EditAgain,
        HandedOver,
        Leave,
        Opened,
        OpenedMalformed,
        RegisterAgain,
        RequestFilled,
        RequestSigned,
        Retry,
        SigningFailed,
    )
    from .flow import auth_ui, pis, sign_up
    from .migrations import MIGRATIONS
    from .names import Actor, Name
    from .ports import Signer
    from .registration import RegistrationRequest
    from .settings import Generation, RegisterAuth, Settings
    from .signup import PisClient, SignUp
    from .texts import render

__all__ = [
    "MIGRATIONS",
    "Accept",
    "Actor",
    "CallbackReceived",
    "Confirm",
    "Decline",
    "EditAgain",
    "Generation",
    "HandedOver",
    "Leave",
    "Name",
    "Opened",
    "OpenedMalformed",
    "PisClient",
    "RegisterAgain",
    "RegisterAuth",
    "RegistrationRequest",
    "RequestFilled",
    "RequestSigned",
    "Retry",
    "Settings",
    "SignUp",
    "Signer",
    "SigningFailed",
    "auth_ui",
    "pis",
    "render",
    "sign_up",
]

_HOMES = {
    "events": (
        "Accept",
        "CallbackReceived",
        "Confirm",
        "Decline",
        "EditAgain",
        "HandedOver",
        "Leave",
        "Opened",
        "OpenedMalformed",
        "RegisterAgain",
        "RequestFilled",
        "RequestSigned",
        "Retry",
        "SigningFailed",
    ),
    "flow": ("auth_ui", "pis", "sign_up"),
    "migrations": ("MIGRATIONS",),
    "names": ("Actor", "Name"),
    "ports": ("Signer",),
    "registration": ("RegistrationRequest",),
    "settings": ("Generation", "RegisterAuth", "Settings"),
    "signup": ("PisClient", "SignUp"),
    "texts": ("render",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f".{_HOME_OF[name]}", __name__), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
