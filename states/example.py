"""A sign-up whose every datum is the name of what stands there: to see what a request carries, without one to send."""

from __future__ import annotations

from typing import Final

from pydantic import SecretStr

from ..flow import Flow
from .calls import HttpRequest, Tokens
from .signup import PisClient, Query, SignUp, User

CREDENTIALS: Final = ("query token", "jwt", "session token", "grant code", "client secret")
"""What a request can be authorized by."""

_SCOPE = "{scope}"
EXAMPLE: Final = SignUp(
    oauth_state=SecretStr("oauth state"),
    client=PisClient.model_construct(
        client_id="{client_id}", redirect_uri="{redirect_uri}", scope=_SCOPE, auth_ui="{auth_ui}"
    ),
    confidant_token=SecretStr("query token"),
    user_data=SecretStr("user data"),
    code=SecretStr("grant code"),
    tokens=Tokens(
        access_token=SecretStr("access token"),
        refresh_token=SecretStr("refresh token"),
        expires_at=0,
        scope=_SCOPE,
        user_id="{user_id}",
    ),
    query=Query(
        client_id="{client_id}",
        redirect_uri="{redirect_uri}",
        scope=_SCOPE,
        user_data=SecretStr("user data"),
        token=SecretStr("query token"),
        state=SecretStr("oauth state"),
    ),
    jwt=SecretStr("jwt"),
    otp=SecretStr("otp"),
    user=User(person_id="{person_id}", id="{user_id}"),
    session_token=SecretStr("session token"),
    scopes=(_SCOPE,),
)


def requests(flow: Flow[SignUp]) -> dict[str, object]:
    """Give the request of every call of the flow, by the name of the call, as the example would make it."""
    calls = [state.call for state in flow.states.values() if state.call]
    return {call.name: call.request(EXAMPLE) for call in calls}


def line_of(request: object) -> str | None:
    """Give method and path of a request to ЕСОЗ; `None` for any other."""
    return f"{request.method} {request.path}" if isinstance(request, HttpRequest) else None
