"""The scenarios of the demonstration: what goes wrong, or what somebody does, and where that must end."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ...flow import Event
from ...states.events import Accept, Confirm, Decline, Leave, RegisterAgain, Retry
from ...states.names import Name
from ..http.gateway import ATTEMPTS
from .people import CHILD
from .scenario import CALLBACK, START, Json, Scenario

_ALL = {"register": 1, "approve": 1, "exchange": 1}
_REGISTERED = {"register": 1, "approve": 0, "exchange": 0}
_APPROVED = {"register": 1, "approve": 1, "exchange": 0}
_NOTHING = {"register": 0, "approve": 0, "exchange": 0}


def _without(parameter: str) -> Callable[[str], str]:
    def browser(url: str) -> str:
        base, _, query = url.partition("?")
        return f"{base}?{'&'.join(one for one in query.split('&') if not one.startswith(f'{parameter}='))}"

    return browser


def _with(parameter: str, value: str) -> Callable[[str], str]:
    remove = _without(parameter)
    return lambda url: f"{remove(url)}&{parameter}={value}" if f"{parameter}=" in url else url


def _edited(**changes: Any) -> Callable[[bytes], bytes]:
    def content(signed: bytes) -> bytes:
        return json.dumps(json.loads(signed) | changes, ensure_ascii=False).encode()

    return content


def _person(**changes: Any) -> Callable[[bytes], bytes]:
    person = {name: value for name, value in (CHILD | changes).items() if value is not None}
    return _edited(person=person)


def _flipped(container: bytes) -> bytes:
    return container[:-9] + bytes([container[-9] ^ 1]) + container[-8:]


def _refused_params(name: str, says: str, code: str, browser: Callable[[str], str]) -> Scenario:
    return Scenario(
        name=name,
        says=f"4.2 {says}",
        browser=browser,
        ends=(Name.PARAMS_REFUSED, Name.HAND_OVER),
        says_code=code,
        ledger=_NOTHING,
    )


def _refused_validation(name: str, says: str, code: str | None = None, **how: Any) -> Scenario:
    return Scenario(
        name=name,
        says=f"4.3 {says}",
        ends=(Name.VALIDATION_REFUSED, Name.HAND_OVER),
        says_code=code,
        ledger=_NOTHING,
        **how,
    )


def _refused_register(name: str, says: str, code: str | None = None, **how: Any) -> Scenario:
    return Scenario(
        name=name,
        says=f"4.5 {says}",
        ends=(Name.REGISTER_REFUSED, Name.HAND_OVER),
        says_code=code,
        ledger=_NOTHING,
        **how,
    )


def _refused_exchange(name: str, says: str, code: str | None = None, **how: Any) -> Scenario:
    return Scenario(
        name=name,
        says=f"4.9 {says}",
        ends=(Name.REDIRECT, Name.EXCHANGE_REFUSED),
        says_code=code,
        ledger=_APPROVED,
        **how,
    )


def _signed_up(name: str, says: str, ledger: Mapping[str, int] = _ALL, **how: Any) -> Scenario:
    return Scenario(name=name, says=says, ends=(Name.REDIRECT, Name.SIGNED_UP), ledger=ledger, **how)


def _knob(name: str, **values: Any) -> Json:
    return {"knob": name, **values}


def _fault(endpoint: str, kind: str, **values: Any) -> Json:
    return {"endpoint": endpoint, "kind": kind, **values}


_EXISTING: dict[str, Any] = {"person": CHILD}
_FOREIGN_REDIRECT = json.dumps(
    {"meta": {"code": 201}, "data": {}, "urgent": {"redirect_uri": "https://evil.example/callback?code=c3RvbGVu"}}
)

SCENARIOS: tuple[Scenario, ...] = (
    _signed_up("main", "4.1 – 4.9 from the form of the PIS to stored tokens"),
    # 4.2
    _refused_params("no-client-id", "client_id is missing", "client_id_missing", _without("client_id")),
    _refused_params("no-redirect-uri", "redirect_uri is missing", "redirect_uri_missing", _without("redirect_uri")),
    _refused_params("no-scope", "scope is missing", "scope_missing", _without("scope")),
    _refused_params("no-user-data", "user_data is missing", "user_data_empty", _without("user_data")),
    _refused_params("no-token", "token is missing", "token_missing", _without("token")),
    _refused_params(
        "unsafe-redirect-uri",
        "redirect_uri could lead elsewhere",
        "redirect_uri_unsafe",
        _with("redirect_uri", "https%3A%2F%2Fpis.example.ua%40evil.example%2Fcallback"),
    ),
    _refused_params(
        "doubled-parameter", "a parameter comes twice", "link.doubled", lambda url: f"{url}&client_id=another"
    ),
    # 4.3
    _refused_validation(
        "invalid-token", "the confidant's token is not valid", "session_expired", token="bm90LWEtdG9rZW4="
    ),
    _refused_validation(
        "missing-scope",
        "the token may not sign up",
        knobs={START: (_knob("take_scope", scope="confidant_person:sign_up"),)},
    ),
    _refused_validation("not-base64", "the content is not base64", browser=_with("user_data", "%2A%2A%2A")),
    _refused_validation("bad-signature", "the signature does not verify", container=_flipped),
    _refused_validation(
        "two-signatures",
        "the content is signed twice",
        knobs={START: (_knob("override_signature", signatures=2),)},
    ),
    _refused_validation("not-json", "the signed content is not JSON", content=lambda _: b"no JSON"),
    _refused_validation(
        "old-signature",
        "the signature is too old",
        "signature_expired",
        knobs={START: (_knob("override_signature", age_minutes=61),)},
    ),
    _refused_validation("another-signer", "somebody else signed", "signer_not_authenticated", signer="stranger"),
    _refused_validation(
        "incomplete-person", "a field of the person is missing", "property_missing", content=_person(first_name=None)
    ),
    _refused_validation(
        "another-confidant",
        "the confidant is not the signer",
        "confidant_is_not_signer",
        content=_person(
            confidant_person=CHILD["confidant_person"] | {"person_id": "9c0d1e2f-3a4b-4c5d-8e6f-7a8b9c0d1e2f"},
            authentication_methods=None,
        ),
    ),
    _refused_validation(
        "patient-not-signed", "patient_signed is false", "patient_signed_false", content=_edited(patient_signed=False)
    ),
    _refused_validation(
        "no-disclosure-consent",
        "the consent to process data is false",
        "disclosure_consent_false",
        content=_edited(process_disclosure_data_consent=False),
    ),
    _refused_validation(
        "tax-id-exists",
        "a user with this tax id exists",
        "tax_id_exists",
        knobs={START: (_knob("add_person", **_EXISTING, relationship="approved", user="active"),)},
    ),
    _signed_up(
        "validation-unavailable",
        "4.3 ЕСОЗ does not answer the validation until the user asks again",
        faults=(_fault("validate", "status", status=503, envelope=False, times=ATTEMPTS),),
        acts={Name.VALIDATION_UNAVAILABLE: (Retry(),)},
    ),
    # 4.4
    Scenario(
        name="decline",
        says="4.4 the user declines and returns to the PIS",
        acts={Name.CONFIRM: (Decline(),)},
        ends=(Name.DECLINE_REDIRECT, Name.RETURNED_ERROR),
        says_code="returned.access_denied",
        ledger=_NOTHING,
    ),
    Scenario(
        name="decline-unknown-redirect",
        says="4.4 the user declines; the redirect URI is not known, so nobody is sent there",
        acts={Name.CONFIRM: (Decline(),)},
        redirect_known=False,
        ends=(Name.DECLINED, Name.HAND_OVER),
        says_code="nothing_done",
        ledger=_NOTHING,
    ),
    # 4.5
    _refused_register(
        "jwt-expired",
        "the page was open for too long",
        "jwt_expired",
        knobs={Name.CONFIRM: (_knob("expire", what="jwt"),)},
    ),
    _refused_register(
        "ambiguous-person",
        "the registry holds two such persons",
        "person_ambiguous",
        knobs={START: (_knob("add_person", **_EXISTING, copies=2),)},
    ),
    _refused_register(
        "relationship-not-approved",
        "the relationship is not approved yet",
        knobs={START: (_knob("add_person", **_EXISTING, relationship="unapproved"),)},
    ),
    _refused_register(
        "confidant-has-confidant",
        "the confidant has a confidant",
        knobs={START: (_knob("give_confidant_a_confidant"),)},
    ),
    _refused_register(
        "user-blocked",
        "the patient's user is blocked",
        "user_blocked",
        knobs={Name.CONFIRM: (_knob("add_person", **_EXISTING, relationship="approved", user="blocked"),)},
    ),
    _refused_register(
        "person-not-found",
        "the patient's user belongs to no person",
        knobs={Name.CONFIRM: (_knob("add_person", **_EXISTING, relationship="approved", user="orphan"),)},
    ),
    _refused_register(
        "tax-id-taken",
        "another person's user has this tax id",
        "tax_id_exists",
        knobs={Name.CONFIRM: (_knob("add_person", **_EXISTING, copies=0, user="foreign"),)},
    ),
    _refused_register(
        "media-storage-broken",
        "the signed content cannot be stored",
        knobs={Name.CONFIRM: (_knob("break_media_storage"),)},
    ),
    Scenario(
        name="register-answer-lost",
        says="4.5 the patient was registered, but the answer is lost; the user leaves",
        faults=(_fault("register", "drop", after_effect=True),),
        acts={Name.REGISTER_UNKNOWN: (Leave(),)},
        ends=(Name.LEFT_UNKNOWN, Name.HAND_OVER),
        says_code="register_unknown",
        ledger=_REGISTERED,
    ),
    Scenario(
        name="register-gateway-failed",
        says="4.5 a gateway failed on the way; the user leaves",
        faults=(_fault("register", "status", status=502, envelope=False),),
        acts={Name.REGISTER_UNKNOWN: (Leave(),)},
        ends=(Name.LEFT_UNKNOWN, Name.HAND_OVER),
        says_code="register_unknown",
        ledger=_NOTHING,
    ),
    _signed_up(
        "register-asked-again",
        "4.5 the answer is lost; the user, who knows it, asks again",
        faults=(_fault("register", "drop", after_effect=False),),
        acts={Name.REGISTER_UNKNOWN: (RegisterAgain(),)},
    ),
    # 4.6
    _signed_up("scopes-from-roles", "4.6 a blank scope: the user's roles say what to approve", scope=" "),
    _signed_up(
        "no-translations",
        "4.6 without the dictionary the scopes are shown by their codes",
        faults=(_fault("dictionaries", "status", status=404),),
    ),
    _signed_up(
        "consent-unavailable",
        "4.6 the client cannot be read until the user asks again",
        faults=(_fault("client_details", "status", status=500),),
        acts={Name.CONSENT_UNAVAILABLE: (Retry(),)},
    ),
    Scenario(
        name="client-not-found",
        says="4.6 the client is not known",
        faults=(_fault("client_details", "status", status=404),),
        ends=(Name.CLIENT_REFUSED, Name.HAND_OVER),
        says_code="client_not_found",
        ledger=_REGISTERED,
    ),
    Scenario(
        name="decline-consent",
        says="4.6 the user declines the scopes",
        acts={Name.CONSENT: (Decline(),)},
        ends=(Name.DECLINE_REDIRECT, Name.RETURNED_ERROR),
        says_code="returned.access_denied",
        ledger=_REGISTERED,
    ),
    # 4.7
    _signed_up(
        "approval-refused-then-accepted",
        "4.7 the approval is refused; the same page says so, and the second attempt succeeds",
        faults=(
            _fault(
                "approve",
                "status",
                status=422,
                type="request_malformed",
                message="Scope is not allowed by client type.",
            ),
        ),
        acts={Name.CONSENT: (Accept(), Accept())},
    ),
    _signed_up(
        "approval-answer-lost",
        "4.7 the answer is lost; the user accepts again and unused codes expire",
        {"register": 1, "approve": 2, "exchange": 1},
        faults=(_fault("approve", "drop", after_effect=True),),
        acts={Name.CONSENT: (Accept(), Accept())},
    ),
    Scenario(
        name="client-blocked",
        says="4.7 the client is blocked; the user declines",
        knobs={Name.CONSENT: (_knob("block_client"),)},
        acts={Name.CONSENT: (Accept(), Decline())},
        ends=(Name.DECLINE_REDIRECT, Name.RETURNED_ERROR),
        ledger=_REGISTERED,
    ),
    Scenario(
        name="redirect-uri-not-registered",
        says="4.7 the redirect URI is not registered; the user declines",
        redirect_registered=False,
        redirect_known=False,
        acts={Name.CONSENT: (Accept(), Decline())},
        ends=(Name.DECLINED, Name.HAND_OVER),
        says_code="registered_not_approved",
        ledger=_REGISTERED,
    ),
    Scenario(
        name="foreign-redirect",
        says="4.8 the approval answers with somebody else's URI",
        faults=(_fault("approve", "status", status=201, body=_FOREIGN_REDIRECT),),
        ends=(Name.REDIRECT_REFUSED, Name.HAND_OVER),
        says_code="redirect_foreign",
        ledger=_REGISTERED,
    ),
    Scenario(
        name="state-tampered",
        says="4.8 the browser brings another state back",
        browser=lambda url: _with("state", "another")(url) if "code=" in url else url,
        ends=(Name.REDIRECT, Name.HAND_OVER),
        refusal="state_mismatch",
        ledger=_APPROVED,
    ),
    # 4.9
    _refused_exchange("expired-code", "the code expired", knobs={CALLBACK: (_knob("expire", what="code"),)}),
    _refused_exchange("wrong-secret", "the client secret is wrong", secret="not-the-secret"),
    _refused_exchange("unknown-code", "the code is not known", browser=_with("code", "dW5rbm93bg%3D%3D")),
    _refused_exchange("approval-revoked", "the approval was revoked", knobs={CALLBACK: (_knob("revoke_approvals"),)}),
    Scenario(
        name="exchange-answer-lost",
        says="4.9 the answer is lost: the code is spent, the tokens are not known",
        faults=(_fault("exchange", "drop", after_effect=True),),
        ends=(Name.REDIRECT, Name.EXCHANGE_UNKNOWN),
        says_code="exchange_unknown",
        ledger=_ALL,
    ),
    _signed_up(
        "tokens-unsaved",
        "4.9 the back-end of the PIS cannot keep the tokens until the user asks again",
        vault_failures=1,
        acts={Name.TOKENS_UNSAVED: (Retry(),)},
    ),
)

BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
DEFAULT_ACTS: Mapping[str, Event] = {Name.CONFIRM: Confirm(), Name.CONSENT: Accept()}
"""What a user does on a page who simply goes on."""
