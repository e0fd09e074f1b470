"""4.2 Auth UI: each of the five parameters exists and is not empty; the first that is missing is told."""

from __future__ import annotations

from ..flow import Expired, Guard, Message, State, guard, on
from .document import asks, ours
from .events import Opened, OpenedMalformed
from .identifiers import is_identifier
from .keeping import ending, fresh, told
from .names import Actor, Name
from .redirects import is_safe
from .settings import Settings
from .signup import Query, SignUp, replace
from .texts_problems import LINK_RULES


@guard("client_id is missing or empty")
def no_client_id(signup: SignUp, event: Opened) -> bool:
    return not event.client_id


@guard("redirect_uri is missing or empty")
def no_redirect_uri(signup: SignUp, event: Opened) -> bool:
    return not event.redirect_uri


@guard("scope is missing or empty")
def no_scope(signup: SignUp, event: Opened) -> bool:
    return not event.scope


@guard("user_data is missing or empty")
def no_user_data(signup: SignUp, event: Opened) -> bool:
    return not event.user_data.get_secret_value()


@guard("token is missing or empty")
def no_token(signup: SignUp, event: Opened) -> bool:
    return not event.token.get_secret_value()


@guard("client_id is no identifier of ЕСОЗ, and it stands in the path of a call")
def client_id_malformed(signup: SignUp, event: Opened) -> bool:
    return not is_identifier(event.client_id)


@guard("redirect_uri could lead somewhere else than it shows")
def redirect_uri_unsafe(signup: SignUp, event: Opened) -> bool:
    return not is_safe(event.redirect_uri)


CHECKS: tuple[tuple[Guard[SignUp, Opened], str, str], ...] = (
    (no_client_id, "client_id_missing", asks("4.2.1")),
    (no_redirect_uri, "redirect_uri_missing", asks("4.2.2")),
    (no_scope, "scope_missing", asks("4.2.3")),
    (no_user_data, "user_data_empty", asks("4.2.4")),
    (no_token, "token_missing", asks("4.2.5")),
    (client_id_malformed, "client_not_found", ours("no client has such an id")),
    (redirect_uri_unsafe, "redirect_uri_unsafe", ours("a grant code must not be sent astray")),
)
"""The checks in their order: guard, message code, who asks for it."""


def query(signup: SignUp, event: Opened) -> SignUp:
    return replace(
        signup,
        query=Query(
            client_id=event.client_id,
            redirect_uri=event.redirect_uri,
            scope=event.scope,
            user_data=event.user_data,
            token=event.token,
            state=event.state,
        ),
        scopes=tuple(dict.fromkeys(event.scope.split())),
        # What the PIS handed over has arrived: the whole flow keeps it once.
        user_data=None,
        confidant_token=None,
    )


def what_is_malformed(signup: SignUp, event: OpenedMalformed) -> SignUp:
    rule = event.rule if event.rule in LINK_RULES else "malformed"
    return replace(signup, messages=(Message(code=f"link.{rule}", params={"field": event.path}),))


def validate_params(settings: Settings) -> State[SignUp]:
    return State(
        name=Name.VALIDATE_PARAMS,
        section="4.2",
        actor=Actor.AUTH_UI,
        lifetime=settings.page_lifetime,
        moves=(
            *(
                on(Opened, when=missing, to=Name.PARAMS_REFUSED, keep=ending(told(message)), because=because)
                for missing, message, because in CHECKS
            ),
            on(Opened, to=Name.INIT_VALIDATION, keep=query, because=asks("4.2.0")),
            on(
                OpenedMalformed,
                to=Name.PARAMS_REFUSED,
                keep=ending(what_is_malformed),
                because=ours("a query that can be read in two ways, or in none, is not read at all"),
            ),
            on(
                Expired,
                to=Name.EXPIRED,
                keep=ending(fresh),
                because=ours("a browser that was sent out may never arrive"),
            ),
        ),
    )
