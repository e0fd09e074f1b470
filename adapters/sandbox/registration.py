"""`POST /api/pis/confidant/register`: patient, relationship, user and session token.

Source: page "PIS. Confidant patient sign-up registration", in its order; "Create confidant person relationship" and
"Check confidant person relationship"; the user checks are those of the sibling page for adult patients.
"""

from __future__ import annotations

from dataclasses import dataclass

from .applicant import Applicant, by_access_token, by_jwt, jwt_bearer
from .backend import Backend, Call, relationship_not_approved, same_secret
from .envelope import Answer, Invalid, JsonObject, Refusal, access_denied, forbidden, missing, refuse_fields
from .registry import Person, Registration, Relationship, Token, User
from .scopes import PATIENT_SCOPES, SESSION_SCOPE
from .sign_up import (
    Opened,
    authenticated,
    check_request,
    open_content,
    require_strings,
    response_person,
    tax_id_taken,
)
from .tokens import SignUp


@dataclass(frozen=True, slots=True)
class _Plan:
    """What will be written, decided before anything is: a refusal leaves no trace."""

    person: Person | None
    user: User | None
    needs_relationship: bool


def register(backend: Backend, call: Call) -> Answer:
    """Register the patient, or replay the answer to the same jwt and content."""
    in_header = jwt_bearer(call)
    known = _by_token(backend, call, in_header)
    body = call.body()
    given = _require_fields(body, in_header)
    opened = open_content(backend, call, body)
    applicant = _confidant(backend, known, given[0], opened)
    sign_up = _require_jwt(backend, given, opened)
    if applicant is None or applicant.person.id != sign_up.confidant_person_id:
        # The jwt is ours, but whom it names is gone, blocked or somebody else.
        raise access_denied("Unauthorized")
    earlier = backend.registry.registrations.get(sign_up.jti)
    if earlier is not None:
        return _repeated(backend, earlier, applicant, opened)
    check_request(backend, applicant, opened)
    plan = _decide(backend, applicant, opened.content["person"])
    if backend.switches.media_storage_broken:
        raise Refusal(502, "internal_error", "Failed to save signed content")
    _require_otp(backend, body, sign_up)
    return _carry_out(backend, call, plan, applicant, opened, sign_up)


def _by_token(backend: Backend, call: Call, in_header: str | None) -> Applicant | None:
    if backend.settings.flow_generation != "g1" or in_header is not None:
        return None
    if call.request.header("authorization") is None:
        return None
    return by_access_token(backend, call)


def _require_fields(body: JsonObject, in_header: str | None) -> tuple[str, ...]:
    """Every jwt that was sent. The sources disagree on where it goes, so header, body and both will do."""
    in_body = () if in_header is not None and "jwt" not in body else ("jwt",)
    require_strings(body, "signed_content", "signed_content_encoding", *in_body)
    return (*(() if in_header is None else (in_header,)), *(body[name] for name in in_body))


def _confidant(backend: Backend, known: Applicant | None, jwt: str, opened: Opened) -> Applicant | None:
    if backend.settings.flow_generation != "g1":
        return authenticated(backend, None, opened)
    applicant = known or by_jwt(backend, jwt)
    return None if applicant is None else authenticated(backend, applicant, opened)


def _require_jwt(backend: Backend, given: tuple[str, ...], opened: Opened) -> SignUp:
    checked = [backend.jwts.check(text, opened.text, backend.now()) for text in given]
    valid = [sign_up for sign_up in checked if sign_up is not None]
    if len(valid) < len(given) or len({sign_up.jti for sign_up in valid}) != 1:
        raise access_denied("Unauthorized")
    return valid[0]


def _repeated(backend: Backend, earlier: Registration, applicant: Applicant, opened: Opened) -> Answer:
    """The same jwt and content again: what the platform does is not public, so a setting decides."""
    if backend.settings.strict_register:
        _refuse_relationship("Relationship between confidant patient and related patient already exists")
    return _answer(backend, earlier, applicant, opened)


def _decide(backend: Backend, applicant: Applicant, wanted: JsonObject) -> _Plan:
    hits = backend.registry.same_as(wanted)
    if len(hits) > 1:
        raise access_denied("It is impossible to uniquely identify the person.")
    person = hits[0] if hits else None
    needs_relationship = _needs_relationship(backend, applicant, person)
    return _Plan(person, _user(backend, person, wanted), needs_relationship)


def _needs_relationship(backend: Backend, applicant: Applicant, person: Person | None) -> bool:
    existing = None if person is None else backend.registry.relationship(applicant.person.id, person.id)
    if existing is not None and not existing.is_approved:
        raise relationship_not_approved()
    if existing is None and backend.registry.has_confidant(applicant.person.id):
        _refuse_relationship("Patient who has confidant person can not be used as confidant for other patients")
    return existing is None


def _refuse_relationship(message: str) -> None:
    refuse_fields(Invalid(entry="$.person.confidant_person", description=message))


def _user(backend: Backend, person: Person | None, wanted: JsonObject) -> User | None:
    linked = None if person is None else backend.registry.user_of_person(person.id)
    user = linked or backend.registry.user_by_tax_id(wanted.get("tax_id"))
    if user is None:
        return None
    if user.is_blocked:
        raise access_denied("User is blocked.")
    if backend.registry.active_person(user.person_id) is None:
        raise access_denied("Person not found.")
    if person is None or user.person_id != person.id:
        raise tax_id_taken(backend)
    return user


def _require_otp(backend: Backend, body: JsonObject, sign_up: SignUp) -> None:
    """Accepted and ignored unless the setting asks for it; the attempts are counted for each jwt."""
    settings = backend.settings
    if not settings.otp_required:
        return
    if "otp" not in body:
        refuse_fields(missing("otp"))
    if backend.otp_failures.get(sign_up.jti, 0) >= settings.otp_attempts:
        raise forbidden("Maximum attempts exceed")
    if sign_up.issued_at + settings.otp_ttl_seconds <= backend.now().timestamp():
        raise forbidden("Verification code expired")
    if not same_secret(settings.otp_code, str(body["otp"])):
        backend.otp_failures[sign_up.jti] = backend.otp_failures.get(sign_up.jti, 0) + 1
        raise forbidden("Invalid verification code")


def _carry_out(
    backend: Backend, call: Call, plan: _Plan, applicant: Applicant, opened: Opened, sign_up: SignUp
) -> Answer:
    registry, mint = backend.registry, backend.mint
    wanted = opened.content["person"]
    person = plan.person or Person(id=mint.uuid(), fields=wanted)
    registry.persons[person.id] = person
    registry.signed_contents[person.id] = opened.text
    if plan.needs_relationship:
        bond = Relationship(id=mint.uuid(), confidant_person_id=applicant.person.id, person_id=person.id)
        registry.relationships[bond.id] = bond
    user = plan.user or User(
        id=mint.uuid(), tax_id=wanted.get("tax_id"), person_id=person.id, role_scopes=PATIENT_SCOPES
    )
    registry.users[user.id] = user
    done = Registration(person.id, user.id)
    registry.registrations[sign_up.jti] = done
    backend.record("register", call, person_id=person.id, user_id=user.id, confidant_person_id=applicant.person.id)
    return _answer(backend, done, applicant, opened)


def _answer(backend: Backend, done: Registration, applicant: Applicant, opened: Opened) -> Answer:
    user = backend.registry.users.get(done.user_id)
    if user is None:
        raise access_denied("Unauthorized")
    person = {"id": done.person_id, **response_person(opened.content["person"], applicant)}
    session = _session_token(backend, user, applicant)
    return Answer(
        status=201,
        data={"person": person, "user": {"id": user.id, "tax_id": user.tax_id}, "access_token": session.value},
    )


def _session_token(backend: Backend, user: User, applicant: Applicant) -> Token:
    """A new session ends the older ones of the same user and client, as in the open-sourced server."""
    client_id = backend.seed.auth_ui_client_id
    for older in backend.registry.tokens.values():
        if older.is_session and older.user_id == user.id and not older.is_expired(backend.now()):
            older.expires_at = int(backend.now().timestamp())
    token = Token(
        id=backend.mint.uuid(),
        name="access_token",
        value=backend.mint.opaque(),
        user_id=user.id,
        applicant_user_id=applicant.user.id,
        expires_at=backend.expiry(backend.settings.session_ttl_seconds),
        client_id=client_id,
        scope=SESSION_SCOPE,
        details={"grant_type": "password", "client_id": client_id, "scope": SESSION_SCOPE},
    )
    backend.registry.tokens[token.value] = token
    return token
