"""`POST /api/pis/confidant/sign-up_validation`, and the checks that registration makes again.

Source: page "PIS. Confidant patient sign-up validation", in its order; PIS API blueprint for the 409.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from .applicant import Applicant, by_access_token, by_signature, require_signer
from .backend import Backend, Call, SignatureOverride
from .content import Signature, SignatureRefused, decode
from .envelope import Answer, Invalid, JsonObject, Refusal, access_denied, missing, parse_json, refuse_fields
from .rules import person_problems
from .validation import mismatch, schema_problems

_CORRUPTED = "Malformed encoded content. Probably, you have encoded corrupted JSON."


@dataclass(frozen=True, slots=True)
class Opened:
    """A signed content that has passed every check of the envelope."""

    text: str = field(repr=False)
    content: Any = field(repr=False)
    signature: Signature

    @property
    def named_confidant(self) -> object:
        """Whom the content names as confidant, if its shape allows to tell."""
        found: Any = self.content
        for step in ("person", "confidant_person", "person_id"):
            found = found.get(step) if isinstance(found, dict) else None
        return found


def validate(backend: Backend, call: Call) -> Answer:
    """Check everything, write nothing, answer with the person and the jwt."""
    applicant = by_access_token(backend, call) if backend.settings.flow_generation == "g1" else None
    body = call.body()
    require_strings(body, "signed_content", "signed_content_encoding")
    opened = open_content(backend, call, body)
    applicant = authenticated(backend, applicant, opened)
    check_request(backend, applicant, opened)
    refuse_taken_tax_id(backend, opened.content["person"])
    jwt = backend.jwts.issue(opened.text, applicant.person.id, backend.now(), backend.settings.jwt_ttl_minutes)
    backend.record("validate", call, confidant_person_id=applicant.person.id)
    return Answer(data={"person": response_person(opened.content["person"], applicant), "token": jwt})


def require_strings(body: JsonObject, *names: str) -> None:
    """The JSON schema of the request itself."""
    problems = [missing(name) for name in names if name not in body]
    wrong = (name for name in names if name in body and not isinstance(body[name], str))
    problems.extend(mismatch("string", body[name], f"$.{name}") for name in wrong)
    if problems:
        refuse_fields(*problems)


def open_content(backend: Backend, call: Call, body: JsonObject) -> Opened:
    """base64, encoding, signature, number of signatures, JSON, age of the signature: in this order."""
    text: str = body["signed_content"]
    if decode(text) is None:
        refuse_fields(Invalid(entry="$.signed_content", description="Invalid signed content"))
    if body["signed_content_encoding"] != "base64":
        refuse_fields(Invalid(entry="$.signed_content_encoding", rule="inclusion", description="is invalid"))
    content, signature = _verified(backend, call, text)
    try:
        parsed = parse_json(content)
    except ValueError:
        refuse_fields(Invalid(entry="$.signed_content", description=_CORRUPTED))
    _require_fresh(backend, signature)
    return Opened(text, parsed, signature)


def _verified(backend: Backend, call: Call, text: str) -> tuple[bytes, Signature]:
    override = backend.switches.signature
    if override is not None and override.message is not None:
        raise _bad_signature(override.message)
    try:
        found = backend.signatures.open(text, call.request.headers, backend.now())
    except SignatureRefused as refused:
        raise _bad_signature(refused.message) from None
    signatures = found.signatures if override is None else _told(backend, override, found.signatures[0])
    if not all(signature.is_valid for signature in signatures):
        raise _bad_signature("Invalid signature")
    stamps = sum(signature.is_stamp for signature in signatures)
    count = len(signatures) - stamps
    if (count, stamps) != (1, 0):
        told = f"{_counted(count, 'signature')} and {_counted(stamps, 'stamp')}"
        raise _bad_signature(f"document must contain 1 signature and 0 stamps but contains {told}")
    return found.content, signatures[0]


def _told(backend: Backend, override: SignatureOverride, truth: Signature) -> tuple[Signature, ...]:
    aged = replace(truth, signed_at=backend.now() - timedelta(minutes=override.age_minutes))
    return (aged,) * override.signatures + (replace(aged, is_stamp=True),) * override.stamps


def _bad_signature(message: str) -> Refusal:
    # The page of this flow says 400; siblings say 401 or 422 with the same text.
    return Refusal(400, "request_malformed", message)


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _require_fresh(backend: Backend, signature: Signature) -> None:
    minutes = backend.settings.signature_max_age_minutes
    if not minutes:
        return
    signed_at = signature.signed_at
    # A signature that does not say when it was made cannot be told from an old one.
    if signed_at is None or backend.now() - signed_at >= timedelta(minutes=minutes):
        raise access_denied("Digital signature timestamp is expired")


def authenticated(backend: Backend, applicant: Applicant | None, opened: Opened) -> Applicant:
    """The confidant, proved by the signature."""
    if applicant is None:
        return by_signature(backend, opened.signature, opened.named_confidant)
    require_signer(applicant, opened.signature)
    return applicant


def check_request(backend: Backend, applicant: Applicant, opened: Opened) -> None:
    """Person data, then the confidant, then the two consents."""
    content = opened.content
    problems = schema_problems(content) or person_problems(content["person"], backend.now().date(), backend.settings)
    if problems:
        refuse_fields(*problems)
    if content["person"]["confidant_person"]["person_id"] != applicant.person.id:
        text = "Confidant person and signer must be the same"
        refuse_fields(Invalid(entry="$.person.confidant_person.person_id", description=text))
    for consent in ("patient_signed", "process_disclosure_data_consent"):
        if content[consent] is not True:
            text = f"expected true but got false for attribute {consent}"
            refuse_fields(Invalid(entry=f"$.{consent}", description=text))


def refuse_taken_tax_id(backend: Backend, person: JsonObject) -> None:
    """One tax id, one user. Where among the checks this stands is not public; we make it the last."""
    if backend.registry.user_by_tax_id(person.get("tax_id")) is not None:
        raise tax_id_taken(backend)


def tax_id_taken(backend: Backend) -> Refusal:
    """The 409 of the blueprint; how its type is spelled is a setting."""
    return Refusal(409, backend.settings.conflict_type, "User with such tax_id already exists")


def response_person(person: JsonObject, applicant: Applicant) -> JsonObject:
    """The submitted person; the confidant gets the names of the registry's record."""
    confidant = dict(person["confidant_person"])
    known = applicant.person.fields
    names = {name: known[name] for name in ("first_name", "last_name", "second_name") if known.get(name) is not None}
    return {**person, "confidant_person": {"person_id": confidant.pop("person_id"), **names, **confidant}}
