"""What public sources contradict each other about, or leave open, as typed switches with stated defaults."""

import re
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from ..flow import Value

_PATH = re.compile(r"/(?!/)(?:[A-Za-z0-9._~/-]|\{client_id\}|\{user_id\})*")


class Generation(StrEnum):
    """Generations of the published flow. The document describes the first: `token` in the query, no `state`."""

    G1 = "g1"


class RegisterAuth(StrEnum):
    """What the `Authorization` header of the registration call carries."""

    JWT_HEADER = "jwt_header"
    """The jwt of the validation answer: the text of the document, 4.5."""
    TOKEN_HEADER = "token_header"
    """The confidant's access token, as the PIS API blueprint has it."""
    NONE = "none"
    """Nothing, as later editions of the blueprint have it."""


class Settings(Value):
    """Switches of the flow. None is a secret, and each changes the declaration, not a branch at run time.

    Paths are relative to the host of their call. Lifetimes are how long a page may stay open: those of the form and
    its signing, of the way to the Auth UI and back, and of all pages of the Auth UI; `sign_up_lifetime` is how long
    all of it may take together. `known_redirects`
    holds (client_id, redirect_uri) pairs that are registered with ЕСОЗ: only to these is an *error* redirected,
    because at that point nobody else has vouched for the URI. `ask_otp` has the confirm page ask for the optional OTP:
    no public source lists it for this registration. `call_deadline` is in seconds, for a whole call.
    """

    shown = ("generation", "register_auth")

    generation: Generation = Generation.G1
    register_auth: RegisterAuth = RegisterAuth.JWT_HEADER
    send_jwt_in_body: bool = True
    redirect_errors: bool = False
    append_state: bool = True
    ask_otp: bool = False
    available_scopes_check: bool = False
    dictionaries_version: Literal["v1", "v2"] = "v1"
    client_details_path: str = "/oauth/clients/{client_id}/details"
    user_roles_path: str = "/user/roles"
    global_roles_path: str = "/admin/users/{user_id}/global_roles"
    known_redirects: frozenset[tuple[str, str]] = frozenset()
    page_lifetime: timedelta = Field(default=timedelta(hours=1), gt=timedelta())
    prepare_lifetime: timedelta = Field(default=timedelta(hours=12), gt=timedelta())
    hand_over_lifetime: timedelta = Field(default=timedelta(hours=12), gt=timedelta())
    sign_up_lifetime: timedelta = Field(default=timedelta(hours=24), gt=timedelta())
    call_deadline: float = Field(default=30.0, gt=0)

    @field_validator("client_details_path", "user_roles_path", "global_roles_path")
    @classmethod
    def _is_a_path(cls, given: str, field: ValidationInfo) -> str:
        # Client details may be left out; every other read has its place.
        if (given or field.field_name != "client_details_path") and not _PATH.fullmatch(given):
            raise PydanticCustomError("path", "a path that begins with a slash is needed")
        return given

    if TYPE_CHECKING:  # frozen, and so hashable; but a checker cannot see it from the base

        def __hash__(self) -> int: ...
