"""The confidant sign-up: the document's nine sections, in order, each naming its states."""

from __future__ import annotations

from functools import lru_cache
from types import NoneType

from ..flow import Flow, part
from ..flow.wiring import expect
from .approve import approve
from .available_scopes import available_scopes
from .client_details import client_details
from .confirm import confirm
from .consent import consent
from .consent_unavailable import consent_unavailable
from .decline_redirect import decline_redirect
from .declining import decline_moves
from .endings import endings
from .exchange import exchange
from .exchange_unsent import exchange_unsent
from .global_roles import global_roles
from .hand_over import callback_moves, hand_over
from .init_validation import init_validation
from .names import Actor, Name
from .prepare import prepare
from .redirect import redirect
from .register import register
from .register_unknown import register_unknown
from .save_tokens import save_tokens
from .scope_names import scope_names
from .settings import Settings
from .sign import sign
from .signup import SignUp, begin
from .tokens_unsaved import tokens_unsaved
from .user_roles import user_roles
from .validate_params import validate_params
from .validation_unavailable import validation_unavailable

VERSION = 1
"""Version of the stored meaning; raise it when a waiting sign-up can no longer be carried on as it is."""


def sign_up(settings: Settings | None = None) -> Flow[SignUp]:
    """Give the whole flow, of both parties: what is drawn, verified and simulated. Built once per settings."""
    return _whole(_settings(settings))


def auth_ui(settings: Settings | None = None) -> Flow[SignUp]:
    """Give the Auth UI's part, 4.2 – 4.8: it waits for `Opened` and ends with a page or a redirect."""
    return _part(_settings(settings), Actor.AUTH_UI)


def pis(settings: Settings | None = None) -> Flow[SignUp]:
    """Give the part of the PIS, 4.1 and 4.9: between them it waits for `CallbackReceived`."""
    return _part(_settings(settings), Actor.PIS)


def _settings(given: Settings | None) -> Settings:
    expect("settings", given, Settings, NoneType)
    return given or Settings()


@lru_cache(maxsize=64)
def _part(settings: Settings, actor: Actor) -> Flow[SignUp]:
    return part(_whole(settings), actor)


@lru_cache(maxsize=32)
def _whole(settings: Settings) -> Flow[SignUp]:
    names = Name.SCOPE_NAMES
    reads_start_at = Name.AVAILABLE_SCOPES if settings.available_scopes_check else names
    names_lead_to = Name.CLIENT_DETAILS if settings.client_details_path else Name.CONSENT
    declining, returning = decline_moves(settings), callback_moves(settings)
    states = (
        # 4.1 PIS: Prepare patient sign-up data
        prepare(settings),
        sign(settings),
        hand_over(settings),
        # 4.2 Auth UI: Validate query parameters
        validate_params(settings),
        # 4.3 Auth UI: Initialize sign-up request validation
        init_validation(settings),
        validation_unavailable(settings),
        # 4.4 Auth UI: Show patient data to confirm
        confirm(settings, declining),
        # 4.5 Auth UI: Confirm patient sign-up form
        register(settings, consent_starts_at=reads_start_at),
        register_unknown(settings),
        # 4.6 Auth UI: Show consent page
        user_roles(settings, then=reads_start_at),
        global_roles(settings, then=reads_start_at),
        *([available_scopes(settings)] if settings.available_scopes_check else []),
        scope_names(settings, then=names_lead_to),
        *([client_details(settings)] if settings.client_details_path else []),
        consent_unavailable(settings, again_at=reads_start_at),
        consent(settings, declining),
        # 4.7 Auth UI: Accept scopes
        approve(settings),
        # 4.8 Auth UI: Redirect grant code to redirect_uri
        redirect(settings, returning),
        *([decline_redirect(settings, returning)] if settings.known_redirects else []),
        # 4.9 PIS: Obtain access and refresh token
        exchange(settings),
        exchange_unsent(settings),
        save_tokens(settings),
        tokens_unsaved(settings),
    )
    return Flow(
        "confidant_sign_up",
        states=(*states, *endings(settings)),
        initial=Name.PREPARE,
        begin=begin,
        version=VERSION,
        lifetime=settings.sign_up_lifetime,
    )
