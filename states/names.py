"""Names: the two parties, and every state of the sign-up, in the order of the document."""

from __future__ import annotations

from enum import StrEnum


class Actor(StrEnum):
    """Who runs a state."""

    PIS = "pis"
    AUTH_UI = "auth_ui"


class Name(StrEnum):
    """Every state."""

    # 4.1 PIS: Prepare patient sign-up data
    PREPARE = "prepare"
    SIGN = "sign"
    HAND_OVER = "hand_over"
    NOT_HANDED_OVER = "not_handed_over"
    # 4.2 Auth UI: Validate query parameters
    VALIDATE_PARAMS = "validate_params"
    PARAMS_REFUSED = "params_refused"
    # 4.3 Auth UI: Initialize sign-up request validation
    INIT_VALIDATION = "init_validation"
    VALIDATION_REFUSED = "validation_refused"
    VALIDATION_UNAVAILABLE = "validation_unavailable"
    # 4.4 Auth UI: Show patient data to confirm
    CONFIRM = "confirm"
    # 4.5 Auth UI: Confirm patient sign-up form
    REGISTER = "register"
    REGISTER_REFUSED = "register_refused"
    REGISTER_UNKNOWN = "register_unknown"
    # 4.6 Auth UI: Show consent page
    USER_ROLES = "user_roles"
    GLOBAL_ROLES = "global_roles"
    AVAILABLE_SCOPES = "available_scopes"
    SCOPE_NAMES = "scope_names"
    CLIENT_DETAILS = "client_details"
    CONSENT_UNAVAILABLE = "consent_unavailable"
    CLIENT_REFUSED = "client_refused"
    NO_ACCESS = "no_access"
    CONSENT = "consent"
    # 4.7 Auth UI: Accept scopes
    APPROVE = "approve"
    REDIRECT_REFUSED = "redirect_refused"
    # 4.8 Auth UI: Redirect grant code to redirect_uri
    REDIRECT = "redirect"
    # other ends at the Auth UI
    DECLINE_REDIRECT = "decline_redirect"
    DECLINED = "declined"
    EXPIRED = "expired"
    LEFT_UNKNOWN = "left_unknown"
    # 4.9 PIS: Obtain access and refresh token
    EXCHANGE = "exchange"
    EXCHANGE_REFUSED = "exchange_refused"
    EXCHANGE_UNSENT = "exchange_unsent"
    EXCHANGE_UNKNOWN = "exchange_unknown"
    SAVE_TOKENS = "save_tokens"
    TOKENS_UNSAVED = "tokens_unsaved"
    SIGNED_UP = "signed_up"
    # other ends at the PIS
    RETURNED_ERROR = "returned_error"
    NOT_RETURNED = "not_returned"
