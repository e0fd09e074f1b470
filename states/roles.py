"""4.6 Auth UI: the scopes that roles bring, of the user's own and of the global ones alike."""

from __future__ import annotations

from ..flow import guard
from .answers import Answered, Role, read
from .signup import SignUp, replace


@guard("200 with a list of roles")
def roles_returned(signup: SignUp, answer: Answered) -> bool:
    return answer.status == 200 and isinstance(answer.data, list)


@guard("200 with a list of roles, and there is a scope to approve")
def some_scope(signup: SignUp, answer: Answered) -> bool:
    return answer.status == 200 and isinstance(answer.data, list) and bool(scopes_of_roles(signup, answer).scopes)


def scopes_of_roles(signup: SignUp, answer: Answered) -> SignUp:
    """Add the scopes of the roles, each once, in order; what is no role is passed over."""
    roles = [role for role in (read(Role, one) for one in answer.data) if role is not None]
    found = [scope for role in roles for scope in role.scope.split()]
    return replace(signup, scopes=tuple(dict.fromkeys((*signup.scopes, *found))), messages=())
