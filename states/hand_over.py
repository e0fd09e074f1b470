"""4.1 PIS: the browser goes to the Auth UI with the pre-signed request; the PIS waits for it to come back (4.8)."""

from __future__ import annotations

import hmac

from pydantic import SecretStr

from ..flow import Expired, Message, Page, State, Transition, guard, on, refuse
from .document import asks, ours
from .events import CallbackReceived, HandedOver
from .keeping import forgotten
from .names import Actor, Name
from .redirects import with_parameters
from .settings import Settings
from .signup import SignUp, gathered, replace

PATH = "/confidant/sign-up"


def hand_over_url(signup: SignUp, settings: Settings) -> SecretStr:
    """Give the URL of 4.1: five parameters, and `state` unless the settings forbid it. It carries credentials."""
    client = gathered(signup.client)
    parameters = [
        ("client_id", client.client_id),
        ("redirect_uri", client.redirect_uri),
        ("scope", client.scope),
        ("user_data", gathered(signup.user_data).get_secret_value()),
        ("token", gathered(signup.confidant_token).get_secret_value()),
    ]
    if settings.append_state and signup.oauth_state:
        parameters.append(("state", signup.oauth_state.get_secret_value()))
    return SecretStr(with_parameters(client.auth_ui.rstrip("/") + PATH, parameters))


@guard("it brings no state")
def state_missing(signup: SignUp, event: CallbackReceived) -> bool:
    return event.state is None


@guard("its state is not the one of this sign-up")
def state_foreign(signup: SignUp, event: CallbackReceived) -> bool:
    ours_, theirs = signup.oauth_state, event.state
    return not (ours_ and theirs and hmac.compare_digest(_bytes(ours_), _bytes(theirs)))


def _bytes(secret: SecretStr) -> bytes:
    return secret.get_secret_value().encode("utf-8", "surrogatepass")


@guard("it brings both a code and an error")
def ambiguous(signup: SignUp, event: CallbackReceived) -> bool:
    return bool(event.code and event.code.get_secret_value()) and event.error is not None


@guard("it brings an error")
def error_returned(signup: SignUp, event: CallbackReceived) -> bool:
    return bool(event.error)


@guard("it brings a grant code")
def code_returned(signup: SignUp, event: CallbackReceived) -> bool:
    return bool(event.code and event.code.get_secret_value())


_ERRORS = frozenset(
    {
        "invalid_request",
        "unauthorized_client",
        "access_denied",
        "unsupported_response_type",
        "invalid_scope",
        "server_error",
        "temporarily_unavailable",
    }
)


def code(signup: SignUp, event: CallbackReceived) -> SignUp:
    return replace(signup, code=event.code, user_data=None, confidant_token=None, messages=())


def error(signup: SignUp, event: CallbackReceived) -> SignUp:
    known = event.error if event.error in _ERRORS else "unknown_error"
    return replace(signup, user_data=None, confidant_token=None, messages=(Message(code=f"returned.{known}"),))


def callback_moves(settings: Settings) -> tuple[Transition[SignUp], ...]:
    """What the PIS makes of a browser that comes back. A callback that is not its own changes nothing."""
    because = ours("RFC 6749 §10.12: only the browser that was sent out may bring the code back")
    checks: tuple[Transition[SignUp], ...] = ()
    if settings.append_state:
        checks = (
            refuse(CallbackReceived, when=state_missing, code="state_missing", because=because),
            refuse(CallbackReceived, when=state_foreign, code="state_mismatch", because=because),
        )
    return (
        *checks,
        refuse(CallbackReceived, when=ambiguous, code="code_and_error", because=ours("an answer is one or the other")),
        on(
            CallbackReceived,
            when=error_returned,
            to=Name.RETURNED_ERROR,
            keep=error,
            because=ours("RFC 6749 §4.1.2.1: the Auth UI may return an error"),
        ),
        on(CallbackReceived, when=code_returned, to=Name.EXCHANGE, keep=code, because=asks("4.9.1")),
        refuse(CallbackReceived, code="code_missing", because=ours("without a code there is nothing to exchange")),
    )


def hand_over(settings: Settings) -> State[SignUp]:
    return State(
        name=Name.HAND_OVER,
        section="4.1",
        actor=Actor.PIS,
        page=lambda signup: Page(
            name=Name.HAND_OVER,
            section="4.1",
            title=Message(code="hand_over.title"),
            leads_to=hand_over_url(signup, settings),
        ),
        lifetime=settings.hand_over_lifetime,
        moves=(
            on(HandedOver, to=Name.VALIDATE_PARAMS, because=asks("4.1.4")),
            on(Expired, to=Name.NOT_RETURNED, keep=forgotten, because=ours("a browser may never come back")),
        ),
    )
