"""4.8 Auth UI: a user who declined goes back to a registered redirect URI with `access_denied`."""

from __future__ import annotations

from ..flow import Message, Page, State, Transition
from .error_redirect import error_url
from .names import Actor, Name
from .settings import Settings
from .signup import SignUp


def decline_redirect(settings: Settings, returning: tuple[Transition[SignUp], ...]) -> State[SignUp]:
    return State(
        name=Name.DECLINE_REDIRECT,
        section="4.8",
        actor=Actor.AUTH_UI,
        page=lambda signup: Page(
            name=Name.DECLINE_REDIRECT,
            section="4.8",
            title=Message(code="declined.title"),
            leads_to=error_url(signup, settings, "access_denied", "The user declined"),
        ),
        moves=returning,
    )
