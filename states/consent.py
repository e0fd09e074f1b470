"""4.6 Auth UI: who gives whom which access; and the same page again when the approval was refused (4.7)."""

from __future__ import annotations

from ..flow import Action, Expired, Field, FieldGroup, Message, Page, State, Transition, on
from .document import asks, ours
from .events import Accept, Decline
from .keeping import ending, fresh
from .names import Actor, Name
from .person_page import confidant_name, full_name
from .redirects import host_of
from .settings import Settings
from .signup import SignUp, gathered
from .token_end import end_of


def _field(name: str, value: str) -> Field:
    return Field(label=Message(code="field", params={"name": name}), value=value)


def _groups(signup: SignUp) -> tuple[FieldGroup, ...]:
    query, tax_id = gathered(signup.query), gathered(signup.user).tax_id
    user = [_field("full_name", full_name(signup))]
    if tax_id:
        user.append(_field("tax_id", tax_id.get_secret_value()))
    if confidant := confidant_name(signup):
        user.append(_field("confidant_name", confidant))
    client = [
        _field("client_name", signup.client_name or query.client_id),
        _field("redirect_host", host_of(query.redirect_uri)),
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
        ends_by=lambda signup: end_of(signup.session_token),
        moves=(
            on(Accept, to=Name.APPROVE, keep=fresh, because=asks("4.7.1")),
            *declining,
            on(
                Expired,
                to=Name.EXPIRED,
                keep=ending(fresh),
                because=ours("a page with personal data does not stay open for ever"),
            ),
        ),
    )
