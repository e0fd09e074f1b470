"""Answers of ЕСОЗ, and what can be read from them.

The envelope has `data` or `error`; an error carries its text in `message`, or in the descriptions of the rules
that were violated, or in neither (PIS API blueprint, "API manifest").
"""

from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    ConfigDict,
    Field,
    SecretStr,
    StrictInt,
    StrictStr,
    StringConstraints,
    field_validator,
)

from ..flow import Answered as AnsweredByPort
from ..flow import InvalidInput, Value


class ApiError(Value):
    """The `error` of an envelope: `type`, `message`, and every `invalid[].rules[].description`, in order."""

    shown = ("type",)

    type: str | None = None
    message: str | None = None
    descriptions: tuple[str, ...] = ()


class Answered(AnsweredByPort):
    """ЕСОЗ answered.

    `data` is the parsed `data` of the envelope. `error` is present only when the answer had an error envelope.
    `redirect` is the `Location` header, else `urgent.redirect_uri`. `retry_after` is in seconds.
    """

    shown = ("status", "request_id")

    data: Any = None
    error: ApiError | None = None
    redirect: SecretStr | None = None
    request_id: str | None = None
    retry_after: float | None = None

    @property
    def outcome_unknown(self) -> bool:
        """Whether the answer says nothing of the effect: a gateway failed or gave up on the way."""
        return self.error is None and (self.status >= 500 or self.status == 408)


class VaultAnswered(AnsweredByPort):
    """The vault of the PIS answered; 200 means that the tokens are kept."""


class _Part(Value):
    model_config = ConfigDict(extra="ignore", strict=False)

    @classmethod
    def read(cls, given: object) -> Self:
        """Build it from what ЕСОЗ sent. A field that is strict stays strict; raises `InvalidInput`."""
        return cls._checked(lambda: cls.model_validate(given))


_Text = Annotated[StrictStr, StringConstraints(min_length=1)]


MAX_DEPTH = 32
"""Levels of nesting of a patient's data. The documented form has six; the page (4.4) walks all of them."""
MAX_PARTS = 5_000
"""Objects, lists and values in a patient's data: far more than the documented form can have, and still one page."""


class ValidatedPatient(_Part):
    """`data` of the validation answer (4.3): the patient's data and the jwt, whose field is called `token`."""

    person: Annotated[dict[str, Any], Field(min_length=1)]
    token: _Text

    @field_validator("person")
    @classmethod
    def _fits_a_page(cls, given: dict[str, Any]) -> dict[str, Any]:
        # Level by level instead of recursively: the depth is what is being checked.
        level, seen = [given], 0
        for _ in range(MAX_DEPTH):
            wholes = [whole for whole in level if isinstance(whole, (dict, list))]
            level = [part for whole in wholes for part in (whole.values() if isinstance(whole, dict) else whole)]
            seen += len(level)
            if not level or seen > MAX_PARTS:
                break
        if level:
            raise ValueError("not a patient's data")
        return given


class _NewUser(_Part):
    id: StrictStr | None = None
    tax_id: StrictStr | None = None


class _NewPerson(_Part):
    id: _Text


class Registered(_Part):
    """`data` of the registration answer (4.5): patient, user, session token."""

    person: _NewPerson
    user: _NewUser
    access_token: _Text


class _TokenDetails(_Part):
    refresh_token: _Text
    scope: StrictStr


class _TokenUser(_Part):
    person_id: StrictStr | None = None


class ExchangedTokens(_Part):
    """`data` of the exchange answer (4.9): the refresh token is inside `details`."""

    value: _Text
    expires_at: StrictInt
    user_id: StrictStr
    details: _TokenDetails
    user: _TokenUser | None = None


class _RefreshedDetails(_Part):
    refresh_token: _Text | None = None
    scope: StrictStr


class RefreshedTokens(_Part):
    """`data` of the refresh answer: the refresh token inside `details` is documented to be absent."""

    value: _Text
    expires_at: StrictInt
    user_id: StrictStr
    details: _RefreshedDetails


class ClientDetails(_Part):
    """`data` of the client's details: only the name is shown."""

    name: _Text


class AvailableScopes(_Part):
    """`data` of the scopes that may be approved, space-separated."""

    scope: StrictStr


class Role(_Part):
    """One role of a user, with the scopes that it brings, space-separated."""

    scope: StrictStr


P = TypeVar("P", bound=_Part)


def read(part: type[P], data: object) -> P | None:
    """Give `data` as `part`, or `None` when it does not have that shape."""
    try:
        return part.read(data)
    except InvalidInput:
        return None
