"""4.4 Auth UI: the patient's data, read-only, to be accepted or declined."""

from __future__ import annotations

from dataclasses import replace

from pydantic import SecretStr

from ..flow import Action, Expired, Message, Page, State, Transition, guard, on
from .document import asks, ours
from .events import Confirm, Decline
from .names import Actor, Name
from .person_page import groups_of
from .redirects import with_parameters
from .settings import Settings
from .signup import SignUp


def otp(signup: SignUp, event: Confirm) -> SignUp:
    return replace(signup, otp=event.otp, messages=(), request_id=None)


def error_url(signup: SignUp, settings: Settings, error: str, description: str) -> SecretStr | None:
    """Give the redirect URI with an error (RFC 6749 §4.1.2.1); `None` where it is not known to be registered."""
    query = signup.query
    if query is None or (query.client_id, query.redirect_uri) not in settings.known_redirects:
        return None
    parameters = [("error", error), ("error_description", description)]
    if settings.append_state and query.state:
        parameters.append(("state", query.state.get_secret_value()))
    return SecretStr(with_parameters(query.redirect_uri, [(name, value) for name, value in parameters if value]))


def decline_moves(settings: Settings) -> tuple[Transition[SignUp], ...]:
    """Where a user who declines goes: back to the PIS if its URI is known, else to a page that says so."""

    @guard("the redirect URI is known to be registered")
    def redirect_known(signup: SignUp, event: Decline) -> bool:
        query = signup.query
        return query is not None and (query.client_id, query.redirect_uri) in settings.known_redirects

    because = ours("nobody is registered, and nothing is approved, against their will")
    elsewhere = on(Decline, to=Name.DECLINED, because=because)
    if not settings.known_redirects:
        return (elsewhere,)
    return (on(Decline, when=redirect_known, to=Name.DECLINE_REDIRECT, because=because), elsewhere)


def confirm(settings: Settings, declining: tuple[Transition[SignUp], ...]) -> State[SignUp]:
    return State(
        name=Name.CONFIRM,
        section="4.4",
        actor=Actor.AUTH_UI,
        page=lambda signup: Page(
            name=Name.CONFIRM,
            section="4.4",
            title=Message(code="confirm.title"),
            messages=signup.messages,
            groups=groups_of(signup),
            actions=(
                Action(label=Message(code="accept_and_proceed"), event=Confirm, asks=("otp",)),
                Action(label=Message(code="decline"), event=Decline),
            ),
            request_id=signup.request_id,
        ),
        lifetime=settings.page_lifetime,
        moves=(
            on(Confirm, to=Name.REGISTER, keep=otp, because=asks("4.4.1")),
            *declining,
            on(Expired, to=Name.EXPIRED, because=ours("a page with personal data does not stay open for ever")),
        ),
    )
