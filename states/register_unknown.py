"""4.5 Auth UI: the answer of the registration was lost; a person decides what to do."""

from __future__ import annotations

from ..flow import Action, Expired, Message, Page, State, on
from .document import ours
from .events import Leave, RegisterAgain
from .keeping import ending, fresh
from .names import Actor, Name
from .settings import Settings
from .signup import SignUp


def register_unknown(settings: Settings) -> State[SignUp]:
    return State(
        name=Name.REGISTER_UNKNOWN,
        section="4.5",
        actor=Actor.AUTH_UI,
        page=lambda signup: Page(
            name=Name.REGISTER_UNKNOWN,
            section="4.5",
            title=Message(code="register_unknown.title"),
            messages=(Message(code="register_unknown"), Message(code="sign_in_instead"), *signup.messages),
            actions=(
                Action(label=Message(code="leave"), event=Leave),
                Action(label=Message(code="register_again"), event=RegisterAgain),
            ),
            request_id=signup.request_id,
        ),
        lifetime=settings.page_lifetime,
        moves=(
            on(
                RegisterAgain,
                to=Name.REGISTER,
                keep=fresh,
                because=ours("a person who knows that the result is unknown may ask for it again"),
            ),
            on(
                Leave,
                to=Name.LEFT_UNKNOWN,
                keep=ending(fresh),
                because=ours("the patient may sign in from the PIS if registered"),
            ),
            on(Expired, to=Name.LEFT_UNKNOWN, keep=ending(fresh), because=ours("a page does not stay open for ever")),
        ),
    )
