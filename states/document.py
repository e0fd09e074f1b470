"""The sentences of the flow document that the declaration answers to, each under an id.

The texts are the document's own, to the letter. A transition says by id which sentence asks for it; one that no
sentence asks for says `ours(...)` and why.
"""

from __future__ import annotations

SECTIONS = {
    "4.1": "PIS: Prepare patient sign-up data",
    "4.2": "Auth UI: Validate query parameters",
    "4.3": "Auth UI: Initialize sign-up request validation",
    "4.4": "Auth UI: Show patient data to confirm",
    "4.5": "Auth UI: Confirm patient sign-up form",
    "4.6": "Auth UI: Show consent page",
    "4.7": "Auth UI: Accept scopes",
    "4.8": "Auth UI: Redirect grant code to redirect_uri",
    "4.9": "PIS: Obtain access and refresh token",
}
"""The titles of the sections, to the letter."""

SENTENCES = {
    "2.1": "This flow is based on current Auth Sign-up UI FE page with existing and modified back-end calls.",
    "2.2": (
        "This flow requires user to be already authenticated to prove his relationship with person to be registered"
    ),
    "2.3": "Patient registration is performed using pre-signed request on PIS side.",
    "4.1.1": "Authenticate as existing user that has confirmed relationship with patient",
    "4.1.2": "Fill in patient registration request",
    "4.1.3": "Sign patient registration request, patient consents with digital signature",
    "4.1.4": (
        "Submit pre-signed patient sign-up content to UA_PIS. Confidant patient sign-up as query parameter according "
        "to table:"
    ),
    "4.2.0": "Validate query params, obtained from PIS.",
    "4.2.1": "exists and is not emptyin case of error - return 'Не вказаний ідентифікатор додатку для авторизації'",
    "4.2.2": "exists and is not emptyin case of error - return ‘Не вказано адресу зворотнього визову’",
    "4.2.3": "exists and is not emptyin case of error - return ‘Не вказано скоупів для авторизації’",
    "4.2.4": "exists and is not emptyin case of error - return ‘Не вказано дані для авторизації’",
    "4.2.5": "exists and is not emptyin case of error - return ‘Не вказано токен особи для авторизації’",
    "4.3.1": (
        "Submit sign-up content to UA_PIS. Confidant patient sign-up validation endpoint, fill in fields according to "
        "table:"
    ),
    "4.3.2": ("in case 200 with patien data and jwt is returned - proceed to ‘Show patient data to confirm’, save jwt"),
    "4.3.3": "in case error is returned - show error page with error message from endpoint response",
    "4.4.1": (
        "In case sign-up request validation step completed successfully, Auth UI front-end renders patient data from "
        "sign-up validation endpoint response to confirm registration in the system with button ‘Accept and proceed’."
    ),
    "4.4.2": "All rendered fields must be read-only.",
    "4.5.1": (
        "Submit patients sign-up content with optional OTP to UA_PIS. Confidant patient sign-up registration endpoint, "
        "fill in fields according to table:"
    ),
    "4.5.2": "Add Authorization header with jwt.",
    "4.5.3": (
        "in case 201 with patient data, user data and session token is returned - proceed to ‘Show consent page’"
    ),
    "4.5.4": "in case error is returned - show error page with error message from endpoint response",
    "4.6.1": (
        "Obtain list of scopes, that must be approved by patient (from query params or based on user roles and global "
        "user roles)."
    ),
    "4.6.2": "Obtain translations for list of scopes.",
    "4.6.3": (
        "Show consent page with user and client data, as well as list of scopes translations with button ‘Accept and "
        "proceed’."
    ),
    "4.7.1": "Submit content to UA_Authorize an Approval endpoint, fill in fields according to table:",
    "4.7.2": "Add Authorization header with session token.",
    "4.7.3": "in case 201 with session token is returned - redirect grant code to client",
    "4.7.4": "in case error is returned - show error message at Show consent page",
    "4.8.1": "Redirect user with grant_code to",
    "4.9.1": (
        "Submit content to UA_Exchange oAuth Code Grant to Access Token endpoint, fill in fields according to table:"
    ),
    "4.9.2": "in case 201 with access and refresh tokens is returned - save their values to PIS back-end",
    "4.9.3": "in case error is returned - show error message at PIS FE",
}


def asks(id: str) -> str:
    """Give `id: sentence`. A wrong id is a `KeyError` while the flow is being declared."""
    return f"{id}: {SENTENCES[id]}"


def ours(reason: str) -> str:
    """Mark a transition that the document does not ask for, with the reason why it exists."""
    return f"ours: {reason}"
