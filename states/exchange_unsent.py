"""4.9 PIS: the exchange was certainly not sent; the user may ask for it again while the code lives."""

from __future__ import annotations

from ..flow import Expired, State, on
from .document import ours
from .events import Retry
from .exchange import spent
from .keeping import fresh
from .names import Actor, Name
from .retry_page import retry_page
from .settings import Settings
from .signup import SignUp


def exchange_unsent(settings: Settings) -> State[SignUp]:
    return State(
        name=Name.EXCHANGE_UNSENT,
        section="4.9",
        actor=Actor.PIS,
        page=lambda signup: retry_page(Name.EXCHANGE_UNSENT, "4.9", signup, signup.messages),
        lifetime=settings.page_lifetime,
        moves=(
            on(Retry, to=Name.EXCHANGE, keep=fresh, because=ours("the code was not sent")),
            on(Expired, to=Name.EXCHANGE_UNKNOWN, keep=spent, because=ours("the code lives only for minutes")),
        ),
    )
