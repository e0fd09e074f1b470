"""4.6 Auth UI: who gives whom which access; and the same page again when the approval was refused (4.7)."""

from __future__ import annotations

from ..flow import Action, Expired, Field, FieldGroup, Message, Page, State, Transition, on
from .document import asks, ours
from .events import Accept, Decline, Retry
from .keeping import fresh
from .names import Actor, Name
from .person_page import full_name
from .settings import Settings
from .signup import SignUp


def _field(name: str, value: str) -> Field:
    return Field(label=Message(code="field", params={"name": name}), value=value)


def _groups(signup: SignUp) -> tuple[FieldGroup, ...]:
    assert signup.query and signup.user
    tax_id = signup.user.tax_id
    user = [_field("full_name", full_name(signup))]
    if tax_id:
        user.append(_field("tax_id", tax_id.get_secret_value()))
    client = [
        _field("client_name", signup.client_name or signup.query.client_id),
        _field("redirect_host", signup.query.redirect_uri.split("/")[2]),
    ]
    scopes = [
        Field(label=Message(code="scope", params={"scope": scope}), value=name) for scope, name in signup.scope_names
    ]
    return tuple(
        FieldGroup(title=Message(code="group", params={"name": name}), fields=tuple(fields))
        for name, fields in (("user", user), ("client", client), ("scopes", scopes))
    )


def consent(settings: Settings, declining: tuple[Transition[SignUp], ...]) -> State[SignUp]:
    return State(
        name=Name.CONSENT,
        section="4.6",
        actor=Actor.AUTH_UI,
        page=lambda signup: Page(
            name=Name.CONSENT,
            section="4.6",
            title=Message(code="consent.title"),
            messages=signup.messages,
            groups=_groups(signup),
            actions=(
                Action(label=Message(code="accept_and_proceed"), event=Accept),
                Action(label=Message(code="decline"), event=Decline),
            ),
            request_id=signup.request_id,
        ),
        lifetime=settings.page_lifetime,
        moves=(
            on(Accept, to=Name.APPROVE, keep=fresh, because=asks("4.7.1")),
            *declining,
            on(Expired, to=Name.EXPIRED, because=ours("a page with personal data does not stay open for ever")),
        ),
    )


def consent_unavailable(settings: Settings, *, again_at: Name) -> State[SignUp]:
    """The patient is registered; what the consent page needs could not be read."""
    return State(
        name=Name.CONSENT_UNAVAILABLE,
        section="4.6",
        actor=Actor.AUTH_UI,
        page=lambda signup: Page(
            name=Name.CONSENT_UNAVAILABLE,
            section="4.6",
            title=Message(code="consent_unavailable.title"),
            messages=(*signup.messages, Message(code="registered_not_approved")),
            actions=(Action(label=Message(code="retry"), event=Retry),),
            request_id=signup.request_id,
        ),
        lifetime=settings.page_lifetime,
        moves=(
            on(Retry, to=again_at, keep=fresh, because=ours("a read may be asked for again")),
            on(Expired, to=Name.EXPIRED, because=ours("a page does not stay open for ever")),
        ),
    )
