"""4.1 PIS: the confidant, already signed in, fills in the registration request."""

from __future__ import annotations

from pydantic import SecretBytes

from ..flow import Action, Expired, Message, Page, State, on
from .document import asks, ours
from .events import RequestFilled
from .keeping import ending, fresh
from .names import Actor, Name
from .settings import Settings
from .signup import SignUp, replace


def filled(signup: SignUp, event: RequestFilled) -> SignUp:
    return replace(
        signup,
        client=event.client,
        confidant_token=event.token,
        content=SecretBytes(event.request.to_signed_json()),
        messages=(),
    )


def prepare(settings: Settings) -> State[SignUp]:
    return State(
        name=Name.PREPARE,
        section="4.1",
        actor=Actor.PIS,
        page=lambda signup: Page(
            name=Name.PREPARE,
            section="4.1",
            title=Message(code="prepare.title"),
            actions=(Action(label=Message(code="to_signing"), event=RequestFilled),),
        ),
        lifetime=settings.prepare_lifetime,
        moves=(
            on(RequestFilled, to=Name.SIGN, keep=filled, because=asks("4.1.2")),
            on(
                Expired,
                to=Name.NOT_HANDED_OVER,
                keep=ending(fresh),
                because=ours("a form with personal data does not stay open for ever"),
            ),
        ),
    )
