"""Every case that the guards of the sign-up can tell apart: the space over which they are decided, not sampled.

A status is every number that HTTP has (RFC 9110 §15), and what an answer carries is one of the shapes that its reader
knows: nothing, an object without what is promised, and what is promised.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from itertools import product
from typing import Any, Final

from pydantic import SecretStr

from ..flow import Event, Unreachable
from .answers import Answered, ApiError, VaultAnswered
from .events import CallbackReceived, Decline, Opened, RequestFilled, RequestSigned, Retry
from .example import EXAMPLE
from .names import Name
from .registration import RegistrationRequest
from .signup import Query, SignUp, User, gathered, replace

STATUSES: Final = range(100, 600)
WALKED_STATUSES: Final = (200, 201, 204, 302, 400, 401, 403, 404, 408, 409, 422, 429, 500, 502, 503)
"""One of each kind that is documented or that a gateway on the way makes."""
URI: Final = "https://pis.example.ua/oauth/callback"
_ELSEWHERE: Final = "https://other.example/"
_ID: Final = "6498d88e-97fb-47e2-85a5-99e884f888aa"
_SCOPE: Final = "person:details_pis"
_ROLE: Final = {"role_name": "PATIENT", "scope": _SCOPE}

_PATIENT: Final = {"person": {"first_name": "Тест"}, "token": "jwt"}
_REGISTERED: Final = {"person": {"id": _ID}, "user": {"id": _ID}, "access_token": "session token"}
_TOKENS: Final[dict[str, Any]] = {
    "value": "access token",
    "expires_at": 0,
    "user_id": _ID,
    "details": {"refresh_token": "refresh token", "scope": _SCOPE},
}
_WIDER: Final = {**_TOKENS, "details": {"refresh_token": "refresh token", "scope": f"{_SCOPE} employee:write"}}

SHAPES: Final[dict[str, tuple[Any, ...]]] = {
    Name.INIT_VALIDATION: (None, {}, _PATIENT),
    Name.REGISTER: (None, {}, _REGISTERED, {**_REGISTERED, "user": {}}, {**_REGISTERED, "user": {"id": "../"}}),
    Name.USER_ROLES: (None, {}, [], [{}], [_ROLE]),
    Name.GLOBAL_ROLES: (None, {}, [], [{}], [_ROLE]),
    Name.AVAILABLE_SCOPES: (None, {}, {"scope": ""}, {"scope": "app:read_pis"}, {"scope": _SCOPE}),
    Name.CLIENT_DETAILS: (None, {}, {"name": "ПІС"}),
    Name.APPROVE: (None,),
    Name.EXCHANGE: (None, {}, _TOKENS, _WIDER),
}
"""What the answer to the call of each state can carry."""

ORDERED: Final = {
    (str(Name.VALIDATE_PARAMS), "Opened"): "4.2: the first parameter that is wrong is told",
    (str(Name.REDIRECT), "CallbackReceived"): "a callback is checked for whose it is before what it brings",
    (str(Name.DECLINE_REDIRECT), "CallbackReceived"): "a callback is checked for whose it is before what it brings",
    (str(Name.HAND_OVER), "CallbackReceived"): "a callback is checked for whose it is before what it brings",
    (str(Name.REGISTER), "Answered"): "what says nothing of the effect is told before an error is",
    (str(Name.USER_ROLES), "Answered"): "global roles are asked for before the user's own are enough",
}
"""Where rows share cases on purpose, and why the earlier one comes first."""


def cases(
    state: str, event: type[Event], statuses: Collection[int] = STATUSES
) -> Iterable[tuple[SignUp, Event]] | None:
    """Give every case of a state and an event, for `flow.proof`; `None` where none are declared."""
    if event is Answered and state in SHAPES:
        return product(_contexts(state), _answers(state, statuses))
    if event is VaultAnswered:
        return ((_USUAL, VaultAnswered(status=status)) for status in statuses)
    found = _OTHERS.get(event)
    return found() if found else None


def walk_cases(state: str, event: type[Event]) -> Iterable[tuple[SignUp, Event]] | None:
    """Give the same with fewer statuses, for walks: the proof has decided that no guard tells the others apart."""
    return cases(state, event, WALKED_STATUSES)


def _query(**given: Any) -> Query:
    usual: dict[str, Any] = {
        "client_id": _ID,
        "redirect_uri": URI,
        "scope": _SCOPE,
        "user_data": SecretStr("user data"),
        "token": SecretStr("query token"),
    }
    return Query(**(usual | given))


_USUAL: Final = replace(EXAMPLE, query=_query(), scopes=(_SCOPE,), user=User(person_id=_ID, id=_ID))


def _contexts(state: str) -> tuple[SignUp, ...]:
    without_scopes = replace(_USUAL, query=_query(scope=" "), scopes=())
    if state == Name.REGISTER:
        return _USUAL, without_scopes
    if state in (Name.USER_ROLES, Name.GLOBAL_ROLES):
        users = (None, User(person_id=_ID), User(person_id=_ID, id="../"), User(person_id=_ID, id=_ID))
        return tuple(replace(one, user=user) for one in (_USUAL, without_scopes) for user in users)
    if state == Name.EXCHANGE:
        client = gathered(EXAMPLE.client)
        return tuple(replace(_USUAL, client=client.model_copy(update={"scope": scope})) for scope in (_SCOPE, " "))
    return (_USUAL,)


def _answers(state: str, statuses: Collection[int]) -> Iterator[Answered]:
    redirects = (None, SecretStr(f"{URI}?code=x"), SecretStr("https://other.example/?code=x"))
    errors = (None, ApiError())
    for status, shape, error in product(statuses, SHAPES[state], errors):
        for redirect in redirects if state == Name.APPROVE else (None,):
            yield Answered(status=status, data=shape, error=error, redirect=redirect)


def _opened() -> Iterator[tuple[SignUp, Event]]:
    given = product(("", "../", _ID), ("", "javascript:", URI, _ELSEWHERE), ("", " ", _SCOPE), ("", "x"), ("", "x"))
    for client_id, redirect_uri, scope, user_data, token in given:
        yield (
            _USUAL,
            Opened(
                client_id=client_id,
                redirect_uri=redirect_uri,
                scope=scope,
                user_data=SecretStr(user_data),
                token=SecretStr(token),
            ),
        )


def _callbacks() -> Iterator[tuple[SignUp, Event]]:
    for state, code, error in product(
        (None, "", "foreign", "oauth state"), (None, "", "x"), (None, "", "access_denied")
    ):
        yield (
            _USUAL,
            CallbackReceived(
                state=None if state is None else SecretStr(state),
                code=None if code is None else SecretStr(code),
                error=error,
            ),
        )


def _declined() -> Iterator[tuple[SignUp, Event]]:
    for uri in (URI, _ELSEWHERE):
        yield replace(_USUAL, query=_query(redirect_uri=uri)), Decline()


def _retried() -> Iterator[tuple[SignUp, Event]]:
    for scope in (_SCOPE, " "):
        yield replace(_USUAL, query=_query(scope=scope)), Retry()


def _filled() -> Iterator[tuple[SignUp, Event]]:
    filled = RequestFilled.model_construct(
        client=gathered(EXAMPLE.client).model_copy(update={"client_id": _ID, "redirect_uri": URI, "scope": _SCOPE}),
        token=gathered(EXAMPLE.confidant_token),
        request=RegistrationRequest.model_construct(),
        filled_on=date(2026, 3, 1),
    )
    yield _USUAL, filled


def _signed() -> Iterator[tuple[SignUp, Event]]:
    yield _USUAL, RequestSigned(user_data=SecretStr("c2lnbmVk"))


def _unsent() -> Iterator[tuple[SignUp, Event]]:
    for sent in (True, False):
        yield replace(_USUAL, maybe_registered=sent), Unreachable(reason="refused")


_OTHERS: Final[dict[type[Event], Callable[[], Iterator[tuple[SignUp, Event]]]]] = {
    RequestFilled: _filled,
    RequestSigned: _signed,
    Opened: _opened,
    CallbackReceived: _callbacks,
    Decline: _declined,
    Retry: _retried,
    Unreachable: _unsent,
}
