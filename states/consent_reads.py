"""4.6 Auth UI: what the reads for the consent page have in common. Each read is a state in a module of its own.

Scopes come from the query, else from the user's roles and global roles; then their names, then the client.
"""

from __future__ import annotations

from collections.abc import Callable

from ..flow import Calling, Repeat, State, Transition, Unanswered, Unreachable, on
from .answers import Answered
from .calls import ESOZ, HttpRequest, Service
from .document import ours
from .keeping import no_answer
from .names import Actor, Name
from .settings import Settings
from .signup import SignUp


def read_state(
    name: Name,
    call: str,
    settings: Settings,
    request: Callable[[SignUp], HttpRequest],
    moves: tuple[Transition[SignUp], ...],
) -> State[SignUp]:
    """Give the state of one read; a read writes nothing, so it may be repeated freely."""
    return State(
        name=name,
        section="4.6",
        actor=Actor.AUTH_UI,
        call=Calling(
            name=call,
            port=ESOZ,
            repeat=Repeat.FREELY,
            request=request,
            answer=Answered,
            deadline=settings.call_deadline,
        ),
        moves=moves,
    )


def away() -> tuple[Transition[SignUp], ...]:
    """Where a read leads that got no answer."""
    because = ours("a read may be asked for again")
    return (
        on(Unanswered, to=Name.CONSENT_UNAVAILABLE, keep=no_answer, because=because),
        on(Unreachable, to=Name.CONSENT_UNAVAILABLE, keep=no_answer, because=because),
    )


def get(service: Service, path: str, *query: tuple[str, str], signup: SignUp | None = None) -> HttpRequest:
    """Give a GET request; with the session token of `signup`, where one is given."""
    return HttpRequest(
        method="GET", service=service, path=path, query=query, bearer=signup.session_token if signup else None
    )
