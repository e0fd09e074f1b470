"""What an answer of ЕСОЗ says to the user: its message, in Ukrainian where a translation is published.

The messages and their published translations are of the page "PIS. Confidant patient sign-up", section *Business
logic errors*, and of the open-sourced sign-up pages; see `texts` for which are whose.
"""

from __future__ import annotations

import re

from ..flow import Message
from .answers import Answered, ApiError

_BY_MESSAGE = {
    "user_data missing": "user_data_missing",
    "Invalid signed content": "signed_content_invalid",
    "JWT is invalid": "jwt_invalid",
    "Unable to authenticate signer": "signer_not_authenticated",
    "expected true but got false for attribute patient_signed": "patient_signed_false",
    "expected true but got false for attribute process_disclosure_data_consent": "disclosure_consent_false",
    "Confidant person and signer must be the same": "confidant_is_not_signer",
    "Registration person and person that sign should be the same": "signer_is_not_person",
    "Input name doesn't match name from digital signature": "signer_is_not_person",
    "User with such tax_id already exists": "tax_id_exists",
    "Relationship between confidant patient and related patient already exists": "relationship_exists",
    "Invalid access token": "session_expired",
    "Digital signature timestamp is expired": "signature_expired",
    "Unauthorized": "jwt_expired",
    "JWT expired": "jwt_expired",
    "It is impossible to uniquely identify the person": "person_ambiguous",
    "User is blocked": "user_blocked",
    "User blocked": "user_blocked",
    "Applicant user is blocked": "user_blocked",
}
_BY_TYPE = {"tax_id_exists": "tax_id_exists", "email_exists": "email_exists", "jwt_expired": "jwt_expired"}
_BY_PATTERN = (
    (re.compile(r"required property (?P<property>\S{1,100}) was not present"), "property_missing"),
    (re.compile(r"expected a minimum of (?P<min>\d{1,9}) items but got \d{1,9}"), "too_few_items"),
)
_NOISE = "Validation failed. You can find validators description"
_MAX_TEXTS = 20
_MAX_LENGTH = 500


def messages_of(answer: Answered) -> tuple[Message, ...]:
    """Give the messages to show for an answer that is an error. Never empty.

    Looks at the error's message and at the description of every violated rule, without regard to a final full
    stop. What has no translation is shown as it was received; an answer without a text becomes `answer_unreadable`.
    """
    error = answer.error
    if error is None:
        return (Message(code="answer_unreadable", params={"status": str(answer.status)}),)
    found = [_translated(text) for text in _texts(error)]
    known = [message for message in found if message is not None]
    if not known and error.type in _BY_TYPE:
        known = [Message(code=_BY_TYPE[error.type])]
    if not known:
        known = [Message(code="answer", params={"text": text}) for text in _texts(error)]
    unique = {(message.code, *message.params.values()): message for message in known}
    return tuple(unique.values()) or (Message(code="answer_unreadable", params={"status": str(answer.status)}),)


def description_of(answer: Answered) -> str:
    """Give the published message of the answer for `error_description` (RFC 6749 §4.1.2.1), or nothing.

    Only texts of a fixed list may stand in a URL: the platform's own may repeat a personal datum that it refused.
    """
    texts = (text.removesuffix(".") for text in (_texts(answer.error) if answer.error else ()))
    return next((text for text in texts if text in _BY_MESSAGE), "")


def oauth_error_of(answer: Answered) -> str:
    """Give the RFC 6749 §4.1.2.1 error for an answer of the validation or the registration."""
    if answer.status in (424, 429, 503):
        return "temporarily_unavailable"
    if answer.status >= 500:
        return "server_error"
    return "access_denied" if answer.status in (401, 403, 404, 409) else "invalid_request"


def _texts(error: ApiError) -> list[str]:
    texts = [error.message or "", *error.descriptions]
    meaningful = [text for text in map(_plain, texts) if text and not text.startswith(_NOISE)]
    return [text[:_MAX_LENGTH] for text in meaningful[:_MAX_TEXTS]]


def _plain(text: str) -> str:
    # Whoever answers chooses the text: no control characters, no marks that turn the direction of writing.
    return "".join(one for one in " ".join(text.split()) if one.isprintable())


def _translated(text: str) -> Message | None:
    plain = text.removesuffix(".")
    if plain in _BY_MESSAGE:
        return Message(code=_BY_MESSAGE[plain])
    for pattern, code in _BY_PATTERN:
        if match := pattern.fullmatch(plain):
            return Message(code=code, params=match.groupdict())
    return None
