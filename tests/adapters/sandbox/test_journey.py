"""What succeeds: the whole sign-up, its answers, its side effects."""

from __future__ import annotations

import random

import jwt as jwts
import pytest

from esozflow.adapters.sandbox import Seed, SeedConfidant
from esozflow.flow import UsageError


@pytest.mark.parametrize("auth", ["jwt_header", "token_header", "none"])
def test_the_whole_sign_up_leaves_one_effect_of_each_kind(driver, auth):
    jwt = driver.jwt()
    registered = driver.register(jwt=jwt, auth=auth)
    assert registered.status_code == 201
    code = driver.approve(registered.json()["data"]["access_token"]).json()["data"]["value"]
    assert driver.exchange(code).status_code == 201
    assert driver.counts() == {"validate": 1, "register": 1, "approve": 1, "exchange": 1, "refresh": 0, "logout": 0}
    kinds = [record.kind for record in driver.esoz.ledger.records]
    assert kinds == ["validate", "register", "approve", "exchange"]
    assert driver.esoz.ledger.count("register") == 1


def test_the_seed_text_alone_registers_with_the_jwt_only_in_the_header(driver):
    answer = driver.post("/api/pis/confidant/register", driver.body(), bearer=driver.jwt())
    assert answer.status_code == 201


def test_validation_answers_with_the_person_the_confidants_name_and_a_jwt(driver, example):
    answer = driver.validate()
    data = answer.json()["data"]
    assert answer.status_code == 200
    assert set(data) == {"person", "token"}
    confidant = data["person"].pop("confidant_person")
    submitted = example["person"].pop("confidant_person")
    assert data["person"] == example["person"]
    names = {"first_name": "Олена", "last_name": "Садова", "second_name": "Петрівна"}
    assert confidant == {**submitted, **names}
    claims = jwts.decode(data["token"], options={"verify_signature": False})
    assert jwts.get_unverified_header(data["token"]) == {"alg": "HS512", "typ": "JWT"}
    assert claims["aud"] == "pis-registration"
    assert claims["iss"] == "EHealth"
    assert claims["exp"] - claims["iat"] == 480 * 60
    assert len(claims["content_hash"]) == 32


def test_registration_answers_with_the_person_the_user_and_a_session_token(driver):
    answer = driver.register()
    data = answer.json()["data"]
    assert set(data) == {"person", "user", "access_token"}
    assert data["user"]["tax_id"] == "4218901133"
    assert answer.json()["meta"]["url"] == f"{driver.url}/api/pis/confidant/register"


def test_a_patient_without_a_tax_id_gets_a_user_without_one(driver, example):
    del example["person"]["tax_id"]
    assert driver.register(example).json()["data"]["user"]["tax_id"] is None


def test_a_confidant_without_a_patronymic_is_answered_without_one(sandbox):
    driver = sandbox(seed=Seed(confidant=SeedConfidant(second_name=None)))
    assert "second_name" not in driver.validate().json()["data"]["person"]["confidant_person"]


def test_the_approval_answers_with_the_code_three_times(driver):
    answer = driver.approve(redirect_uri=f"{driver.redirect_uri}?z=1&a=%D1%97")
    body = answer.json()
    code = body["data"]["value"]
    location = answer.headers["Location"]
    assert location == body["urgent"]["redirect_uri"]
    quoted = code.replace("=", "%3D")
    assert location == f"{driver.redirect_uri}?a=%D1%97&code={quoted}&z=1"
    assert body["meta"]["url"].endswith(f"/oauth/apps/authorize/{body['data']['id']}")
    assert body["data"]["expires_at"] == int(driver.clock().timestamp()) + 300
    assert body["data"]["details"]["grant_type"] == "password"


@pytest.mark.parametrize("odd", ["/ї", "?x=\r", "?x=%0d%0aSet-Cookie:a", "/ a"])
def test_an_odd_redirect_uri_cannot_break_the_header(driver, odd):
    answer = driver.approve(redirect_uri=driver.redirect_uri + odd)
    assert answer.status_code == 201
    assert answer.headers["Location"].isascii()
    assert "Set-Cookie" not in answer.headers


def test_the_approval_is_one_and_widens_while_every_call_mints_a_code(driver):
    session = driver.session()
    first = driver.approve(session, scope="app:read_pis").json()["data"]["value"]
    second = driver.approve(session, scope="person:details_pis").json()["data"]["value"]
    assert first != second
    one, other = (driver.exchange(code).json()["data"]["details"] for code in (first, second))
    assert one["app_id"] == other["app_id"]
    assert (one["scope"], other["scope"]) == ("app:read_pis", "person:details_pis")
    refreshed = driver.refresh(one["refresh_token"]).json()["data"]["details"]
    assert refreshed["scope"] == "app:read_pis person:details_pis"
    assert driver.counts()["approve"] == 2


def test_the_tokens_name_the_patient_and_the_confidant(driver):
    registered = driver.register().json()["data"]
    code = driver.code(session=registered["access_token"])
    data = driver.exchange(code).json()["data"]
    assert data["name"] == "access_token"
    assert data["user_id"] == registered["user"]["id"]
    assert data["user"] == {"person_id": registered["person"]["id"]}
    details = data["details"]
    assert details["applicant_user_id"] == driver.confidant.user_id
    assert details["applicant_person_id"] == driver.confidant.person_id
    assert details["redirect_uri"] == driver.redirect_uri
    assert data["expires_at"] == int(driver.clock().timestamp()) + 2_592_000


def test_a_refresh_token_serves_again_and_again(driver):
    refresh_token = driver.tokens()["details"]["refresh_token"]
    for _ in range(3):
        answer = driver.refresh(refresh_token)
        assert answer.status_code == 201
        assert set(answer.json()["data"]["details"]).isdisjoint({"refresh_token", "redirect_uri"})
    assert driver.counts()["refresh"] == 3


def test_logging_out_ends_the_access_token_and_its_refresh_token(driver, refusal):
    tokens = driver.tokens()
    sister = driver.refresh(tokens["details"]["refresh_token"]).json()["data"]["value"]
    assert driver.call("POST", "/auth/logout", bearer=tokens["value"]).status_code == 200
    assert driver.counts()["logout"] == 1
    assert refusal(driver.refresh(tokens["details"]["refresh_token"]))[2] == "Token expired."
    for value in (tokens["value"], sister):
        assert refusal(driver.call("POST", "/auth/logout", bearer=value))[2] == "Invalid access token"
    assert driver.counts()["logout"] == 1


def test_a_repeated_registration_is_replayed_with_a_new_session_and_no_new_effect(driver, refusal):
    jwt = driver.jwt()
    first, second = (driver.register(jwt=jwt).json()["data"] for _ in range(2))
    assert first["access_token"] != second["access_token"]
    assert (first["person"], first["user"]) == (second["person"], second["user"])
    assert driver.counts()["register"] == 1
    assert refusal(driver.approve(first["access_token"]))[2] == "Invalid access token"
    assert driver.approve(second["access_token"]).status_code == 201


def test_a_registration_is_not_replayed_for_a_user_that_is_gone(driver, refusal):
    jwt = driver.jwt()
    user_id = driver.register(jwt=jwt).json()["data"]["user"]["id"]
    driver.knobs({"knob": "forget_user", "user_id": user_id})
    assert refusal(driver.register(jwt=jwt))[2] == "Unauthorized"


def test_a_session_whose_confidant_is_gone_has_only_reading_left(driver):
    session = driver.session()
    driver.knobs({"knob": "set_relationships", "approved": True}, {"knob": "forget_user"})
    path = f"/oauth/user/apps?client_id={driver.pis.id}&scope=app:read_pis%20app:delete_pis"
    assert driver.get(path, bearer=session).json()["data"] == {"scope": "app:read_pis"}


def test_validation_after_registration_meets_the_new_user(driver, refusal):
    driver.register()
    assert refusal(driver.validate())[2] == "User with such tax_id already exists"


def test_two_jwts_for_one_content_register_once(driver, refusal):
    first, second = driver.jwt(), driver.jwt()
    assert driver.register(jwt=first).status_code == 201
    assert refusal(driver.register(jwt=second))[2] == "Relationship is not approved yet"
    assert driver.counts()["register"] == 1


def test_a_known_patient_with_an_approved_relationship_keeps_person_and_user(driver, example):
    jwt = driver.jwt()
    added = {"person": example["person"], "relationship": "approved", "user": "active"}
    driver.knobs({"knob": "add_person", **added})
    assert driver.register(jwt=jwt).status_code == 201
    assert len(driver.esoz._backend.registry.persons) == 2
    assert len(driver.esoz._backend.registry.relationships) == 1
    assert len(driver.esoz._backend.registry.users) == 2


def test_a_patient_is_recognised_by_a_document_too(driver, example):
    """Another tax id, but the same certificate, name and birthday: the same child, as the 409 of the relation tells."""
    jwt = driver.jwt()
    known = {**example["person"], "tax_id": "1111111111"}
    driver.knobs({"knob": "add_person", "person": known, "relationship": "unapproved"})
    assert driver.register(jwt=jwt).status_code == 409
    known["last_name"] = "Інший"
    driver.knobs({"knob": "reset"}, {"knob": "add_person", "person": known, "relationship": "unapproved"})
    assert driver.register().status_code == 201


@pytest.mark.parametrize("path", ["/oauth/clients/{}/details", "/admin/clients/{}/details"])
def test_client_details_never_hold_the_secret(driver, refusal, path):
    answer = driver.get(path.format(driver.pis.id))
    assert answer.json()["data"]["name"] == driver.pis.name
    assert driver.pis.secret not in answer.text
    assert refusal(driver.get(path.format("unknown"))) == (404, "not_found", "Client not found", None)


def test_roles_are_told_to_the_user_alone(driver, refusal):
    data = driver.register().json()["data"]
    session, user_id = data["access_token"], data["user"]["id"]
    roles = driver.get(f"/user/roles?client_id={driver.pis.id}", bearer=session).json()
    assert roles["meta"]["type"] == "list"
    assert roles["data"][0]["role_name"] == "PATIENT"
    assert driver.get(f"/admin/users/{user_id}/global_roles", bearer=session).json()["data"] == []
    foreign = driver.get(f"/admin/users/{driver.confidant.user_id}/global_roles", bearer=session)
    assert refusal(foreign) == (403, "forbidden", "Access denied", None)
    assert refusal(driver.get("/user/roles", bearer=session))[2] == "required property client_id was not present"


def test_available_scopes_are_those_for_reading_until_the_relationship_is_approved(driver):
    session = driver.session()
    wanted = "app:read_pis%20person:details_pis%20declaration_request:sign_pis%20profile:read"
    path = f"/oauth/user/apps?client_id={driver.pis.id}&scope={wanted}"
    told = driver.get(path, bearer=session).json()["data"]
    assert told == {"scope": "app:read_pis person:details_pis"}
    driver.knobs({"knob": "set_relationships", "approved": True})
    told = driver.get(path, bearer=session).json()["data"]
    assert told == {"scope": "app:read_pis person:details_pis declaration_request:sign_pis"}
    none = driver.get(f"/oauth/user/apps?client_id={driver.pis.id}&scope=employee:write", bearer=session)
    assert none.json()["data"] == {"scope": ""}


def test_available_scopes_are_refused_as_documented(driver, refusal):
    session = driver.session()
    path = "/oauth/user/apps"
    assert refusal(driver.get(path))[2].startswith("Authorization header is not set")
    assert refusal(driver.get(path, bearer=driver.confidant.access_token))[2].endswith("allowances: app:authorize")
    answer = driver.get(path, bearer=session)
    assert [item["entry"] for item in answer.json()["error"]["invalid"]] == ["$.client_id", "$.scope"]
    assert refusal(driver.get(f"{path}?client_id=x&scope=a", bearer=session))[:3] == (
        404,
        "not_found",
        "Client not found",
    )
    driver.knobs({"knob": "block_client"})
    blocked = driver.get(f"{path}?client_id={driver.pis.id}&scope=a", bearer=session)
    assert refusal(blocked) == (401, "access_denied", "Client is blocked", None)
    person_id = next(reversed(driver.esoz._backend.registry.persons))
    driver.knobs({"knob": "forget_person", "person_id": person_id})
    assert refusal(driver.get(path, bearer=session))[2] == "Invalid access token"


def test_dictionaries_version_1_is_a_mapping(driver):
    body = driver.get("/api/dictionaries?name=SCOPES").json()
    assert body["meta"]["type"] == "list"
    (scopes,) = body["data"]
    assert scopes["values"]["app:authorize"] == "Авторизація в системі"
    everything = driver.get("/api/dictionaries").json()["data"]
    assert {found["name"] for found in everything} >= {"GENDER", "DOCUMENT_TYPE", "STREET_TYPE", "COUNTRY"}
    streets = next(found for found in everything if found["name"] == "STREET_TYPE")
    assert len(streets["values"]) == 42


def test_dictionaries_version_2_is_a_list_that_can_be_narrowed(driver):
    path = "/api/v2/dictionaries?name=GENDER"
    (gender,) = driver.get(path).json()["data"]
    assert gender["values"][0] == {"code": "MALE", "description": "чоловіча", "is_active": True, "child_values": []}
    for narrowed, codes in [
        ("&value_code=FEMALE", ["FEMALE"]),
        ("&value_description=чоловіча", ["MALE"]),
        ("&value_is_active=false", []),
    ]:
        (found,) = driver.get(path + narrowed).json()["data"]
        assert [value["code"] for value in found["values"]] == codes
    assert driver.get(path + "&is_active=false").json()["data"] == []


def test_a_version_of_the_dictionaries_can_be_missing(sandbox, refusal):
    driver = sandbox(dictionaries=frozenset({"v2"}))
    assert refusal(driver.get("/api/dictionaries?name=SCOPES"))[:2] == (404, "not_found")
    assert driver.get("/api/v2/dictionaries?name=SCOPES").status_code == 200


def test_calls_for_data_need_the_api_key(driver, refusal):
    driver.tokens()
    bearer = driver.confidant.access_token
    assert refusal(driver.get("/api/pis/apps", bearer=bearer))[:3] == (
        401,
        "access_denied",
        "API-KEY header required",
    )
    wrong = driver.get("/api/pis/apps", bearer=bearer, headers={"api-key": "x"})
    assert refusal(wrong)[2] == "API-KEY header is invalid."
    right = driver.get("/api/pis/apps", bearer=bearer, headers={"API-key": driver.pis.secret})
    assert right.json()["data"] == []


def test_a_deleted_approval_stops_the_refresh(sandbox, refusal):
    driver = sandbox()
    data = driver.exchange(driver.code(scope="app:read_pis app:delete_pis")).json()["data"]
    key = {"api-key": driver.pis.secret}
    (approval,) = driver.get("/api/pis/apps", bearer=data["value"], headers=key).json()["data"]
    path = f"/api/pis/apps/{approval['id']}"
    assert driver.get(path, bearer=data["value"], headers=key).json()["data"] == approval
    gone = driver.call("DELETE", path, bearer=data["value"], headers=key)
    assert (gone.status_code, gone.content) == (204, b"")
    assert driver.get(path, bearer=data["value"], headers=key).status_code == 404
    revoked = "Resource owner revoked access for the client."
    assert refusal(driver.refresh(data["details"]["refresh_token"]))[2] == revoked


@pytest.mark.parametrize("generation", ["g2", "g3"])
def test_versions_without_a_token_find_the_applicant_by_the_signature(sandbox, refusal, generation):
    driver = sandbox(flow_generation=generation)
    signer = {"drfo": driver.confidant.tax_id}
    jwt = driver.validate(bearer=None, headers=signer).json()["data"]["token"]
    assert driver.register(jwt=jwt, auth="none", headers=signer).status_code == 201
    assert driver.validate(bearer=None).status_code == 409
    stranger = driver.validate(bearer=None, headers={"drfo": "1234567890"})
    assert refusal(stranger) == (404, "not_found", "Applicant user not found.", None)
    driver.knobs({"knob": "block_user"})
    blocked = driver.validate(bearer=None, headers=signer)
    assert refusal(blocked) == (401, "access_denied", "Applicant user is blocked.", None)
    driver.knobs({"knob": "block_user", "blocked": False}, {"knob": "forget_person"})
    gone = driver.validate(bearer=None, headers=signer)
    assert refusal(gone) == (404, "not_found", "Applicant person not found.", None)


def test_versions_without_a_token_refuse_a_young_applicant(sandbox, refusal):
    driver = sandbox(flow_generation="g2", seed=Seed(confidant=SeedConfidant(birth_date="2011-03-02")))
    assert refusal(driver.validate(bearer=None))[2] == "Incorrect person age for such an action"


def test_a_seeded_run_repeats_itself(sandbox):
    first, second = (sandbox(source=random.Random(1)).tokens() for _ in range(2))
    assert first == second


def test_the_ledger_holds_ids_and_nothing_personal(driver):
    driver.exchange()
    text = driver.get("/sandbox/ledger").text
    secrets = (driver.pis.secret, driver.confidant.access_token, "4218901133", "Садов", "3221302486")
    tokens = driver.esoz._backend.registry.tokens
    assert not [secret for secret in (*secrets, *tokens) if secret in text]


def test_no_repr_shows_a_secret_or_a_person(driver, example):
    driver.exchange()
    backend = driver.esoz._backend
    shown = "".join(map(repr, (driver.esoz, driver.esoz.seed, driver.esoz.settings, backend, backend.registry)))
    shown += "".join(
        repr(record)
        for records in (backend.registry.clients, backend.registry.users, backend.registry.persons)
        for record in records.values()
    )
    secrets = (driver.pis.secret, driver.confidant.access_token, "4218901133", "Садов", "3221302486")
    assert not [secret for secret in (*secrets, *backend.registry.tokens) if secret in shown]


def test_a_redirect_uri_of_this_machine_can_be_added(driver, refusal):
    uri = "http://127.0.0.1:8765/callback"
    assert driver.approve(redirect_uri=uri).status_code == 401
    driver.knobs({"knob": "reset"}, {"knob": "add_redirect_uri", "uri": uri})
    assert driver.approve(redirect_uri=uri).headers["Location"].startswith(f"{uri}?code=")
    foreign = driver.post("/sandbox/knobs", {"knobs": [{"knob": "add_redirect_uri", "uri": "https://evil.example/"}]})
    assert foreign.status_code == 422
    assert Seed(loopback_redirect_uris=(uri,)).loopback_redirect_uris == (uri,)
    with pytest.raises(UsageError, match="does not lead to this machine"):
        Seed(loopback_redirect_uris=("https://evil.example/",))
    for odd in ("http://[::1", "javascript:alert(1)", "", "http://pis.example.ua/"):
        with pytest.raises(UsageError):
            Seed(loopback_redirect_uris=(odd,))
    assert Seed(loopback_redirect_uris=("http://localhost/",))
