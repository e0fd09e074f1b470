"""4.3 Auth UI: have ЕСОЗ validate the signed request before anything is shown."""

from __future__ import annotations

import json

from pydantic import SecretStr

from ..flow import Calling, Repeat, State, Unanswered, Unreachable, guard, on
from .answers import Answered, ValidatedPatient, read
from .calls import ESOZ, HttpRequest, Service
from .document import asks, ours
from .keeping import ending, message_of_the_answer, no_answer
from .names import Actor, Name
from .settings import Settings
from .signup import SignUp, gathered, replace


def validation(signup: SignUp) -> HttpRequest:
    query = gathered(signup.query)
    return HttpRequest(
        method="POST",
        service=Service.AUTH,
        path="/api/pis/confidant/sign-up_validation",
        bearer=query.token,
        body={"signed_content": query.user_data, "signed_content_encoding": "base64"},
    )


@guard("200 with patient data and jwt")
def patient_and_jwt_returned(signup: SignUp, answer: Answered) -> bool:
    return answer.status == 200 and read(ValidatedPatient, answer.data) is not None


@guard("neither an error of ЕСОЗ nor a success with what it promises")
def no_usable_answer(signup: SignUp, answer: Answered) -> bool:
    return 200 <= answer.status < 300 or answer.outcome_unknown


def patient_and_jwt(signup: SignUp, answer: Answered) -> SignUp:
    found = ValidatedPatient.model_validate(answer.data)
    return replace(
        signup,
        patient=SecretStr(json.dumps(found.person, ensure_ascii=False)),
        jwt=SecretStr(found.token),
        messages=(),
        request_id=None,
    )


def init_validation(settings: Settings) -> State[SignUp]:
    return State(
        name=Name.INIT_VALIDATION,
        section="4.3",
        actor=Actor.AUTH_UI,
        call=Calling(
            name="validate",
            port=ESOZ,
            repeat=Repeat.FREELY,
            request=validation,
            answer=Answered,
            deadline=settings.call_deadline,
        ),
        moves=(
            on(
                Answered,
                when=patient_and_jwt_returned,
                to=Name.CONFIRM,
                keep=patient_and_jwt,
                because=asks("4.3.2"),
            ),
            on(
                Answered,
                when=no_usable_answer,
                to=Name.VALIDATION_UNAVAILABLE,
                keep=message_of_the_answer,
                because=ours("a validation writes nothing: without an answer the user may ask again"),
            ),
            on(Answered, to=Name.VALIDATION_REFUSED, keep=ending(message_of_the_answer), because=asks("4.3.3")),
            on(Unanswered, to=Name.VALIDATION_UNAVAILABLE, keep=no_answer, because=ours("an answer may not come")),
            on(Unreachable, to=Name.VALIDATION_UNAVAILABLE, keep=no_answer, because=ours("ЕСОЗ may be away")),
        ),
    )
