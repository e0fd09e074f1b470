"""4.6 Auth UI: the query named no scope, so the roles of the user are read for theirs."""

from __future__ import annotations

from ..flow import State, guard, on
from .answers import Answered
from .calls import Service
from .consent_reads import away, get, read_state
from .document import asks, ours
from .identifiers import is_identifier
from .keeping import ending, message_of_the_answer, told
from .names import Name
from .roles import roles_returned, scopes_of_roles, some_scope
from .settings import Settings
from .signup import SignUp, gathered


@guard("the registration gave the user an id")
def user_has_id(signup: SignUp, answer: Answered) -> bool:
    return signup.user is not None and is_identifier(signup.user.id or "")


def user_roles(settings: Settings, *, then: Name) -> State[SignUp]:
    nameless = ours("the id is optional in the answer of 4.5, and without it there are no global roles to ask for")
    return read_state(
        Name.USER_ROLES,
        "user_roles",
        settings,
        lambda signup: get(
            Service.API,
            settings.user_roles_path,
            ("client_id", gathered(signup.query).client_id),
            signup=signup,
        ),
        (
            on(
                Answered,
                when=(roles_returned, user_has_id),
                to=Name.GLOBAL_ROLES,
                keep=scopes_of_roles,
                because=asks("4.6.1"),
            ),
            on(Answered, when=some_scope, to=then, keep=scopes_of_roles, because=nameless),
            on(Answered, when=roles_returned, to=Name.NO_ACCESS, keep=ending(told("no_access")), because=nameless),
            on(
                Answered,
                to=Name.CONSENT_UNAVAILABLE,
                keep=message_of_the_answer,
                because=ours("without scopes there is nothing to approve"),
            ),
            *away(),
        ),
    )
