"""Signature mode `cms`: real signatures of an authority that the sandbox trusts."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest

from esozflow.adapters.sandbox.certificates import SandboxAuthority, Signatory
from esozflow.adapters.signing import CertificateSigner

OLENA = Signatory(surname="Садова", given_name="Олена Петрівна", drfo="3221302486")


@pytest.fixture
def authority(clock):
    return SandboxAuthority.create(clock=clock)


@pytest.fixture
def signing(sandbox, authority, clock):
    return sandbox(signature_mode="cms", trusted=[authority.certificate], clock=clock)


def signed(identity, clock, content):
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.b64encode(CertificateSigner(identity, clock=clock).sign(raw)).decode()


def test_a_signed_request_goes_the_whole_way(signing, authority, clock, example):
    text = signed(authority.issue(OLENA), clock, example)
    jwt = signing.jwt(text)
    session = signing.register(text, jwt=jwt).json()["data"]["access_token"]
    assert signing.exchange(signing.code(session=session)).status_code == 201


def test_what_is_not_signed_is_refused(signing, refusal, example):
    status, kind, text, _ = refusal(signing.validate(example))
    assert (status, kind) == (400, "request_malformed")
    assert text


def test_another_signer_is_not_the_confidant(signing, authority, clock, refusal, example):
    other = authority.issue(Signatory(surname="Інший", drfo="1111111111"))
    answer = refusal(signing.validate(signed(other, clock, example)))
    assert answer == (401, "access_denied", "Unable to authenticate signer", None)


def test_a_signer_without_a_number_is_not_the_confidant(signing, authority, clock, refusal, example):
    answer = refusal(signing.validate(signed(authority.issue_without_drfo(OLENA), clock, example)))
    assert answer[2] == "Unable to authenticate signer"


def test_headers_name_no_signer_when_there_is_a_signature(signing, authority, clock, refusal, example):
    other = authority.issue(Signatory(surname="Інший", drfo="1111111111"))
    answer = signing.validate(signed(other, clock, example), headers={"drfo": OLENA.drfo})
    assert refusal(answer)[2] == "Unable to authenticate signer"


def test_a_signature_of_another_authority_is_refused(signing, clock, refusal, example):
    stranger = SandboxAuthority.create(clock=clock).issue(OLENA)
    assert refusal(signing.validate(signed(stranger, clock, example)))[0] == 400


def test_two_signatures_are_counted(signing, authority, clock, refusal, example):
    identity = authority.issue(OLENA)
    inner = base64.b64decode(signed(identity, clock, example))
    assert refusal(signing.validate(signed(identity, clock, inner)))[2] == (
        "document must contain 1 signature and 0 stamps but contains 2 signatures and 0 stamps"
    )


def test_a_stamp_is_no_signature(signing, authority, clock, refusal, example):
    answer = refusal(signing.validate(signed(authority.issue_stamp(OLENA), clock, example)))
    assert answer[2] == "document must contain 1 signature and 0 stamps but contains 0 signatures and 1 stamp"


def test_a_signature_an_hour_old_has_expired(signing, authority, clock, refusal, example):
    text = signed(authority.issue(OLENA), clock, example)
    clock.advance(minutes=60)
    assert refusal(signing.validate(text))[2] == "Digital signature timestamp is expired"
    clock.time -= timedelta(seconds=1)
    assert signing.validate(text).status_code == 200


def test_signed_content_that_is_no_json_is_told_so(signing, authority, clock, refusal):
    text = signed(authority.issue(OLENA), clock, b"{")
    assert refusal(signing.validate(text))[2].startswith("Malformed encoded content.")


def test_versions_without_a_token_find_the_applicant_by_the_certificate(sandbox, authority, clock, example):
    driver = sandbox(signature_mode="cms", flow_generation="g2", trusted=[authority.certificate], clock=clock)
    text = signed(authority.issue(OLENA), clock, example)
    jwt = driver.validate(text, bearer=None).json()["data"]["token"]
    assert driver.register(text, jwt=jwt, auth="none").status_code == 201
