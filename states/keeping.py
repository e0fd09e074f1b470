"""Kept by many states: what an answer that is not a success leaves in the sign-up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..flow import Event, Message, Unanswered, Unreachable, guard
from .answers import Answered
from .refusals import description_of, messages_of, oauth_error_of
from .signup import SignUp


def message_of_the_answer(signup: SignUp, answer: Answered) -> SignUp:
    """Keep what the answer says, and what to tell the PIS if errors are redirected."""
    return replace(
        signup,
        messages=messages_of(answer),
        request_id=answer.request_id,
        error=oauth_error_of(answer),
        error_description=description_of(answer),
    )


def told(code: str) -> Callable[[SignUp, Event], SignUp]:
    """Keep one message of our own; an answer's request id is kept with it."""

    def keep(signup: SignUp, event: Event) -> SignUp:
        request_id = event.request_id if isinstance(event, Answered) else None
        return replace(signup, messages=(Message(code=code),), request_id=request_id)

    return keep


def no_answer(signup: SignUp, event: Unanswered | Unreachable) -> SignUp:
    return told("no_connection" if isinstance(event, Unreachable) else "no_answer")(signup, event)


def fresh(signup: SignUp, event: Event) -> SignUp:
    """Forget the messages of an earlier attempt."""
    return replace(signup, messages=(), request_id=None)


@guard("a gateway failed on the way, so the effect is unknown")
def outcome_unknown(signup: SignUp, answer: Answered) -> bool:
    return answer.outcome_unknown
