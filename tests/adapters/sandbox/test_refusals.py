"""Every documented refusal of the four calls, provoked over HTTP: status, type, text, entry."""

from __future__ import annotations

import base64
import copy

import jwt as jwts
import pytest

from esozflow.adapters.sandbox import Esoz, Request, Seed, SeedConfidant
from esozflow.adapters.sandbox.applicant import is_signer
from esozflow.adapters.sandbox.content import Signature, SignedContent
from esozflow.adapters.sandbox.registry import Person

NO_BEARER = (401, "access_denied", "Authorization header is not set or doesn't contain Bearer token", None)
BAD_BEARER = (401, "access_denied", "Invalid access token", None)
UNAUTHORIZED = (401, "access_denied", "Unauthorized", None)
MALFORMED = (400, "request_malformed", "Malformed request. Probably, you have sent corrupted JSON.", None)
WRONG_REDIRECT = "The redirection URI provided does not match a pre-registered value."


def lacking(scope):
    text = f"Your scope does not allow to access this resource. Missing allowances: {scope}"
    return (403, "forbidden", text, None)


def invalid(text, entry):
    return (422, "validation_failed", text, entry)


def denied(text, kind="access_denied", status=401):
    return (status, kind, text, None)


def after(*knobs):
    """Turn knobs, then validate."""

    def act(driver):
        driver.knobs(*knobs)
        return driver.validate()

    return act


def content(change):
    def act(driver, call="validate"):
        from_example = copy.deepcopy(driver.example)
        change(from_example)
        return getattr(driver, call)(from_example)

    return act


def fields(**body):
    """Validate with a body of its own; None takes a field away."""

    def act(driver):
        sent = {name: value for name, value in {**driver.body(), **body}.items() if value is not ...}
        return driver.post("/api/pis/confidant/sign-up_validation", sent, bearer=driver.confidant.access_token)

    return act


def other_confidant(found):
    found["person"]["confidant_person"]["person_id"] = "5e1d8c2a-3b4f-4c6d-9a7e-1f2b3c4d5e60"
    del found["person"]["authentication_methods"]


VALIDATION = {
    "V1 without a header": (lambda d: d.validate(bearer=None), NO_BEARER),
    "V1 another scheme": (lambda d: d.validate(bearer=None, headers={"Authorization": "Basic abc"}), NO_BEARER),
    "V1 unknown token": (lambda d: d.validate(bearer="bm9ib2R5"), BAD_BEARER),
    "V1 expired token": (after({"knob": "expire", "what": "access"}), BAD_BEARER),
    "V1 blocked user": (after({"knob": "block_user"}), BAD_BEARER),
    "V1 blocked client": (after({"knob": "block_client"}), BAD_BEARER),
    "V1 user without a person": (after({"knob": "forget_person"}), BAD_BEARER),
    "V2 missing scope": (
        after({"knob": "take_scope", "scope": "confidant_person:sign_up"}),
        lacking("confidant_person:sign_up"),
    ),
    "V3 no content": (
        fields(signed_content=...),
        invalid("required property signed_content was not present", "$.signed_content"),
    ),
    "V3 no encoding": (
        fields(signed_content_encoding=...),
        invalid("required property signed_content_encoding was not present", "$.signed_content_encoding"),
    ),
    "V3 a number for content": (
        fields(signed_content=5),
        invalid("type mismatch. Expected string but got integer", "$.signed_content"),
    ),
    "V4 not base64": (fields(signed_content="?"), invalid("Invalid signed content", "$.signed_content")),
    "V4 no padding": (fields(signed_content="YQ"), invalid("Invalid signed content", "$.signed_content")),
    "V4 URL-safe letters": (fields(signed_content="-_-_"), invalid("Invalid signed content", "$.signed_content")),
    "V4 a space for a plus": (fields(signed_content="a bc"), invalid("Invalid signed content", "$.signed_content")),
    "V5 another encoding": (
        fields(signed_content_encoding="hex"),
        invalid("is invalid", "$.signed_content_encoding"),
    ),
    "V6 invalid signature": (
        after({"knob": "override_signature", "message": "Invalid signature"}),
        denied("Invalid signature", "request_malformed", 400),
    ),
    "V7 two signatures": (
        after({"knob": "override_signature", "signatures": 2}),
        denied(
            "document must contain 1 signature and 0 stamps but contains 2 signatures and 0 stamps",
            "request_malformed",
            400,
        ),
    ),
    "V7 a stamp": (
        after({"knob": "override_signature", "stamps": 1}),
        denied(
            "document must contain 1 signature and 0 stamps but contains 1 signature and 1 stamp",
            "request_malformed",
            400,
        ),
    ),
    "V8 not JSON": (
        fields(signed_content=base64.b64encode(b"{").decode()),
        invalid("Malformed encoded content. Probably, you have encoded corrupted JSON.", "$.signed_content"),
    ),
    "V8 a lone surrogate": (
        fields(signed_content=base64.b64encode(b'"\\ud800"').decode()),
        invalid("Malformed encoded content. Probably, you have encoded corrupted JSON.", "$.signed_content"),
    ),
    "V8 nested ten thousand deep": (
        fields(signed_content=base64.b64encode(b"[" * 10_000 + b"]" * 10_000).decode()),
        invalid("Malformed encoded content. Probably, you have encoded corrupted JSON.", "$.signed_content"),
    ),
    "V9 old signature": (
        after({"knob": "override_signature", "age_minutes": 60}),
        denied("Digital signature timestamp is expired"),
    ),
    "V10 another signer": (
        lambda d: d.validate(headers={"drfo": "1234567890"}),
        denied("Unable to authenticate signer"),
    ),
    "V10 a signer without a number": (
        lambda d: d.validate(headers={"drfo": ""}),
        denied("Unable to authenticate signer"),
    ),
    "V11 schema": (
        content(lambda c: c["person"].pop("gender")),
        invalid("required property gender was not present", "$.person.gender"),
    ),
    "V11 business rule": (
        content(lambda c: c["person"].update(unzr="20150706-00011")),
        invalid("Birthdate or unzr is not correct", "$.person.unzr"),
    ),
    "V12 another confidant": (
        content(other_confidant),
        invalid("Confidant person and signer must be the same", "$.person.confidant_person.person_id"),
    ),
    "V13 not signed by the patient": (
        content(lambda c: c.update(patient_signed=False)),
        invalid("expected true but got false for attribute patient_signed", "$.patient_signed"),
    ),
    "V14 no consent": (
        content(lambda c: c.update(process_disclosure_data_consent=False)),
        invalid(
            "expected true but got false for attribute process_disclosure_data_consent",
            "$.process_disclosure_data_consent",
        ),
    ),
    "V15 tax id taken": (
        content(lambda c: c["person"].update(tax_id="3221302486")),
        denied("User with such tax_id already exists", "conflict", 409),
    ),
}


@pytest.mark.parametrize("row", VALIDATION)
def test_validation_refuses_as_documented(driver, example, refusal, row):
    driver.example = example
    act, expected = VALIDATION[row]
    assert refusal(act(driver)) == expected
    assert driver.counts()["validate"] == 0


def test_validation_checks_in_the_documented_order(driver, refusal):
    """Everything is wrong at once; one thing after the other is put right."""
    sent = {"signed_content": 5}
    path = "/api/pis/confidant/sign-up_validation"
    assert refusal(driver.post(path, sent)) == NO_BEARER
    token = driver.confidant.access_token
    answer = driver.post(path, sent, bearer=token)
    assert [item["rules"][0]["rule"] for item in answer.json()["error"]["invalid"]] == ["required", "cast"]
    sent = {"signed_content": "?", "signed_content_encoding": "hex"}
    assert refusal(driver.post(path, sent, bearer=token))[2] == "Invalid signed content"
    sent["signed_content"] = base64.b64encode(b"{").decode()
    assert refusal(driver.post(path, sent, bearer=token))[2] == "is invalid"
    sent["signed_content_encoding"] = "base64"
    driver.knobs({"knob": "override_signature", "signatures": 2, "age_minutes": 60})
    assert refusal(driver.post(path, sent, bearer=token))[0] == 400
    driver.knobs({"knob": "override_signature", "age_minutes": 60})
    assert refusal(driver.post(path, sent, bearer=token))[2].startswith("Malformed encoded content.")
    sent["signed_content"] = base64.b64encode(b"{}").decode()
    assert refusal(driver.post(path, sent, bearer=token))[2] == "Digital signature timestamp is expired"
    driver.knobs({"knob": "override_signature"})
    stranger = {"drfo": "1234567890"}
    assert refusal(driver.post(path, sent, bearer=token, headers=stranger))[2] == "Unable to authenticate signer"
    assert refusal(driver.post(path, sent, bearer=token))[2] == "required property person was not present"


@pytest.mark.parametrize(
    ("drfo", "accepted"),
    [
        ("3221302486", True),
        ("32213 02486", True),
        ("123456789", True),
        ("AV654321", True),
        ("av654321", True),
        ("AB654321", False),
        ("987654321", False),
        ("3221302487", False),
    ],
)
def test_a_signer_is_known_by_tax_id_id_card_or_transliterated_passport(sandbox, drfo, accepted):
    driver = sandbox(seed=Seed(confidant=SeedConfidant(passport="АВ654321", national_id="123456789")))
    assert (driver.validate(headers={"drfo": drfo}).status_code == 200) is accepted


@pytest.mark.parametrize(("drfo", "accepted"), [("АВ654321", True), ("ЫЫ654321", False), ("АВ65432", False)])
def test_a_passport_in_cyrillic_needs_no_transliteration(drfo, accepted):
    documents = [{"type": "PASSPORT", "number": number} for number in ("АВ654321", "ЫЫ654321", "АВ65432")]
    assert is_signer(Person(id="1", fields={"documents": documents}), drfo) is accepted


def test_a_verifier_of_ones_own_may_report_an_invalid_signature():
    class Doubting:
        def open(self, signed_content, headers, now):
            return SignedContent(content=b"{}", signatures=(Signature(is_valid=False),))

    esoz = Esoz(signatures=Doubting())
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {esoz.seed.confidant.access_token}"}
    body = b'{"signed_content": "e30=", "signed_content_encoding": "base64"}'
    response = esoz.handle(Request("POST", "/api/pis/confidant/sign-up_validation", {}, headers, body))
    assert (response.status, response.json()["error"]["message"]) == (400, "Invalid signature")


def test_the_type_of_a_conflict_is_a_setting(sandbox, example, refusal):
    driver = sandbox(conflict_type="request_conflict")
    example["person"]["tax_id"] = driver.confidant.tax_id
    assert refusal(driver.validate(example))[:2] == (409, "request_conflict")


def between(*knobs, **more):
    """Validate, turn knobs, register."""

    def act(driver):
        jwt = driver.jwt()
        driver.knobs(*knobs)
        return driver.register(jwt=jwt, **more)

    return act


def person(**more):
    def act(driver):
        jwt = driver.jwt()
        driver.knobs({"knob": "add_person", "person": driver.example["person"], **more})
        return driver.register(jwt=jwt)

    return act


def register_fields(**body):
    def act(driver):
        sent = {name: value for name, value in {**driver.body(), **body}.items() if value is not ...}
        return driver.post("/api/pis/confidant/register", sent)

    return act


def jwt_of_other_content(driver):
    jwt = driver.jwt()
    other = copy.deepcopy(driver.example)
    other["person"]["apartment"] = "24"
    return driver.register(other, jwt=jwt)


def damaged_jwt(driver):
    return driver.register(jwt=driver.jwt()[:-2] + "AA", auth="none")


def jwt_signed_by_another(driver):
    claims = jwts.decode(driver.jwt(), options={"verify_signature": False})
    return driver.register(jwt=jwts.encode(claims, b"x" * 64, algorithm="HS512"))


def two_jwts(driver):
    return driver.post("/api/pis/confidant/register", driver.body(jwt=driver.jwt()), bearer=driver.jwt())


def content_changed_since(change):
    """The jwt is for the changed content, made while the check was not yet broken."""

    def act(driver):
        changed = copy.deepcopy(driver.example)
        change(changed)
        text = driver.signed(changed)
        jwt = driver.esoz._backend.jwts.issue(text, driver.confidant.person_id, driver.clock(), 10)
        return driver.register(text, jwt=jwt)

    return act


REGISTRATION = {
    "R1 unknown token": (
        lambda d: d.post("/api/pis/confidant/register", d.body(jwt=d.jwt()), bearer="bm9ib2R5"),
        BAD_BEARER,
    ),
    "R1 missing scope": (
        between({"knob": "take_scope", "scope": "confidant_person:sign_up"}, auth="token_header"),
        lacking("confidant_person:sign_up"),
    ),
    "R2 no content": (
        register_fields(signed_content=..., jwt="x"),
        invalid("required property signed_content was not present", "$.signed_content"),
    ),
    "R2 no jwt": (register_fields(), invalid("required property jwt was not present", "$.jwt")),
    "R2 not base64": (
        register_fields(signed_content="?", jwt="x"),
        invalid("Invalid signed content", "$.signed_content"),
    ),
    "R2 signature": (
        between({"knob": "override_signature", "message": "Invalid signature"}),
        denied("Invalid signature", "request_malformed", 400),
    ),
    "R2 age of the signature": (
        between({"knob": "override_signature", "age_minutes": 61}),
        denied("Digital signature timestamp is expired"),
    ),
    "R3 another signer": (
        lambda d: d.register(headers={"drfo": "1234567890"}),
        denied("Unable to authenticate signer"),
    ),
    "R4 not a jwt": (lambda d: d.register(jwt="x", auth="none"), UNAUTHORIZED),
    "R4 damaged jwt": (damaged_jwt, UNAUTHORIZED),
    "R4 jwt of another": (jwt_signed_by_another, UNAUTHORIZED),
    "R4 expired jwt": (between({"knob": "expire", "what": "jwt"}), UNAUTHORIZED),
    "R4 jwt of other content": (jwt_of_other_content, UNAUTHORIZED),
    "R4 two different jwts": (two_jwts, UNAUTHORIZED),
    "R4 the person of the jwt is gone": (between({"knob": "forget_person"}), UNAUTHORIZED),
    "R4 the user of the jwt is blocked": (between({"knob": "block_user"}), UNAUTHORIZED),
    "R5 person data": (
        content_changed_since(lambda c: c["person"].update(unzr="20150706-00011")),
        invalid("Birthdate or unzr is not correct", "$.person.unzr"),
    ),
    "R5 consent": (
        content_changed_since(lambda c: c.update(patient_signed=False)),
        invalid("expected true but got false for attribute patient_signed", "$.patient_signed"),
    ),
    "R6 two equal persons": (person(copies=2), denied("It is impossible to uniquely identify the person.")),
    "R7 relationship not approved": (
        person(relationship="unapproved"),
        denied("Relationship is not approved yet", "request_conflict", 409),
    ),
    "R8 confidant with a confidant": (
        between({"knob": "give_confidant_a_confidant"}),
        invalid(
            "Patient who has confidant person can not be used as confidant for other patients",
            "$.person.confidant_person",
        ),
    ),
    "R9 user blocked": (person(user="blocked"), denied("User is blocked.")),
    "R10 user without a person": (person(copies=0, user="orphan"), denied("Person not found.")),
    "R11 tax id taken": (
        person(copies=0, user="foreign"),
        denied("User with such tax_id already exists", "conflict", 409),
    ),
    "R12 media storage": (
        between({"knob": "break_media_storage"}),
        denied("Failed to save signed content", "internal_error", 502),
    ),
}


@pytest.mark.parametrize("row", REGISTRATION)
def test_registration_refuses_as_documented_and_writes_nothing(driver, example, refusal, row):
    driver.example = example
    act, expected = REGISTRATION[row]
    assert refusal(act(driver)) == expected
    assert driver.counts()["register"] == 0


def test_strict_registration_refuses_an_existing_relationship(sandbox, refusal):
    driver = sandbox(strict_register=True)
    jwt = driver.jwt()
    assert driver.register(jwt=jwt).status_code == 201
    text = "Relationship between confidant patient and related patient already exists"
    assert refusal(driver.register(jwt=jwt)) == invalid(text, "$.person.confidant_person")
    assert driver.counts()["register"] == 1


def test_a_wrong_otp_is_refused_until_the_attempts_are_used_up(sandbox, refusal):
    driver = sandbox(otp_required=True, otp_code="4321")
    jwt = driver.jwt()
    assert refusal(driver.register(jwt=jwt)) == invalid("required property otp was not present", "$.otp")
    wrong = denied("Invalid verification code", "forbidden", 403)
    for _ in range(3):
        assert refusal(driver.register(jwt=jwt, fields={"otp": 1})) == wrong
    used_up = denied("Maximum attempts exceed", "forbidden", 403)
    assert refusal(driver.register(jwt=jwt, fields={"otp": 4321})) == used_up
    assert driver.counts()["register"] == 0
    assert driver.register(fields={"otp": 4321}).status_code == 201


def test_an_otp_expires(sandbox, refusal):
    driver = sandbox(otp_required=True, otp_ttl_seconds=60)
    jwt = driver.jwt()
    driver.clock.advance(seconds=60)
    expired = denied("Verification code expired", "forbidden", 403)
    assert refusal(driver.register(jwt=jwt, fields={"otp": 1234})) == expired


def test_an_otp_nobody_asked_for_is_ignored(driver):
    assert driver.register(fields={"otp": "nonsense"}).status_code == 201


def approve_after(*knobs, **app):
    def act(driver):
        session = driver.session()
        driver.knobs(*knobs)
        return driver.approve(session, **app)

    return act


def on_patient(knob):
    def act(driver):
        registered = driver.register().json()["data"]
        driver.knobs({"knob": knob, "user_id": registered["user"]["id"]})
        return driver.approve(registered["access_token"])

    return act


AUTHORIZATION = {
    "A0 no app": (lambda d: d.post("/oauth/apps/authorize", {}), MALFORMED),
    "A0 app is a list": (lambda d: d.post("/oauth/apps/authorize", {"app": []}), MALFORMED),
    "A0 not JSON": (
        lambda d: d.call("POST", "/oauth/apps/authorize", data=b"{", headers={"Content-Type": "application/json"}),
        MALFORMED,
    ),
    "A1 no token": (lambda d: d.post("/oauth/apps/authorize", {"app": {}}), NO_BEARER),
    "A1 unknown token": (lambda d: d.approve("bm9ib2R5"), BAD_BEARER),
    "A1 expired token": (approve_after({"knob": "expire", "what": "session"}), BAD_BEARER),
    "A1 missing scope": (lambda d: d.approve(d.confidant.access_token), lacking("app:authorize")),
    "A2 no client": (lambda d: d.approve(drop=["client_id"]), invalid("can't be blank", "$.client_id")),
    "A2 no redirect": (lambda d: d.approve(drop=["redirect_uri"]), invalid("can't be blank", "$.redirect_uri")),
    "A2 client is no UUID": (lambda d: d.approve(client_id="x"), invalid("is invalid", "$.client_id")),
    "A2 redirect is a number": (lambda d: d.approve(redirect_uri=5), invalid("is invalid", "$.redirect_uri")),
    "A2 scope is a list": (lambda d: d.approve(scope=["x"]), invalid("is invalid", "$.scope")),
    "A3 unknown client": (
        lambda d: d.approve(client_id="00000000-0000-4000-8000-000000000000"),
        denied("Invalid client id."),
    ),
    "A4 client blocked": (approve_after({"knob": "block_client"}), denied("Client is blocked.")),
    "A5 user gone": (on_patient("forget_user"), denied("User not found.")),
    "A5 user blocked": (on_patient("block_user"), denied("User blocked.", "user_blocked")),
    "A6 foreign redirect": (lambda d: d.approve(redirect_uri="https://evil.example/"), denied(WRONG_REDIRECT)),
    "A6 longer host": (
        lambda d: d.approve(redirect_uri="https://pis.example.ua/oauth/callback.evil.example/"),
        denied(WRONG_REDIRECT),
    ),
    "A6 not at the beginning": (
        lambda d: d.approve(redirect_uri="https://evil.example/?https://pis.example.ua/oauth/callback"),
        denied(WRONG_REDIRECT),
    ),
    "A6 a second line": (
        lambda d: d.approve(redirect_uri="https://pis.example.ua/oauth/callback?\nx"),
        denied(WRONG_REDIRECT),
    ),
    "A7 no scope": (
        lambda d: d.approve(drop=["scope"]),
        denied(
            "Requested scope is empty. Scope not passed or user has no roles or global roles.",
            "request_malformed",
            422,
        ),
    ),
    "A7 blank scope": (
        lambda d: d.approve(scope="  "),
        denied(
            "Requested scope is empty. Scope not passed or user has no roles or global roles.",
            "request_malformed",
            422,
        ),
    ),
    "A8 scope beyond the client type": (
        lambda d: d.approve(scope="app:read_pis employee:write"),
        denied("Scope is not allowed by client type.", "request_malformed", 422),
    ),
    "A9 scope beyond the role": (
        lambda d: d.approve(scope="app:read_pis profile:read"),
        denied("User requested scope that is not allowed by role based access policies.", "request_malformed", 422),
    ),
}


@pytest.mark.parametrize("row", AUTHORIZATION)
def test_authorization_refuses_as_documented_and_mints_nothing(driver, refusal, row):
    act, expected = AUTHORIZATION[row]
    assert refusal(act(driver)) == expected
    assert driver.counts()["approve"] == 0


def test_newer_versions_approve_nothing_while_the_relationship_is_not_approved(sandbox, refusal):
    driver = sandbox(check_relationship_on_approval=True)
    session = driver.session()
    expected = denied("Relationship is not approved yet", "request_conflict", 409)
    assert refusal(driver.approve(session)) == expected
    driver.knobs({"knob": "set_relationships", "approved": True})
    assert driver.approve(session).status_code == 201


def exchange_after(*knobs):
    def act(driver):
        code = driver.code()
        driver.knobs(*knobs)
        return driver.exchange(code)

    return act


def used_code(driver):
    code = driver.code()
    assert driver.exchange(code).status_code == 201
    return driver.exchange(code)


def code_of_another_client(driver):
    return driver.exchange(client_id=driver.other.id, client_secret=driver.other.secret)


EXCHANGE = {
    "T1 no grant type": (
        lambda d: d.exchange("x", drop=["grant_type"]),
        denied("Request must include grant_type.", "request_malformed", 422),
    ),
    "T2 grant type": (
        lambda d: d.exchange("x", grant_type="password"),
        denied("Grant type not allowed.", "invalid_grant"),
    ),
    "T2 grant type is a list": (
        lambda d: d.exchange("x", grant_type=["authorization_code"]),
        denied("Grant type not allowed.", "invalid_grant"),
    ),
    **{
        f"T3 no {name}": (
            lambda d, name=name: d.exchange("x", drop=[name]),
            invalid("can't be blank", f"$.{name}"),
        )
        for name in ("client_id", "client_secret", "code", "redirect_uri")
    },
    "T4 unknown client": (
        lambda d: d.exchange("x", client_id="x"),
        denied("Invalid client id or secret.", "invalid_client"),
    ),
    "T4 wrong secret": (
        lambda d: d.exchange("x", client_secret="інший"),
        denied("Invalid client id or secret.", "invalid_client"),
    ),
    "T5 unknown code": (lambda d: d.exchange("x"), denied("Token not found.", "token_not_found")),
    "T5 a session for a code": (
        lambda d: d.exchange(d.session()),
        denied("Token not found.", "token_not_found"),
    ),
    "T6 code of another client": (
        code_of_another_client,
        denied("Token not found or expired.", "invalid_grant"),
    ),
    "T7 expired code": (exchange_after({"knob": "expire", "what": "code"}), denied("Token expired.", "token_expired")),
    "T8 another redirect": (
        lambda d: d.exchange(redirect_uri="https://pis.example.ua/oauth/callback/"),
        denied(WRONG_REDIRECT, "invalid_client"),
    ),
    "T9 approval revoked": (
        exchange_after({"knob": "revoke_approvals"}),
        denied("Resource owner revoked access for the client."),
    ),
    "T11 no token object": (lambda d: d.post("/oauth/tokens", {"grant_type": "x"}), MALFORMED),
    "T11 an empty body": (
        lambda d: d.call("POST", "/oauth/tokens", headers={"Content-Type": "application/json"}),
        MALFORMED,
    ),
}


@pytest.mark.parametrize("row", EXCHANGE)
def test_exchange_refuses_as_documented_and_mints_nothing(driver, refusal, row):
    act, expected = EXCHANGE[row]
    assert refusal(act(driver)) == expected
    assert driver.counts()["exchange"] == 0


def test_a_code_is_exchanged_once(driver, refusal):
    assert refusal(used_code(driver)) == denied("Token has already been used.")
    assert driver.counts()["exchange"] == 1


def test_an_expired_code_is_told_before_a_used_one_and_a_revoked_approval_too(driver, refusal):
    code = driver.code()
    driver.exchange(code)
    driver.knobs({"knob": "revoke_approvals"})
    assert refusal(driver.exchange(code))[2] == "Resource owner revoked access for the client."
    wrong = refusal(driver.exchange(code, redirect_uri="https://pis.example.ua/"))
    assert wrong[2] == WRONG_REDIRECT
    driver.knobs({"knob": "expire", "what": "code"})
    assert refusal(driver.exchange(code))[2] == "Token expired."


@pytest.mark.parametrize(
    ("knob", "expected"),
    [
        ({"knob": "expire", "what": "refresh"}, denied("Token expired.", "token_expired")),
        ({"knob": "revoke_approvals"}, denied("Resource owner revoked access for the client.")),
    ],
)
def test_a_refresh_is_refused_as_documented(driver, refusal, knob, expected):
    refresh_token = driver.tokens()["details"]["refresh_token"]
    driver.knobs(knob)
    assert refusal(driver.refresh(refresh_token)) == expected
    assert driver.counts()["refresh"] == 0


def test_a_refresh_token_belongs_to_its_client_and_is_no_code(driver, refusal):
    refresh_token = driver.tokens()["details"]["refresh_token"]
    other = driver.refresh(refresh_token, client_id=driver.other.id, client_secret=driver.other.secret)
    assert refusal(other) == denied("Token not found or expired.", "invalid_grant")
    assert refusal(driver.exchange(refresh_token)) == denied("Token not found.", "token_not_found")
    assert refusal(driver.refresh("")) == invalid("can't be blank", "$.refresh_token")
