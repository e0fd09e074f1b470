"""4.6 Auth UI: the client's name, so that the user sees who is given access."""

from __future__ import annotations

from ..flow import State, guard, on
from .answers import Answered, ClientDetails, read
from .calls import HttpRequest, Service
from .consent_reads import away, get, read_state
from .document import asks, ours
from .keeping import ending, message_of_the_answer, told
from .names import Name
from .settings import Settings
from .signup import SignUp, gathered, replace


@guard("200 with the client's name")
def client_returned(signup: SignUp, answer: Answered) -> bool:
    return answer.status == 200 and read(ClientDetails, answer.data) is not None


@guard("the client is not found")
def client_not_found(signup: SignUp, answer: Answered) -> bool:
    return answer.status in (404, 422)


def name_of_client(signup: SignUp, answer: Answered) -> SignUp:
    return replace(signup, client_name=ClientDetails.model_validate(answer.data).name)


def client_details(settings: Settings) -> State[SignUp]:
    def request(signup: SignUp) -> HttpRequest:
        client_id = gathered(signup.query).client_id
        return get(Service.AUTH, settings.client_details_path.replace("{client_id}", client_id), signup=signup)

    return read_state(
        Name.CLIENT_DETAILS,
        "client_details",
        settings,
        request,
        (
            on(Answered, when=client_returned, to=Name.CONSENT, keep=name_of_client, because=asks("4.6.3")),
            on(
                Answered,
                when=client_not_found,
                to=Name.CLIENT_REFUSED,
                keep=ending(told("client_not_found")),
                because=ours("nobody can consent to a client that does not exist"),
            ),
            on(
                Answered,
                to=Name.CONSENT_UNAVAILABLE,
                keep=message_of_the_answer,
                because=ours("a read may be asked for again"),
            ),
            *away(),
        ),
    )
