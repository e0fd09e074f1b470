"""4.9 PIS: the tokens were exchanged but not saved. No lifetime: they wait here until they are saved."""

from __future__ import annotations

from ..flow import State, on
from .document import ours
from .events import Retry
from .keeping import fresh
from .names import Actor, Name
from .retry_page import retry_page
from .settings import Settings
from .signup import SignUp


def tokens_unsaved(settings: Settings) -> State[SignUp]:
    return State(
        name=Name.TOKENS_UNSAVED,
        section="4.9",
        actor=Actor.PIS,
        page=lambda signup: retry_page(Name.TOKENS_UNSAVED, "4.9", signup, signup.messages),
        moves=(on(Retry, to=Name.SAVE_TOKENS, keep=fresh, because=ours("saving again does no harm")),),
    )
