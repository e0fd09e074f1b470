"""Where a user who declines the data (4.4) or the scopes (4.6) goes."""

from __future__ import annotations

from ..flow import Transition, guard, on
from .document import ours
from .error_redirect import is_known
from .events import Decline
from .keeping import ending, fresh
from .names import Name
from .settings import Settings
from .signup import SignUp


def decline_moves(settings: Settings) -> tuple[Transition[SignUp], ...]:
    """Back to the PIS if its redirect URI is known, else to a page that says so."""

    @guard("the redirect URI is known to be registered")
    def redirect_known(signup: SignUp, event: Decline) -> bool:
        return is_known(signup, settings)

    because = ours("nobody is registered, and nothing is approved, against their will")
    elsewhere: Transition[SignUp] = on(Decline, to=Name.DECLINED, keep=ending(fresh), because=because)
    if not settings.known_redirects:
        return (elsewhere,)
    return (on(Decline, when=redirect_known, to=Name.DECLINE_REDIRECT, keep=ending(fresh), because=because), elsewhere)
