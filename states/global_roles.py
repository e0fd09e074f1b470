"""4.6 Auth UI: the global roles of the user add their scopes to those of the user's own roles."""

from __future__ import annotations

from ..flow import State, on
from .answers import Answered
from .calls import HttpRequest, Service
from .consent_reads import away, get, read_state
from .document import asks, ours
from .keeping import ending, message_of_the_answer, told
from .names import Name
from .roles import roles_returned, scopes_of_roles, some_scope
from .settings import Settings
from .signup import SignUp, gathered


def global_roles(settings: Settings, *, then: Name) -> State[SignUp]:
    because = ours("without scopes there is nothing to approve")

    def request(signup: SignUp) -> HttpRequest:
        user_id = gathered(gathered(signup.user).id)
        return get(Service.AUTH, settings.global_roles_path.replace("{user_id}", user_id), signup=signup)

    return read_state(
        Name.GLOBAL_ROLES,
        "global_roles",
        settings,
        request,
        (
            on(Answered, when=some_scope, to=then, keep=scopes_of_roles, because=asks("4.6.1")),
            on(Answered, when=roles_returned, to=Name.NO_ACCESS, keep=ending(told("no_access")), because=because),
            on(Answered, to=Name.CONSENT_UNAVAILABLE, keep=message_of_the_answer, because=because),
            *away(),
        ),
    )
