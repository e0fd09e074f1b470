"""Kept by many states: what an answer that is not a success leaves in the sign-up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pydantic import SecretStr

from ..flow import Event, Message, Unanswered, Unreachable, guard
from .answers import Answered
from .refusals import description_of, messages_of, oauth_error_of
from .signup import SignUp, replace

E = TypeVar("E", bound=Event)


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


def maybe_registered(signup: SignUp, event: Event) -> SignUp:
    """Remember that a registration was sent whose effect is not known: no later page may deny it."""
    kept = message_of_the_answer(signup, event) if isinstance(event, Answered) else fresh(signup, event)
    return replace(kept, maybe_registered=True)


def maybe_approved(signup: SignUp, event: Answered | Unanswered) -> SignUp:
    """Remember that an approval was sent whose effect is not known: no later page may deny it."""
    kept = message_of_the_answer(signup, event) if isinstance(event, Answered) else no_answer(signup, event)
    return replace(kept, maybe_approved=True)


def so_far(signup: SignUp) -> str:
    """Give the code of the message that says what is true of the patient, wherever the sign-up ends."""
    if signup.user:
        return "registered_maybe_approved" if signup.maybe_approved else "registered_not_approved"
    return "register_unknown" if signup.maybe_registered else "nothing_done"


def forgotten(signup: SignUp, event: Event | None = None) -> SignUp:
    """Drop every credential and personal datum: the sign-up goes no further, and its last page needs none."""
    query, user = signup.query, signup.user
    return replace(
        signup,
        query=query and query.model_copy(update={"user_data": SecretStr(""), "token": SecretStr("")}),
        user=user and user.model_copy(update={"tax_id": None}),
        confidant_token=None,
        content=None,
        user_data=None,
        code=None,
        patient=None,
        jwt=None,
        otp=None,
        session_token=None,
    )


def ending(keep: Callable[[SignUp, E], SignUp]) -> Callable[[SignUp, E], SignUp]:
    """Keep what `keep` keeps, and drop what `forgotten` drops."""
    return lambda signup, event: forgotten(keep(signup, event))


@guard("a gateway failed on the way, so the effect is unknown")
def outcome_unknown(signup: SignUp, answer: Answered) -> bool:
    return answer.outcome_unknown
