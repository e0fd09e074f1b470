"""4.9 PIS: the back-end exchanges the grant code for an access and a refresh token."""

from __future__ import annotations

from pydantic import SecretStr

from ..flow import Calling, Event, Repeat, State, Unanswered, Unreachable, guard, on
from .answers import Answered, ExchangedTokens, read
from .calls import ESOZ, Credential, HttpRequest, Service, Tokens
from .document import asks, ours
from .keeping import ending, message_of_the_answer, no_answer, outcome_unknown, told
from .names import Actor, Name
from .settings import Settings
from .signup import SignUp, gathered, replace


def exchanging(signup: SignUp) -> HttpRequest:
    client = gathered(signup.client)
    return HttpRequest(
        method="POST",
        service=Service.AUTH,
        path="/oauth/tokens",
        api_key=True,
        body={
            "token": {
                "grant_type": "authorization_code",
                "client_id": client.client_id,
                "client_secret": Credential.CLIENT_SECRET,
                "code": gathered(signup.code),
                "redirect_uri": client.redirect_uri,
                "scope": client.scope,
            }
        },
    )


@guard("201 with access and refresh token, for no more than the requested scopes")
def tokens_returned(signup: SignUp, answer: Answered) -> bool:
    found = read(ExchangedTokens, answer.data) if answer.status == 201 else None
    return found is not None and not _widened(signup, found)


@guard("201 with tokens for more than the requested scopes")
def scope_widened(signup: SignUp, answer: Answered) -> bool:
    found = read(ExchangedTokens, answer.data) if answer.status == 201 else None
    return found is not None and _widened(signup, found)


@guard("a success without tokens, or a redirect")
def tokens_missing(signup: SignUp, answer: Answered) -> bool:
    return 200 <= answer.status < 400


def _widened(signup: SignUp, found: ExchangedTokens) -> bool:
    asked = signup.client.scope.split() if signup.client else []
    # A blank scope asks for whatever the user's roles allow (4.6), so nothing can be wider.
    return bool(asked) and not set(found.details.scope.split()) <= set(asked)


def tokens(signup: SignUp, answer: Answered) -> SignUp:
    found = ExchangedTokens.model_validate(answer.data)
    return replace(
        spent(signup, None),
        tokens=Tokens(
            access_token=SecretStr(found.value),
            refresh_token=SecretStr(found.details.refresh_token),
            expires_at=found.expires_at,
            scope=found.details.scope,
            user_id=found.user_id,
            person_id=found.user.person_id if found.user else None,
        ),
    )


def spent(signup: SignUp, event: Event | None) -> SignUp:
    """Drop the code: it was used, or may have been."""
    return replace(signup, code=None, messages=(), request_id=None)


def refused(signup: SignUp, answer: Answered) -> SignUp:
    return replace(message_of_the_answer(signup, answer), code=None)


def exchange(settings: Settings) -> State[SignUp]:
    unknown = ours("the code may be used up: only a new sign-in can bring tokens")
    return State(
        name=Name.EXCHANGE,
        section="4.9",
        actor=Actor.PIS,
        call=Calling(
            name="exchange",
            port=ESOZ,
            repeat=Repeat.NEVER,
            request=exchanging,
            answer=Answered,
            deadline=settings.call_deadline,
        ),
        moves=(
            on(Answered, when=tokens_returned, to=Name.SAVE_TOKENS, keep=tokens, because=asks("4.9.2")),
            on(
                Answered,
                when=scope_widened,
                to=Name.EXCHANGE_REFUSED,
                keep=ending(told("scope_widened")),
                because=ours("RFC 6749 §3.3: a PIS must not take more than the user was asked for"),
            ),
            on(Answered, when=tokens_missing, to=Name.EXCHANGE_UNKNOWN, keep=spent, because=unknown),
            on(Answered, when=outcome_unknown, to=Name.EXCHANGE_UNKNOWN, keep=spent, because=unknown),
            on(Answered, to=Name.EXCHANGE_REFUSED, keep=refused, because=asks("4.9.3")),
            on(Unanswered, to=Name.EXCHANGE_UNKNOWN, keep=spent, because=unknown),
            on(
                Unreachable,
                to=Name.EXCHANGE_UNSENT,
                keep=no_answer,
                because=ours("nothing was sent: the code can still be exchanged while it lives"),
            ),
        ),
    )
