"""4.9 PIS: the tokens are saved on its back-end; the sign-up itself forgets them."""

from __future__ import annotations

from ..flow import Calling, Event, Repeat, State, Unanswered, Unreachable, guard, on
from .answers import VaultAnswered
from .calls import VAULT, SaveTokens
from .document import asks, ours
from .keeping import told
from .names import Actor, Name
from .settings import Settings
from .signup import SignUp, gathered, replace


def saving(signup: SignUp) -> SaveTokens:
    return SaveTokens(tokens=gathered(signup.tokens))


@guard("the vault keeps the tokens")
def saved(signup: SignUp, answer: VaultAnswered) -> bool:
    return answer.status == 200


def forget_tokens(signup: SignUp, event: Event) -> SignUp:
    return replace(signup, tokens=None, messages=())


def save_tokens(settings: Settings) -> State[SignUp]:
    because = ours("tokens that were exchanged must not be lost: saving is tried again on request")
    failed = told("tokens_unsaved")
    return State(
        name=Name.SAVE_TOKENS,
        section="4.9",
        actor=Actor.PIS,
        call=Calling(
            name="save_tokens",
            port=VAULT,
            repeat=Repeat.FREELY,
            request=saving,
            answer=VaultAnswered,
            deadline=settings.call_deadline,
        ),
        moves=(
            on(VaultAnswered, when=saved, to=Name.SIGNED_UP, keep=forget_tokens, because=asks("4.9.2")),
            on(VaultAnswered, to=Name.TOKENS_UNSAVED, keep=failed, because=because),
            on(Unanswered, to=Name.TOKENS_UNSAVED, keep=failed, because=because),
            on(Unreachable, to=Name.TOKENS_UNSAVED, keep=failed, because=because),
        ),
    )
