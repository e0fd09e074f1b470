"""4.1 PIS: the confidant signs the registration request, and with it the patient's consents."""

from __future__ import annotations

from pydantic import SecretStr

from ..flow import Action, Event, Expired, Message, Page, State, on
from .document import asks, ours
from .events import EditAgain, RequestSigned, SigningFailed
from .keeping import ending, fresh
from .names import Actor, Name
from .settings import Settings
from .signup import SignUp, gathered, replace


def signed(signup: SignUp, event: RequestSigned) -> SignUp:
    return replace(signup, user_data=event.user_data, content=None, messages=())


def not_signed(signup: SignUp, event: SigningFailed) -> SignUp:
    return replace(signup, messages=(Message(code="not_signed", params={"reason": event.code}),))


def edited(signup: SignUp, event: Event) -> SignUp:
    return replace(signup, content=None, messages=())


def sign(settings: Settings) -> State[SignUp]:
    """The page rests until the request is signed. Its `payload` is the JSON whose UTF-8 bytes are to be signed."""
    return State(
        name=Name.SIGN,
        section="4.1",
        actor=Actor.PIS,
        page=lambda signup: Page(
            name=Name.SIGN,
            section="4.1",
            title=Message(code="sign.title"),
            messages=signup.messages,
            payload=SecretStr(gathered(signup.content).get_secret_value().decode()),
            actions=(
                Action(label=Message(code="sign"), event=RequestSigned),
                Action(label=Message(code="edit"), event=EditAgain),
            ),
        ),
        lifetime=settings.prepare_lifetime,
        moves=(
            on(RequestSigned, to=Name.HAND_OVER, keep=signed, because=asks("4.1.3")),
            on(SigningFailed, to=Name.SIGN, keep=not_signed, because=ours("a signature can fail and be made again")),
            on(EditAgain, to=Name.PREPARE, keep=edited, because=ours("what is about to be signed can be corrected")),
            on(
                Expired,
                to=Name.NOT_HANDED_OVER,
                keep=ending(fresh),
                because=ours("a form with personal data does not stay open for ever"),
            ),
        ),
    )
