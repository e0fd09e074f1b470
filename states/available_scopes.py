"""4.6 Auth UI, later editions: the scopes are narrowed to what the patient may approve."""

from __future__ import annotations

from ..flow import State, guard, on
from .answers import Answered, AvailableScopes, read
from .calls import Service
from .consent_reads import away, get, read_state
from .document import ours
from .keeping import ending, message_of_the_answer, told
from .names import Name
from .settings import Settings
from .signup import SignUp, gathered, replace


@guard("200 with scopes that may be approved")
def some_available(signup: SignUp, answer: Answered) -> bool:
    return bool(_narrowed(signup, answer))


@guard("200 without any scope that may be approved")
def none_available(signup: SignUp, answer: Answered) -> bool:
    return answer.status == 200 and read(AvailableScopes, answer.data) is not None


@guard("ЕСОЗ does not know this read")
def read_unknown(signup: SignUp, answer: Answered) -> bool:
    return answer.status in (404, 405)


def _narrowed(signup: SignUp, answer: Answered) -> tuple[str, ...]:
    found = read(AvailableScopes, answer.data) if answer.status == 200 else None
    available = frozenset(found.scope.split()) if found else frozenset[str]()
    return tuple(scope for scope in signup.scopes if scope in available)


def narrowed_scopes(signup: SignUp, answer: Answered) -> SignUp:
    return replace(signup, scopes=_narrowed(signup, answer))


def available_scopes(settings: Settings) -> State[SignUp]:
    because = ours("later editions narrow the scopes to what the patient may approve")
    return read_state(
        Name.AVAILABLE_SCOPES,
        "available_scopes",
        settings,
        lambda signup: get(
            Service.AUTH,
            "/oauth/user/apps",
            ("client_id", gathered(signup.query).client_id),
            ("scope", " ".join(signup.scopes)),
            signup=signup,
        ),
        (
            on(Answered, when=some_available, to=Name.SCOPE_NAMES, keep=narrowed_scopes, because=because),
            on(Answered, when=none_available, to=Name.NO_ACCESS, keep=ending(told("no_access")), because=because),
            on(Answered, when=read_unknown, to=Name.SCOPE_NAMES, because=because),
            on(Answered, to=Name.CONSENT_UNAVAILABLE, keep=message_of_the_answer, because=because),
            *away(),
        ),
    )
