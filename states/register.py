"""4.5 Auth UI: register the patient, once.

A second registration is a legal matter, so the machine never repeats the call: when its result is not known, a
person is told so and decides.
"""

from __future__ import annotations

from pydantic import SecretStr

from ..flow import Calling, Repeat, State, Unanswered, Unreachable, guard, on
from .answers import Answered, Registered, read
from .calls import ESOZ, BodyValue, HttpRequest, Service
from .document import asks, ours
from .keeping import ending, maybe_registered, message_of_the_answer, no_answer
from .names import Actor, Name
from .settings import RegisterAuth, Settings
from .signup import SignUp, User, gathered, replace


def registration(signup: SignUp, settings: Settings) -> HttpRequest:
    query, jwt = gathered(signup.query), gathered(signup.jwt)
    body: dict[str, BodyValue] = {"signed_content": query.user_data, "signed_content_encoding": "base64"}
    if settings.send_jwt_in_body:
        body["jwt"] = jwt
    if signup.otp:
        body["otp"] = signup.otp
    bearers = {RegisterAuth.JWT_HEADER: jwt, RegisterAuth.TOKEN_HEADER: query.token}
    return HttpRequest(
        method="POST",
        service=Service.AUTH,
        path="/api/pis/confidant/register",
        bearer=bearers.get(settings.register_auth),
        body=body,
    )


@guard("201 with patient, user and session token")
def registered(signup: SignUp, answer: Answered) -> bool:
    return answer.status == 201 and read(Registered, answer.data) is not None


@guard("the query names scopes")
def scopes_requested(signup: SignUp, answer: Answered) -> bool:
    return bool(signup.scopes)


@guard("a success that does not say who was registered, a redirect, or a gateway that failed on the way")
def result_unknown(signup: SignUp, answer: Answered) -> bool:
    return 200 <= answer.status < 400 or answer.outcome_unknown


@guard("an error on the side of ЕСОЗ, after which nobody knows how far it came")
def failed_inside(signup: SignUp, answer: Answered) -> bool:
    return answer.status >= 500


@guard("an earlier registration was sent, and its result is unknown")
def sent_before(signup: SignUp, event: Unreachable) -> bool:
    return signup.maybe_registered


def user_and_session_token(signup: SignUp, answer: Answered) -> SignUp:
    """Keep what the consent needs and drop what has served: content, tokens, jwt, OTP."""
    found = Registered.model_validate(answer.data)
    tax_id = None if found.user.tax_id is None else SecretStr(found.user.tax_id)
    return replace(
        signup,
        user=User(person_id=found.person.id, id=found.user.id, tax_id=tax_id),
        session_token=SecretStr(found.access_token),
        query=gathered(signup.query).model_copy(update={"user_data": SecretStr(""), "token": SecretStr("")}),
        jwt=None,
        otp=None,
        messages=(),
        request_id=None,
    )


def register(settings: Settings, *, consent_starts_at: Name) -> State[SignUp]:
    return State(
        name=Name.REGISTER,
        section="4.5",
        actor=Actor.AUTH_UI,
        call=Calling(
            name="register",
            port=ESOZ,
            repeat=Repeat.WHEN_ASKED,
            request=lambda signup: registration(signup, settings),
            answer=Answered,
            deadline=settings.call_deadline,
        ),
        moves=(
            on(
                Answered,
                when=(registered, scopes_requested),
                to=consent_starts_at,
                keep=user_and_session_token,
                because=asks("4.5.3"),
            ),
            on(Answered, when=registered, to=Name.USER_ROLES, keep=user_and_session_token, because=asks("4.6.1")),
            on(
                Answered,
                when=result_unknown,
                to=Name.REGISTER_UNKNOWN,
                keep=maybe_registered,
                because=ours("the patient may be registered: the user is told the truth"),
            ),
            on(
                Answered,
                when=failed_inside,
                to=Name.REGISTER_REFUSED,
                keep=ending(maybe_registered),
                because=asks("4.5.4"),
            ),
            on(Answered, to=Name.REGISTER_REFUSED, keep=ending(message_of_the_answer), because=asks("4.5.4")),
            on(
                Unanswered,
                to=Name.REGISTER_UNKNOWN,
                keep=maybe_registered,
                because=ours("the patient may be registered: the call is never repeated by itself"),
            ),
            on(
                Unreachable,
                when=sent_before,
                to=Name.REGISTER_UNKNOWN,
                keep=no_answer,
                because=ours("this request was not sent, but an earlier one was: the warning stays"),
            ),
            on(Unreachable, to=Name.CONFIRM, keep=no_answer, because=ours("nothing was sent: the user may try again")),
        ),
    )
