"""What a sign-up has gathered so far. Every secret and every personal datum is of a secret type."""

from dataclasses import dataclass, fields, make_dataclass
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar, final

from pydantic import AfterValidator, Field, SecretStr
from pydantic_core import PydanticCustomError

from ..flow import Ids, Message, Secret, SecretUtf8, Value
from .calls import Tokens
from .identifiers import is_identifier
from .redirects import is_safe

T = TypeVar("T")

_remembered = lru_cache(maxsize=64)
"""Every sign-up that is loaded brings the same few back. What raises is not remembered."""


def _an_identifier(given: str) -> str:
    if not is_identifier(given):
        raise PydanticCustomError("identifier", "letters, digits, hyphens and underscores are needed")
    return given


def _a_safe_url(given: str) -> str:
    if not is_safe(given):
        raise PydanticCustomError("unsafe_url", "an https URL is needed, with nothing that could lead elsewhere")
    return given


def _a_base_url(given: str) -> str:
    if "?" in _a_safe_url(given):
        raise PydanticCustomError("unsafe_url", "a base URL has no query")
    return given


@final
class PisClient(Value):
    """The PIS as ЕСОЗ knows it, and the Auth UI that it sends its users to (4.1).

    `auth_ui` is the base URL of the Auth UI, `scope` space-separated.
    """

    shown = ("client_id",)

    client_id: Annotated[str, AfterValidator(_remembered(_an_identifier))]
    redirect_uri: Annotated[str, AfterValidator(_remembered(_a_safe_url))]
    scope: Annotated[str, Field(min_length=1)]
    auth_ui: Annotated[str, AfterValidator(_remembered(_a_base_url))]


@final
class Query(Value):
    """The parameters with which the browser came to the Auth UI (4.1, 4.2). Absent ones are empty."""

    shown = ("client_id",)

    client_id: str
    redirect_uri: str
    scope: str
    user_data: Secret
    token: Secret
    state: Secret | None = None


@final
class User(Value):
    """The patient's user, as the registration made it."""

    person_id: str
    id: str | None = None
    tax_id: Secret | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SignUp:
    """The context of the flow. A party fills only its own fields; what has served is dropped."""

    comes_back: ClassVar[bool] = True
    """What these types let through comes back equal from a store: that is tested, and not tried with every move."""

    # the PIS: 4.1, 4.9
    oauth_state: Secret | None = None
    client: PisClient | None = None
    confidant_token: Secret | None = None
    content: SecretUtf8 | None = None
    user_data: Secret | None = None
    code: Secret | None = None
    tokens: Tokens | None = None
    # the Auth UI: 4.2 – 4.8
    query: Query | None = None
    patient: Secret | None = None
    jwt: Secret | None = None
    otp: Secret | None = None
    user: User | None = None
    session_token: Secret | None = None
    scopes: tuple[str, ...] = ()
    scope_names: tuple[tuple[str, str], ...] = ()
    client_name: str | None = None
    redirect_url: Secret | None = None
    maybe_registered: bool = False
    maybe_approved: bool = False
    # both: what the last answer had to say
    messages: tuple[Message, ...] = ()
    request_id: str | None = None
    error: str | None = None
    error_description: str | None = None

    def __repr__(self) -> str:
        gathered = [one.name for one in fields(self) if getattr(self, one.name)]
        return f"<SignUp with {', '.join(gathered) or 'nothing yet'}>"


_NAMES = tuple(one.name for one in fields(SignUp))
_PLACES = {name: place for place, name in enumerate(_NAMES)}
_values = attrgetter(*_NAMES)


class _Unfrozen(SignUp):  # type: ignore[misc]  # final for those who would add to it
    """Becomes a `SignUp` with these values, in a third of the time: the fields of a frozen one are set one by one."""

    __slots__ = ()
    __setattr__, __delattr__ = object.__setattr__, object.__delattr__
    __init__: Any = vars(make_dataclass("_Fields", _NAMES))["__init__"]


def _replaced(signup: SignUp, **changed: Any) -> Any:
    """What `dataclasses.replace` gives, which looks at field after field. Raises `KeyError` for what is no field."""
    values = [*_values(signup)]
    for name, value in changed.items():
        values[_PLACES[name]] = value
    replaced: Any = _Unfrozen(*values)
    replaced.__class__ = SignUp
    return replaced


if TYPE_CHECKING:
    from dataclasses import replace as replace  # whose arguments are checked
else:
    replace = _replaced


def begin(ids: Ids) -> SignUp:
    """Give the context of a new sign-up, with the OAuth `state` that the PIS will expect back."""
    return SignUp(oauth_state=SecretStr(ids.token()))


def gathered(value: T | None) -> T:
    """Give what an earlier step must have gathered. Raises `LookupError` for a sign-up that was tampered with."""
    if value is None:
        raise LookupError("an earlier step left this out")
    return value
