"""The consent page's reads, and `POST /oauth/apps/authorize`, which mints the grant code.

Source: PIS API blueprint, "Authorize scopes" and "Determine available user approvals"; the open-sourced OAuth server
for the order of the checks, their texts, and the matching of redirect URIs.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from .backend import INVALID_TOKEN, Backend, Call, authenticate, relationship_not_approved, require_api_key, user_of
from .envelope import (
    Answer,
    Invalid,
    JsonObject,
    Refusal,
    access_denied,
    business_refusal,
    forbidden,
    refuse_fields,
)
from .registry import Approval, Client, Token, User
from .scopes import SESSION_SCOPE, is_reading, words

WRONG_REDIRECT = "The redirection URI provided does not match a pre-registered value."

_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))


def client_details(backend: Backend, call: Call) -> Answer:
    """Who asks for consent. Never the secret."""
    client = backend.registry.clients.get(call.parts[0])
    if client is None:
        raise Refusal(404, "not_found", "Client not found")
    since = client.since.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Answer(
        data={
            "id": client.id,
            "name": client.name,
            "settings": {},
            "is_blocked": client.is_blocked,
            "block_reason": None,
            "user_id": client.owner_id,
            "client_type_id": client.client_type_id,
            "client_type_name": client.client_type_name,
            "inserted_at": since,
            "updated_at": since,
        }
    )


def user_roles(backend: Backend, call: Call) -> Answer:
    """The roles of the token's user."""
    user = user_of(backend, authenticate(backend, call))
    (client_id,) = call.query("client_id")
    role = {
        "id": user.id,
        "user_id": user.id,
        "client_id": client_id,
        "role_id": "6f8f2b4e-0c55-4b0b-9a43-5d9c1e7a2f10",
        "role_name": "PATIENT",
        "scope": " ".join(sorted(user.role_scopes)),
    }
    return Answer(data=[role])


def global_roles(backend: Backend, call: Call) -> Answer:
    """The global roles of the token's user: a patient has none."""
    token = authenticate(backend, call)
    if call.parts[0] != token.user_id:
        raise forbidden("Access denied")
    return Answer(data=[])


def available_scopes(backend: Backend, call: Call) -> Answer:
    """Which of the requested scopes may be approved.

    Until a relationship is approved only reading is left: the example of the blueprint looks like that, the rule
    itself is our guess.
    """
    token = authenticate(backend, call, SESSION_SCOPE)
    user = user_of(backend, token)
    if backend.registry.active_person(user.person_id) is None:
        raise access_denied(INVALID_TOKEN)
    client_id, requested = call.query("client_id", "scope")
    client = backend.registry.clients.get(client_id)
    if client is None:
        raise Refusal(404, "not_found", "Client not found")
    if client.is_blocked:
        raise access_denied("Client is blocked")
    approved = _relationship_is_approved(backend, token, user)
    allowed = client.scopes & user.role_scopes
    left = (scope for scope in words(requested) if scope in allowed and (approved or is_reading(scope)))
    return Answer(data={"scope": " ".join(left)})


def approve(backend: Backend, call: Call) -> Answer:
    """Create or widen the approval and mint a grant code."""
    app = call.root("app")
    token = authenticate(backend, call, SESSION_SCOPE, blocked_user_passes=True)
    _require_app(app)
    client = _client(backend, app["client_id"])
    user = _user(backend, token)
    redirect_uri: str = app["redirect_uri"]
    if not any(matches(registered, redirect_uri) for registered in client.redirect_uris):
        raise access_denied(WRONG_REDIRECT)
    requested = words(app.get("scope") or "")
    _require_scopes(requested, client, user)
    if backend.settings.check_relationship_on_approval and not _relationship_is_approved(backend, token, user):
        raise relationship_not_approved()
    approval = _approval(backend, token, client, requested)
    code = _code(backend, token, client, redirect_uri, requested)
    backend.record("approve", call, approval_id=approval.id, token_id=code.id, user_id=user.id, client_id=client.id)
    location = with_code(redirect_uri, code.value)
    data = {
        "id": code.id,
        "name": code.name,
        "value": code.value,
        "expires_at": code.expires_at,
        "user_id": code.user_id,
        "details": code.details,
    }
    return Answer(status=201, data=data, headers={"Location": location}, urgent={"redirect_uri": location})


def matches(registered: str, given: str) -> bool:
    """Whether a redirect URI is the registered one, or goes on after it with a path or a query.

    The open-sourced pattern is not anchored at its beginning; ours is, because an oracle must not accept more.
    """
    return bool(re.fullmatch(re.escape(registered.rstrip("/")) + "(?:[/?].*)?", given))


def with_code(redirect_uri: str, code: str) -> str:
    """Add the code; parameters survive, sorted by name, because the server keeps them in a sorted map."""
    address, hash_mark, fragment = redirect_uri.partition("#")
    base, _, query = address.partition("?")
    parameters = dict(parse_qsl(query, keep_blank_values=True)) | {"code": code}
    # What is not printable ASCII would break the header.
    return quote(f"{base}?{urlencode(sorted(parameters.items()))}{hash_mark}{fragment}", safe=_PRINTABLE)


def is_uuid(value: object) -> bool:
    """Whether a value can be cast to a UUID."""
    return isinstance(value, str) and bool(_UUID.fullmatch(value))


def blank(fields: JsonObject, *names: str) -> list[Invalid]:
    """Changeset errors for strings that are missing, blank or not strings."""
    return [problem for name in names if (problem := _blank(name, fields.get(name))) is not None]


def _blank(name: str, value: Any) -> Invalid | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return Invalid(entry=f"$.{name}", rule="required", description="can't be blank")
    if not isinstance(value, str):
        return Invalid(entry=f"$.{name}", rule="cast", description="is invalid")
    return None


def _require_app(app: JsonObject) -> None:
    problems = blank(app, "client_id", "redirect_uri")
    told = {problem.entry for problem in problems}
    if "$.client_id" not in told and not is_uuid(app["client_id"]):
        problems.append(Invalid(entry="$.client_id", rule="cast", description="is invalid"))
    if not isinstance(app.get("scope") or "", str):
        problems.append(Invalid(entry="$.scope", rule="cast", description="is invalid"))
    if problems:
        refuse_fields(*problems)


def _client(backend: Backend, client_id: str) -> Client:
    client = backend.registry.clients.get(client_id.lower())
    if client is None:
        raise access_denied("Invalid client id.")
    if client.is_blocked:
        raise access_denied("Client is blocked.")
    return client


def _user(backend: Backend, token: Token) -> User:
    user = backend.registry.users.get(token.user_id)
    if user is None:
        raise access_denied("User not found.")
    if user.is_blocked:
        raise access_denied("User blocked.", "user_blocked")
    return user


def _require_scopes(requested: tuple[str, ...], client: Client, user: User) -> None:
    if not requested:
        raise business_refusal("Requested scope is empty. Scope not passed or user has no roles or global roles.")
    if not client.scopes.issuperset(requested):
        raise business_refusal("Scope is not allowed by client type.")
    if not user.role_scopes.issuperset(requested):
        raise business_refusal("User requested scope that is not allowed by role based access policies.")


def _relationship_is_approved(backend: Backend, token: Token, user: User) -> bool:
    applicant = backend.registry.users.get(token.applicant_user_id)
    if applicant is None:
        return False
    if applicant.id == user.id:
        return True
    found = backend.registry.relationship(applicant.person_id, user.person_id)
    return found is not None and found.is_approved


def _approval(backend: Backend, token: Token, client: Client, requested: tuple[str, ...]) -> Approval:
    now = backend.now()
    known = backend.registry.approval(token.user_id, client.id)
    if known is None:
        known = Approval(
            id=backend.mint.uuid(),
            user_id=token.user_id,
            applicant_user_id=token.applicant_user_id,
            client_id=client.id,
            scope=requested,
            created_at=now,
            updated_at=now,
        )
    merged = tuple(dict.fromkeys(known.scope + requested))
    approval = replace(known, scope=merged, applicant_user_id=token.applicant_user_id, updated_at=now)
    backend.registry.approvals[approval.id] = approval
    return approval


def _code(backend: Backend, token: Token, client: Client, redirect_uri: str, requested: tuple[str, ...]) -> Token:
    scope = " ".join(requested)
    code = Token(
        id=backend.mint.uuid(),
        name="authorization_code",
        value=backend.mint.opaque(),
        user_id=token.user_id,
        applicant_user_id=token.applicant_user_id,
        expires_at=backend.expiry(backend.settings.code_ttl_seconds),
        client_id=client.id,
        scope=scope,
        details={
            "client_id": client.id,
            "grant_type": "password",
            "redirect_uri": redirect_uri,
            "scope_request": scope,
        },
    )
    backend.registry.tokens[code.value] = code
    return code


def list_approvals(backend: Backend, call: Call) -> Answer:
    """`GET /api/pis/apps`: what the user has allowed."""
    return Answer(data=[_shown(backend, approval) for approval in _own_approvals(backend, call, "app:read_pis")])


def show_approval(backend: Backend, call: Call) -> Answer:
    """`GET /api/pis/apps/{id}`."""
    return Answer(data=_shown(backend, _own_approval(backend, call, "app:read_pis")))


def delete_approval(backend: Backend, call: Call) -> Answer:
    """`DELETE /api/pis/apps/{id}`: from now on no code is exchanged and no token refreshed under it."""
    approval = _own_approval(backend, call, "app:delete_pis")
    del backend.registry.approvals[approval.id]
    return Answer(status=204, data=None)


def _own_approvals(backend: Backend, call: Call, scope: str) -> list[Approval]:
    require_api_key(backend, call)
    user_id = authenticate(backend, call, scope).user_id
    return [approval for approval in backend.registry.approvals.values() if approval.user_id == user_id]


def _own_approval(backend: Backend, call: Call, scope: str) -> Approval:
    found = (approval for approval in _own_approvals(backend, call, scope) if approval.id == call.parts[0])
    approval = next(found, None)
    if approval is None:
        raise Refusal(404, "not_found", None)
    return approval


def _shown(backend: Backend, approval: Approval) -> JsonObject:
    client = backend.registry.clients[approval.client_id]
    return {
        "id": approval.id,
        "created_at": approval.created_at.isoformat(),
        "updated_at": approval.updated_at.isoformat(),
        "user_id": approval.user_id,
        "applicant_user_id": approval.applicant_user_id,
        "client_name": client.name,
        "client_id": client.id,
        "scope": " ".join(approval.scope),
    }
