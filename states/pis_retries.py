"""4.9 PIS: pages on which the user may ask for a call again that certainly did nothing, or does no harm."""

from __future__ import annotations

from ..flow import Action, Expired, Message, Page, State, on
from .document import ours
from .events import Retry
from .exchange import spent
from .keeping import fresh
from .names import Actor, Name
from .settings import Settings
from .signup import SignUp


def _page(name: Name, signup: SignUp) -> Page:
    return Page(
        name=name,
        section="4.9",
        title=Message(code=f"{name}.title"),
        messages=signup.messages,
        actions=(Action(label=Message(code="retry"), event=Retry),),
    )


def exchange_unsent(settings: Settings) -> State[SignUp]:
    return State(
        name=Name.EXCHANGE_UNSENT,
        section="4.9",
        actor=Actor.PIS,
        page=lambda signup: _page(Name.EXCHANGE_UNSENT, signup),
        lifetime=settings.page_lifetime,
        moves=(
            on(Retry, to=Name.EXCHANGE, keep=fresh, because=ours("the code was not sent")),
            on(Expired, to=Name.EXCHANGE_UNKNOWN, keep=spent, because=ours("the code lives only for minutes")),
        ),
    )


def tokens_unsaved(settings: Settings) -> State[SignUp]:
    """No lifetime: tokens that exist wait here until they are saved."""
    return State(
        name=Name.TOKENS_UNSAVED,
        section="4.9",
        actor=Actor.PIS,
        page=lambda signup: _page(Name.TOKENS_UNSAVED, signup),
        moves=(on(Retry, to=Name.SAVE_TOKENS, keep=fresh, because=ours("saving again does no harm")),),
    )
