"""Where a sign-up ends without its next step: each page says what happened, and what was and was not done."""

from __future__ import annotations

from ..flow import Message, Page, State
from .error_redirect import error_url, is_known
from .keeping import so_far
from .names import Actor, Name
from .redirects import origin_of
from .settings import Settings
from .signup import SignUp

# state, section, party, and what is true there beside the messages that led to it
_ENDINGS: tuple[tuple[Name, str, Actor, str | None], ...] = (
    (Name.NOT_HANDED_OVER, "4.1", Actor.PIS, "not_handed_over"),
    (Name.PARAMS_REFUSED, "4.2", Actor.AUTH_UI, "nothing_done"),
    (Name.VALIDATION_REFUSED, "4.3", Actor.AUTH_UI, "nothing_done"),
    (Name.REGISTER_REFUSED, "4.5", Actor.AUTH_UI, "not_registered"),
    (Name.LEFT_UNKNOWN, "4.5", Actor.AUTH_UI, "register_unknown"),
    (Name.CLIENT_REFUSED, "4.6", Actor.AUTH_UI, "registered_not_approved"),
    (Name.NO_ACCESS, "4.6", Actor.AUTH_UI, "registered_not_approved"),
    (Name.REDIRECT_REFUSED, "4.8", Actor.AUTH_UI, "registered_not_approved"),
    (Name.DECLINED, "4.4", Actor.AUTH_UI, None),
    (Name.EXPIRED, "4.4", Actor.AUTH_UI, None),
    (Name.EXCHANGE_REFUSED, "4.9", Actor.PIS, "no_tokens"),
    (Name.EXCHANGE_UNKNOWN, "4.9", Actor.PIS, "exchange_unknown"),
    (Name.SIGNED_UP, "4.9", Actor.PIS, "tokens_saved"),
    (Name.RETURNED_ERROR, "4.9", Actor.PIS, "no_tokens"),
    (Name.NOT_RETURNED, "4.1", Actor.PIS, "not_returned"),
)
_EXISTS = frozenset({"tax_id_exists", "email_exists", "relationship_exists"})
_MAY_REDIRECT = frozenset({Name.VALIDATION_REFUSED, Name.REGISTER_REFUSED})


def endings(settings: Settings) -> tuple[State[SignUp], ...]:
    return tuple(
        _ending(settings, *one)
        for one in _ENDINGS
        if settings.client_details_path or one[0] is not Name.CLIENT_REFUSED  # nothing leads there without the path
    )


def _ending(settings: Settings, name: Name, section: str, actor: Actor, truth: str | None) -> State[SignUp]:
    def page(signup: SignUp) -> Page:
        leads_to = None
        if settings.redirect_errors and name in _MAY_REDIRECT:
            leads_to = error_url(signup, settings, signup.error or "server_error", signup.error_description or "")
        return Page(
            name=name,
            section=section,
            title=Message(code=f"{name}.title"),
            messages=(*signup.messages, Message(code=_truth(truth, signup))),
            leads_to=leads_to,
            restarts_at=_restart(signup, settings),
            request_id=signup.request_id,
        )

    return State(name=name, section=section, actor=actor, page=page, final=True)


def _restart(signup: SignUp, settings: Settings) -> str | None:
    # Only a redirect URI that is known to be registered shows where the PIS is.
    query = signup.query
    return f"{origin_of(query.redirect_uri)}/" if query and is_known(signup, settings) else None


def _truth(stated: str | None, signup: SignUp) -> str:
    # A registration that was asked for again may be refused because the first one succeeded.
    if stated is None or (stated == "not_registered" and signup.maybe_registered):
        return so_far(signup)
    # So may a sign-up that was begun again, after its page was lost: to begin once more would help nobody.
    exists = any(message.code in _EXISTS for message in signup.messages)
    return "user_exists" if exists and stated in ("nothing_done", "not_registered") else stated
