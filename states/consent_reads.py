"""4.6 Auth UI: what the consent page needs is read first, a state for each read.

Scopes come from the query, else from the user's roles and global roles; then their names, then the client.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..flow import Calling, Repeat, State, Transition, Unanswered, Unreachable, guard, on
from .answers import Answered, AvailableScopes, ClientDetails, Role, read
from .calls import ESOZ, HttpRequest, Service
from .document import asks, ours
from .keeping import message_of_the_answer, no_answer, told
from .names import Actor, Name
from .settings import Settings
from .signup import SignUp


def _read(
    name: Name,
    call: str,
    settings: Settings,
    request: Callable[[SignUp], HttpRequest],
    moves: tuple[Transition[SignUp], ...],
) -> State[SignUp]:
    return State(
        name=name,
        section="4.6",
        actor=Actor.AUTH_UI,
        call=Calling(
            name=call,
            port=ESOZ,
            repeat=Repeat.FREELY,
            request=request,
            answer=Answered,
            deadline=settings.call_deadline,
        ),
        moves=moves,
    )


def _away() -> tuple[Transition[SignUp], ...]:
    because = ours("a read may be asked for again")
    return (
        on(Unanswered, to=Name.CONSENT_UNAVAILABLE, keep=no_answer, because=because),
        on(Unreachable, to=Name.CONSENT_UNAVAILABLE, keep=no_answer, because=because),
    )


def _get(
    signup: SignUp, service: Service, path: str, *query: tuple[str, str], bearer: bool = True
) -> HttpRequest:
    return HttpRequest(
        method="GET", service=service, path=path, query=query, bearer=signup.session_token if bearer else None
    )


def _client_id(signup: SignUp) -> str:
    assert signup.query
    return signup.query.client_id


def _roles(data: object) -> list[Role] | None:
    if not isinstance(data, list):
        return None
    roles = [read(Role, one) for one in data]
    return [role for role in roles if role is not None]


@guard("200 with a list of roles")
def roles_returned(signup: SignUp, answer: Answered) -> bool:
    return answer.status == 200 and isinstance(answer.data, list)


@guard("200 with a list of roles, and there is a scope to approve")
def some_scope(signup: SignUp, answer: Answered) -> bool:
    return answer.status == 200 and isinstance(answer.data, list) and bool(scopes_of_roles(signup, answer).scopes)


def scopes_of_roles(signup: SignUp, answer: Answered) -> SignUp:
    """Add the scopes of the roles, each once, in order."""
    found = [scope for role in _roles(answer.data) or [] for scope in role.scope.split()]
    return replace(signup, scopes=tuple(dict.fromkeys((*signup.scopes, *found))), messages=())


def user_roles(settings: Settings) -> State[SignUp]:
    return _read(
        Name.USER_ROLES,
        "user_roles",
        settings,
        lambda signup: _get(signup, Service.API, settings.user_roles_path, ("client_id", _client_id(signup))),
        (
            on(Answered, when=roles_returned, to=Name.GLOBAL_ROLES, keep=scopes_of_roles, because=asks("4.6.1")),
            on(
                Answered,
                to=Name.CONSENT_UNAVAILABLE,
                keep=message_of_the_answer,
                because=ours("without scopes there is nothing to approve"),
            ),
            *_away(),
        ),
    )


def global_roles(settings: Settings, *, then: Name) -> State[SignUp]:
    def path(signup: SignUp) -> str:
        assert signup.user
        return settings.global_roles_path.replace("{user_id}", signup.user.id or "")

    return _read(
        Name.GLOBAL_ROLES,
        "global_roles",
        settings,
        lambda signup: _get(signup, Service.AUTH, path(signup)),
        (
            on(Answered, when=some_scope, to=then, keep=scopes_of_roles, because=asks("4.6.1")),
            on(
                Answered,
                when=roles_returned,
                to=Name.NO_ACCESS,
                keep=told("no_access"),
                because=ours("without scopes there is nothing to approve"),
            ),
            on(
                Answered,
                to=Name.CONSENT_UNAVAILABLE,
                keep=message_of_the_answer,
                because=ours("without scopes there is nothing to approve"),
            ),
            *_away(),
        ),
    )


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
    return _read(
        Name.AVAILABLE_SCOPES,
        "available_scopes",
        settings,
        lambda signup: _get(
            signup,
            Service.AUTH,
            "/oauth/user/apps",
            ("client_id", _client_id(signup)),
            ("scope", " ".join(signup.scopes)),
        ),
        (
            on(Answered, when=some_available, to=Name.SCOPE_NAMES, keep=narrowed_scopes, because=because),
            on(Answered, when=none_available, to=Name.NO_ACCESS, keep=told("no_access"), because=because),
            on(Answered, when=read_unknown, to=Name.SCOPE_NAMES, because=because),
            on(Answered, to=Name.CONSENT_UNAVAILABLE, keep=message_of_the_answer, because=because),
            *_away(),
        ),
    )


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
    return _read(
        Name.SCOPE_NAMES,
        "dictionaries",
        settings,
        lambda signup: _get(signup, Service.API, path, ("name", "SCOPES"), bearer=False),
        (
            on(Answered, to=then, keep=names_of_scopes, because=asks("4.6.2")),
            on(Unanswered, to=then, keep=raw_scopes, because=because),
            on(Unreachable, to=then, keep=raw_scopes, because=because),
        ),
    )


@guard("200 with the client's name")
def client_returned(signup: SignUp, answer: Answered) -> bool:
    return answer.status == 200 and read(ClientDetails, answer.data) is not None


@guard("the client is not found")
def client_not_found(signup: SignUp, answer: Answered) -> bool:
    return 400 <= answer.status < 500


def name_of_client(signup: SignUp, answer: Answered) -> SignUp:
    return replace(signup, client_name=ClientDetails.model_validate(answer.data).name)


def client_details(settings: Settings) -> State[SignUp]:
    return _read(
        Name.CLIENT_DETAILS,
        "client_details",
        settings,
        lambda signup: _get(
            signup, Service.AUTH, settings.client_details_path.replace("{client_id}", _client_id(signup))
        ),
        (
            on(Answered, when=client_returned, to=Name.CONSENT, keep=name_of_client, because=asks("4.6.3")),
            on(
                Answered,
                when=client_not_found,
                to=Name.CLIENT_REFUSED,
                keep=told("client_not_found"),
                because=ours("nobody can consent to a client that does not exist"),
            ),
            on(
                Answered,
                to=Name.CONSENT_UNAVAILABLE,
                keep=message_of_the_answer,
                because=ours("a read may be asked for again"),
            ),
            *_away(),
        ),
    )
