"""4.6 Auth UI: the patient is registered, but what the consent page needs could not be read."""

from __future__ import annotations

from ..flow import Expired, Message, State, guard, on
from .document import ours
from .events import Retry
from .keeping import ending, fresh
from .names import Actor, Name
from .retry_page import retry_page
from .settings import Settings
from .signup import SignUp


@guard("the query names no scope, so they come from roles")
def scopes_come_from_roles(signup: SignUp, event: Retry) -> bool:
    return signup.query is not None and not signup.query.scope.split()


def consent_unavailable(settings: Settings, *, again_at: Name) -> State[SignUp]:
    because = ours("a read may be asked for again")
    return State(
        name=Name.CONSENT_UNAVAILABLE,
        section="4.6",
        actor=Actor.AUTH_UI,
        page=lambda signup: retry_page(
            Name.CONSENT_UNAVAILABLE, "4.6", signup, (*signup.messages, Message(code="registered_not_approved"))
        ),
        lifetime=settings.page_lifetime,
        moves=(
            on(Retry, when=scopes_come_from_roles, to=Name.USER_ROLES, keep=fresh, because=because),
            on(Retry, to=again_at, keep=fresh, because=because),
            on(Expired, to=Name.EXPIRED, keep=ending(fresh), because=ours("a page does not stay open for ever")),
        ),
    )
