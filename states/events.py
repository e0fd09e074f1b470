"""What a user, a browser or a host service can do to a sign-up."""

import base64
import re
from datetime import date
from typing import Annotated, Self

from pydantic import Field, SecretStr, StringConstraints, field_validator, model_validator
from pydantic_core import PydanticCustomError

from ..flow import Event, InvalidInput
from .query import parameters
from .registration import RegistrationRequest
from .signup import PisClient

MAX_USER_DATA = 96 * 1024
"""Longest accepted signed content, in base64 characters: 64 KB and room for a certificate chain."""

_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")


class RequestFilled(Event):
    """4.1: the confidant, signed in with `token`, has filled in the registration request on the day `filled_on`."""

    client: PisClient
    token: Annotated[SecretStr, Field(min_length=1)]
    request: RegistrationRequest
    filled_on: date

    @model_validator(mode="after")
    def _holds_on_the_day(self) -> Self:
        self.request.check(today=self.filled_on)
        return self


class RequestSigned(Event):
    """4.1: the request was signed. `user_data` is the CMS container as standard base64 with padding."""

    user_data: SecretStr

    @field_validator("user_data")
    @classmethod
    def _is_base64(cls, given: SecretStr) -> SecretStr:
        text = given.get_secret_value()
        if len(text) > MAX_USER_DATA:
            raise PydanticCustomError("string_too_long", "too long", {"max_length": MAX_USER_DATA})
        if len(text) % 4 or not _BASE64.fullmatch(text):
            raise PydanticCustomError("base64", "standard base64 with padding is needed")
        return given

    @classmethod
    def of(cls, container: bytes) -> Self:
        """Make the event from the DER bytes that a `Signer` gave."""
        return cls(user_data=SecretStr(base64.b64encode(container).decode("ascii")))


class SigningFailed(Event):
    """4.1: the signature was not made. `code` says why, for logs: `cancelled`, `wrong_key`, …"""

    shown = ("code",)

    code: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,64}\z")]


class EditAgain(Event):
    """4.1: the user goes back from signing to the form."""


class HandedOver(Event):
    """4.1: the browser was sent to the Auth UI."""


_STATE = re.compile(r"[\x20-\x7e]{0,2000}")


class Opened(Event):
    """4.2: a browser opened the sign-up page of the Auth UI with these parameters, absent ones empty."""

    client_id: str = ""
    redirect_uri: str = ""
    scope: str = ""
    user_data: SecretStr = SecretStr("")
    token: SecretStr = SecretStr("")
    state: SecretStr | None = None

    @field_validator("state")
    @classmethod
    def _can_be_returned(cls, given: SecretStr | None) -> SecretStr | None:
        if given is not None and not _STATE.fullmatch(given.get_secret_value()):
            raise PydanticCustomError("printable_ascii", "printable ASCII is needed (RFC 6749, appendix A.5)")
        return given

    @classmethod
    def from_query(cls, query: str) -> Self:
        """Read the query string of the request, without the `?`.

        Raises `InvalidInput`; send `OpenedMalformed.of` it, and the sign-up ends on a page that says what is wrong.

        `user_data` and `token` may have lost their pluses to spaces on the way, and `user_data` may be URL-safe
        base64: both are brought back to standard base64.
        """
        given = parameters(query, frozenset(cls.model_fields))
        state = given.get("state")
        return cls(
            client_id=given.get("client_id", ""),
            redirect_uri=given.get("redirect_uri", ""),
            scope=given.get("scope", ""),
            user_data=SecretStr(given.get("user_data", "").replace(" ", "+").replace("-", "+").replace("_", "/")),
            token=SecretStr(given.get("token", "").replace(" ", "+")),
            state=None if state is None else SecretStr(state),
        )


class OpenedMalformed(Event):
    """4.2: a browser opened the sign-up page with a query string that cannot be read.

    `path` is the parameter that is wrong, empty for the whole string, and `rule` what is wrong with it.
    """

    shown = ("path", "rule")

    path: str
    rule: str

    @classmethod
    def of(cls, refusal: InvalidInput) -> Self:
        """Make the event from what `Opened.from_query` raised."""
        first = refusal.problems[0]
        return cls(path=first.path, rule=first.rule)


class Confirm(Event):
    """4.4, 4.5: the user read the patient's data and accepts it; `otp` is the optional code from an SMS."""

    otp: SecretStr | None = None

    @field_validator("otp")
    @classmethod
    def _is_a_code(cls, given: SecretStr | None) -> SecretStr | None:
        if given is not None and not re.fullmatch(r"[0-9]{4,8}", given.get_secret_value()):
            raise PydanticCustomError("otp", "four to eight digits are needed")
        return given


class Accept(Event):
    """4.6, 4.7: the user accepts the scopes."""


class Decline(Event):
    """4.4, 4.6: the user does not accept the data or the scopes."""


class Retry(Event):
    """The user asks for a call again that certainly did nothing, or may be made again without harm."""


class RegisterAgain(Event):
    """The user, told that the result of the registration is unknown, explicitly asks for it again."""


class Leave(Event):
    """The user gives up a sign-up whose result is unknown."""


class CallbackReceived(Event):
    """4.8: the browser came back to the `redirect_uri` of the PIS (RFC 6749 §4.1.2)."""

    shown = ("error",)

    code: SecretStr | None = None
    state: SecretStr | None = None
    error: str | None = None
    error_description: str | None = None

    @classmethod
    def from_query(cls, query: str) -> Self:
        """Read the query string of the request, without the `?`. Raises `InvalidInput`."""
        given = parameters(query, frozenset(cls.model_fields))
        code, state = given.get("code"), given.get("state")
        return cls(
            code=None if code is None else SecretStr(code),
            state=None if state is None else SecretStr(state),
            error=given.get("error"),
            error_description=given.get("error_description"),
        )
