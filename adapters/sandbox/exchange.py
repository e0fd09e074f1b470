"""`POST /oauth/tokens` with a grant code or a refresh token, and `POST /auth/logout`.

Source: PIS API blueprint, "Exchange oAuth code grant to access token", "Refresh access token", "Logout"; the
open-sourced OAuth server for the order of the checks and their texts.
"""

from __future__ import annotations

from .backend import Backend, Call, authenticate, same_secret
from .consent import WRONG_REDIRECT, blank
from .envelope import Answer, JsonObject, access_denied, business_refusal, refuse_fields
from .registry import Approval, Client, Token

_NEEDED = {
    "authorization_code": ("client_id", "client_secret", "code", "redirect_uri"),
    "refresh_token": ("client_id", "client_secret", "refresh_token"),
}


def grant_tokens(backend: Backend, call: Call) -> Answer:
    """Turn a code, or a refresh token, into an access token."""
    request = call.root("token")
    grant_type = _grant_type(request)
    problems = blank(request, *_NEEDED[grant_type])
    if problems:
        refuse_fields(*problems)
    client = _client(backend, request)
    if grant_type == "refresh_token":
        return _refresh(backend, call, client, request)
    return _exchange(backend, call, client, request)


def log_out(backend: Backend, call: Call) -> Answer:
    """End the session: the access token, its sisters and the refresh token they came from."""
    token = authenticate(backend, call)
    now = int(backend.now().timestamp())
    for one in [token, *backend.registry.tokens_of_session(token.session)]:
        one.expires_at = min(one.expires_at, now)
    backend.record("logout", call, token_id=token.id, user_id=token.user_id)
    return Answer(data={})


def _grant_type(request: JsonObject) -> str:
    given = request.get("grant_type")
    if given is None or given == "":
        raise business_refusal("Request must include grant_type.")
    if not isinstance(given, str) or given not in _NEEDED:
        raise access_denied("Grant type not allowed.", "invalid_grant")
    return given


def _client(backend: Backend, request: JsonObject) -> Client:
    client = backend.registry.clients.get(request["client_id"])
    # An unknown client costs a comparison too.
    matching = same_secret(client.secret if client is not None else "", request["client_secret"])
    if client is None or not matching:
        raise access_denied("Invalid client id or secret.", "invalid_client")
    return client


def _found(backend: Backend, client: Client, value: str, name: str) -> Token:
    token = backend.registry.token(value, name)
    if token is None:
        raise access_denied("Token not found.", "token_not_found")
    if token.client_id != client.id:
        raise access_denied("Token not found or expired.", "invalid_grant")
    if token.is_expired(backend.now()):
        raise access_denied("Token expired.", "token_expired")
    return token


def _approval_of(backend: Backend, token: Token) -> Approval:
    approval = backend.registry.approval(token.user_id, token.client_id)
    if approval is None:
        raise access_denied("Resource owner revoked access for the client.")
    return approval


def _exchange(backend: Backend, call: Call, client: Client, request: JsonObject) -> Answer:
    code = _found(backend, client, request["code"], "authorization_code")
    redirect_uri = request["redirect_uri"]
    if redirect_uri != code.details["redirect_uri"]:
        raise access_denied(WRONG_REDIRECT, "invalid_client")
    approval = _approval_of(backend, code)
    if code.used:
        raise access_denied("Token has already been used.")
    code.used = True
    refresh = _mint(backend, code, approval, "refresh_token", backend.settings.refresh_ttl_seconds, code.scope)
    refresh.session = refresh.id
    extra = {"redirect_uri": redirect_uri, "refresh_token": refresh.value}
    access = _access(backend, refresh, approval, "authorization_code", extra)
    backend.record("exchange", call, token_id=access.id, app_id=approval.id, user_id=code.user_id)
    return _answer(backend, access)


def _refresh(backend: Backend, call: Call, client: Client, request: JsonObject) -> Answer:
    refresh = _found(backend, client, request["refresh_token"], "refresh_token")
    approval = _approval_of(backend, refresh)
    refresh.scope = " ".join(approval.scope)
    access = _access(backend, refresh, approval, "refresh_token", {})
    backend.record("refresh", call, token_id=access.id, app_id=approval.id, user_id=refresh.user_id)
    return _answer(backend, access)


def _access(backend: Backend, refresh: Token, approval: Approval, grant_type: str, extra: JsonObject) -> Token:
    seconds = backend.settings.access_ttl_seconds
    access = _mint(backend, refresh, approval, "access_token", seconds, refresh.scope)
    access.session = refresh.session
    applicant = backend.registry.users.get(refresh.applicant_user_id)
    access.details = {
        "app_id": approval.id,
        "applicant_user_id": refresh.applicant_user_id,
        "applicant_person_id": None if applicant is None else applicant.person_id,
        "client_id": refresh.client_id,
        "grant_type": grant_type,
        "scope": refresh.scope,
        **extra,
    }
    return access


def _mint(backend: Backend, origin: Token, approval: Approval, name: str, seconds: int, scope: str) -> Token:
    token = Token(
        id=backend.mint.uuid(),
        name=name,
        value=backend.mint.opaque(),
        user_id=origin.user_id,
        applicant_user_id=origin.applicant_user_id,
        expires_at=backend.expiry(seconds),
        client_id=origin.client_id,
        scope=scope,
        details={"app_id": approval.id},
    )
    backend.registry.tokens[token.value] = token
    return token


def _answer(backend: Backend, access: Token) -> Answer:
    user = backend.registry.users.get(access.user_id)
    return Answer(
        status=201,
        data={
            "id": access.id,
            "name": access.name,
            "value": access.value,
            "expires_at": access.expires_at,
            "user_id": access.user_id,
            "user": {"person_id": None if user is None else user.person_id},
            "details": access.details,
        },
    )
