"""4.8 Auth UI: the browser takes the grant code, and `state`, to the redirect URI of the PIS."""

from __future__ import annotations

from ..flow import Message, Page, State, Transition
from .names import Actor, Name
from .settings import Settings
from .signup import SignUp


def redirect(settings: Settings, returning: tuple[Transition[SignUp], ...]) -> State[SignUp]:
    return State(
        name=Name.REDIRECT,
        section="4.8",
        actor=Actor.AUTH_UI,
        page=lambda signup: Page(
            name=Name.REDIRECT,
            section="4.8",
            title=Message(code="redirect.title"),
            leads_to=signup.redirect_url,
        ),
        moves=returning,
    )
