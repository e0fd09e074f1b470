"""4.4 Auth UI: the patient's data, read-only, to be accepted or declined."""

from __future__ import annotations

from ..flow import Action, Expired, Message, Page, State, Transition, on
from .document import asks, ours
from .events import Confirm, Decline
from .keeping import ending, fresh
from .names import Actor, Name
from .person_page import groups_of
from .settings import Settings
from .signup import SignUp, replace
from .token_end import end_of


def otp(signup: SignUp, event: Confirm) -> SignUp:
    return replace(signup, otp=event.otp, messages=(), request_id=None)


def confirm(settings: Settings, declining: tuple[Transition[SignUp], ...]) -> State[SignUp]:
    return State(
        name=Name.CONFIRM,
        section="4.4",
        actor=Actor.AUTH_UI,
        page=lambda signup: Page(
            name=Name.CONFIRM,
            section="4.4",
            title=Message(code="confirm.title"),
            messages=signup.messages,
            groups=groups_of(signup),
            actions=(
                Action(
                    label=Message(code="accept_and_proceed"), event=Confirm, asks=("otp",) if settings.ask_otp else ()
                ),
                Action(label=Message(code="decline"), event=Decline),
            ),
            request_id=signup.request_id,
        ),
        lifetime=settings.page_lifetime,
        ends_by=lambda signup: end_of(signup.jwt),
        moves=(
            on(Confirm, to=Name.REGISTER, keep=otp, because=asks("4.4.1")),
            *declining,
            on(
                Expired,
                to=Name.EXPIRED,
                keep=ending(fresh),
                because=ours("a page with personal data does not stay open for ever"),
            ),
        ),
    )
