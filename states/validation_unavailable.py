"""4.3 Auth UI: the validation gave no usable answer; it writes nothing, so the user may ask for it again."""

from __future__ import annotations

from ..flow import Expired, Message, State, on
from .document import ours
from .events import Retry
from .keeping import ending, fresh
from .names import Actor, Name
from .retry_page import retry_page
from .settings import Settings
from .signup import SignUp


def validation_unavailable(settings: Settings) -> State[SignUp]:
    return State(
        name=Name.VALIDATION_UNAVAILABLE,
        section="4.3",
        actor=Actor.AUTH_UI,
        page=lambda signup: retry_page(
            Name.VALIDATION_UNAVAILABLE, "4.3", signup, (*signup.messages, Message(code="nothing_done"))
        ),
        lifetime=settings.page_lifetime,
        moves=(
            on(Retry, to=Name.INIT_VALIDATION, keep=fresh, because=ours("a validation writes nothing")),
            on(Expired, to=Name.EXPIRED, keep=ending(fresh), because=ours("a page does not stay open for ever")),
        ),
    )
