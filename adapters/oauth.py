"""What a PIS does with the tokens after the sign-up: refresh the access token, and log out.

Both are calls of the PIS's back-end over the port `esoz`, outside the flow: nothing of a sign-up moves by them.
Source: PIS API blueprint, "Refresh access token", "Logout".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pydantic import SecretStr

from ..flow import Call, Message, Outcome, Port, Repeat, Unreachable
from ..states.answers import Answered, RefreshedTokens, read
from ..states.calls import ESOZ, Credential, HttpRequest, Service, Tokens
from ..states.refusals import messages_of

DEADLINE: Final = 30.0
"""Seconds for a whole call."""


class Failure(StrEnum):
    """Why a call brought nothing."""

    REFUSED = "refused"
    """ЕСОЗ answered no, or with what a PIS must not take."""
    UNKNOWN = "unknown"
    """No usable answer came: the call may have been carried out. Asking again does no harm."""
    UNSENT = "unsent"
    """Nothing was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDone:
    """The call brought nothing. `messages` are for the user, `request_id` is what the user may quote to support."""

    failure: Failure
    messages: tuple[Message, ...]
    request_id: str | None = None


class LoggedOut:
    """ЕСОЗ ended the session: its access tokens and its refresh token are of no more use."""


def refresh(
    esoz: Port, tokens: Tokens, *, client_id: str, instance: str, deadline: float = DEADLINE
) -> Tokens | NotDone:
    """Get a new access token for the refresh token, and give the tokens as they are from now on (E10).

    ЕСОЗ keeps the refresh token unless it sends another (RFC 6749 §6), and may have narrowed the scope since. An
    answer with a wider scope is refused, and one for another user counts as none. `instance` is the id of the
    sign-up, for logs; `deadline` is in seconds.
    """
    request = HttpRequest(
        method="POST",
        service=Service.AUTH,
        path="/oauth/tokens",
        api_key=True,
        body={
            "token": {
                "grant_type": "refresh_token",
                "client_id": client_id,
                "client_secret": Credential.CLIENT_SECRET,
                "refresh_token": tokens.refresh_token,
            }
        },
    )
    answer = esoz.perform(_call("refresh", request, instance, deadline))
    found = read(RefreshedTokens, answer.data) if isinstance(answer, Answered) and answer.status == 201 else None
    if found is None or found.user_id != tokens.user_id:
        return _not_done(answer)
    if not set(found.details.scope.split()) <= set(tokens.scope.split()):
        return NotDone(failure=Failure.REFUSED, messages=(Message(code="scope_widened"),), request_id=_id_of(answer))
    rotated = found.details.refresh_token
    return Tokens(
        access_token=SecretStr(found.value),
        refresh_token=tokens.refresh_token if rotated is None else SecretStr(rotated),
        expires_at=found.expires_at,
        scope=found.details.scope,
        user_id=tokens.user_id,
        person_id=tokens.person_id,
    )


def log_out(esoz: Port, tokens: Tokens, *, instance: str, deadline: float = DEADLINE) -> LoggedOut | NotDone:
    """End the session to which the access token belongs, its refresh token with it (E11).

    After `NotDone` the tokens may still be good. `instance` and `deadline` are as in `refresh`.
    """
    request = HttpRequest(
        method="POST",
        service=Service.AUTH,
        path="/auth/logout",
        api_key=True,
        bearer=tokens.access_token,
        body={},
    )
    answer = esoz.perform(_call("logout", request, instance, deadline))
    done = isinstance(answer, Answered) and answer.status == 200
    return LoggedOut() if done else _not_done(answer)


def _call(name: str, request: HttpRequest, instance: str, deadline: float) -> Call:
    return Call(instance=instance, name=name, port=ESOZ, repeat=Repeat.WHEN_ASKED, deadline=deadline, request=request)


def _not_done(answer: Outcome) -> NotDone:
    if isinstance(answer, Unreachable):
        return NotDone(failure=Failure.UNSENT, messages=(Message(code="no_connection"),))
    if isinstance(answer, Answered) and answer.status >= 400 and not answer.outcome_unknown:
        return NotDone(failure=Failure.REFUSED, messages=messages_of(answer), request_id=answer.request_id)
    return NotDone(failure=Failure.UNKNOWN, messages=(Message(code="no_answer"),), request_id=_id_of(answer))


def _id_of(answer: Outcome) -> str | None:
    return answer.request_id if isinstance(answer, Answered) else None
