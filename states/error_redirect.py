"""An error taken back to the PIS (RFC 6749 §4.1.2.1), where its redirect URI is known to be registered."""

from __future__ import annotations

from pydantic import SecretStr

from .redirects import with_parameters
from .settings import Settings
from .signup import SignUp


def is_known(signup: SignUp, settings: Settings) -> bool:
    """Whether the query's redirect URI is registered for its client, as far as the settings know."""
    query = signup.query
    return query is not None and (query.client_id, query.redirect_uri) in settings.known_redirects


def error_url(signup: SignUp, settings: Settings, error: str, description: str) -> SecretStr | None:
    """Give the redirect URI with an error; `None` where it is not known to be registered."""
    query = signup.query
    if query is None or not is_known(signup, settings):
        return None
    parameters = [("error", error), ("error_description", description)]
    if settings.append_state and query.state:
        parameters.append(("state", query.state.get_secret_value()))
    return SecretStr(with_parameters(query.redirect_uri, [(name, value) for name, value in parameters if value]))
