"""The confidant sign-up: the document's nine sections as states, whole or as the part of one party."""

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
