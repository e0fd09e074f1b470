"""4.7 Auth UI: have ЕСОЗ authorize the approval; its answer carries the redirect with the grant code."""

from __future__ import annotations

from pydantic import SecretStr

from ..flow import Calling, Repeat, State, Unanswered, Unreachable, guard, on
from .answers import Answered
from .calls import ESOZ, HttpRequest, Service
from .document import asks, ours
from .keeping import ending, forgotten, maybe_approved, message_of_the_answer, no_answer, told
from .names import Actor, Name
from .redirects import code_in, with_parameters
from .settings import Settings
from .signup import SignUp, gathered, replace


def approval(signup: SignUp) -> HttpRequest:
    query = gathered(signup.query)
    return HttpRequest(
        method="POST",
        service=Service.AUTH,
        path="/oauth/apps/authorize",
        bearer=signup.session_token,
        body={
            "app": {
                "client_id": query.client_id,
                "scope": " ".join(signup.scopes),
                "redirect_uri": query.redirect_uri,
            }
        },
    )


@guard("200 or 201 with the requested redirect URI and one grant code added")
def code_for_the_requested_uri(signup: SignUp, answer: Answered) -> bool:
    if answer.status not in (200, 201) or answer.redirect is None or signup.query is None:
        return False
    return code_in(answer.redirect.get_secret_value(), signup.query.redirect_uri) is not None


@guard("an error after which nobody knows whether the approval stands")
def approval_in_doubt(signup: SignUp, answer: Answered) -> bool:
    return answer.status >= 500 or answer.outcome_unknown


@guard("a success with another redirect, or with none")
def redirect_foreign(signup: SignUp, answer: Answered) -> bool:
    return 200 <= answer.status < 400


def approve(settings: Settings) -> State[SignUp]:
    def redirect_url(signup: SignUp, answer: Answered) -> SignUp:
        state = gathered(signup.query).state if settings.append_state else None
        added = [("state", state.get_secret_value())] if state and state.get_secret_value() else []
        url = with_parameters(gathered(answer.redirect).get_secret_value(), added)
        return replace(forgotten(signup), redirect_url=SecretStr(url), messages=(), request_id=None)

    return State(
        name=Name.APPROVE,
        section="4.7",
        actor=Actor.AUTH_UI,
        call=Calling(
            name="approve",
            port=ESOZ,
            repeat=Repeat.WHEN_ASKED,
            request=approval,
            answer=Answered,
            deadline=settings.call_deadline,
        ),
        moves=(
            on(
                Answered,
                when=code_for_the_requested_uri,
                to=Name.REDIRECT,
                keep=redirect_url,
                because=asks("4.7.3"),
            ),
            on(
                Answered,
                when=redirect_foreign,
                to=Name.REDIRECT_REFUSED,
                keep=ending(told("redirect_foreign")),
                because=ours("a grant code goes to the requested URI or nowhere"),
            ),
            on(Answered, when=approval_in_doubt, to=Name.CONSENT, keep=maybe_approved, because=asks("4.7.4")),
            on(Answered, to=Name.CONSENT, keep=message_of_the_answer, because=asks("4.7.4")),
            on(
                Unanswered,
                to=Name.CONSENT,
                keep=maybe_approved,
                because=ours("the user may approve again: codes expire"),
            ),
            on(Unreachable, to=Name.CONSENT, keep=no_answer, because=ours("nothing was sent: the user may try again")),
        ),
    )
