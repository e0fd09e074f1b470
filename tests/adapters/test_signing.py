"""Signing: what the port returns, and that others can read it."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from esozflow.adapters.sandbox.certificates import (
    DRFO,
    NATURAL_PERSON,
    SUBJECT_DIRECTORY_ATTRIBUTES,
    SandboxAuthority,
    Signatory,
    is_stamp,
    signatory_of,
)
from esozflow.adapters.signing import CertificateSigner, SignerError, SigningIdentity, envelope
from esozflow.flow import InvalidInput, PeerError, UsageError

OLENA = Signatory(surname="Садова", given_name="Олена Петрівна", drfo="3221302486")


@pytest.fixture(scope="module")
def authority() -> SandboxAuthority:
    return SandboxAuthority.create()


@pytest.fixture(scope="module")
def identity(authority: SandboxAuthority) -> SigningIdentity:
    return authority.issue(OLENA)


def opened(der: bytes) -> envelope.SignedData:
    outer = asn1.decode_der(envelope.ContentInfo, der)
    assert outer.type == envelope.SIGNED_DATA
    signed: envelope.SignedData = outer.content.parse(envelope.SignedData)
    return signed


def test_an_envelope_holds_the_content_the_certificate_and_one_signature(identity: SigningIdentity) -> None:
    signed = opened(CertificateSigner(identity).sign("зміст".encode()))
    assert signed.encapsulated.content == "зміст".encode()
    assert signed.certificates is not None
    (certificate,) = signed.certificates.as_list()
    assert asn1.encode_der(certificate) == identity.certificate.public_bytes(Encoding.DER)
    assert len(signed.signers.as_list()) == 1


def test_type_digest_time_and_certificate_are_signed(identity: SigningIdentity) -> None:
    (signer,) = opened(CertificateSigner(identity).sign(b"{}")).signers.as_list()
    assert signer.signed_attributes is not None
    assert {attribute.type for attribute in signer.signed_attributes.as_list()} == {
        envelope.CONTENT_TYPE,
        envelope.MESSAGE_DIGEST,
        envelope.SIGNING_TIME,
        envelope.SIGNING_CERTIFICATE_V2,
    }


@pytest.mark.parametrize("year", [1949, 1950, 2038, 2049, 2050])
def test_the_signing_time_is_that_of_the_clock_in_the_form_its_year_asks_for(
    identity: SigningIdentity, year: int
) -> None:
    moment = datetime(year, 1, 19, 3, 14, 8, 999_999, tzinfo=UTC)
    clock = SimpleNamespace(now=lambda: moment, monotonic=lambda: 0.0)
    (signer,) = opened(CertificateSigner(identity, clock=clock).sign(b"{}")).signers.as_list()
    assert signer.signed_attributes is not None
    values = {attribute.type: attribute.values.as_list()[0] for attribute in signer.signed_attributes.as_list()}
    form = asn1.UTCTime if 1950 <= year < 2050 else asn1.GeneralizedTime
    assert values[envelope.SIGNING_TIME].parse(form).as_datetime() == moment.replace(microsecond=0)


def test_what_cannot_be_signed_is_a_signer_error_without_the_content(identity: SigningIdentity) -> None:
    with pytest.raises(SignerError) as raised:
        CertificateSigner(identity).sign("canary")  # type: ignore[arg-type]
    assert isinstance(raised.value, PeerError)
    assert raised.value.code == "signer"
    assert raised.value.hint
    assert raised.value.__cause__ is None
    assert "canary" not in str(raised.value)


@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
def test_an_identity_survives_its_pem_file(authority: SandboxAuthority, kind: str) -> None:
    identity = authority.issue(OLENA, key=kind)  # type: ignore[arg-type]
    read = SigningIdentity.from_pem(identity.to_pem())
    assert read.certificate == identity.certificate
    assert read.to_pem() == identity.to_pem()


def test_an_authority_survives_its_pem_file(authority: SandboxAuthority) -> None:
    read = SandboxAuthority.from_pem(authority.to_pem())
    assert read.certificate == authority.certificate
    read.issue(OLENA).certificate.verify_directly_issued_by(authority.certificate)


def test_an_unusable_pem_is_refused_without_repeating_it(identity: SigningIdentity) -> None:
    pem = identity.to_pem()
    key_alone, certificate_alone = pem[: pem.index(b"-----BEGIN CERT")], pem[pem.index(b"-----BEGIN CERT") :]
    odd_key = ed25519.Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for given in (b"", b"canary", key_alone, certificate_alone, odd_key + certificate_alone, pem[:150]):
        with pytest.raises(UsageError) as raised:
            SigningIdentity.from_pem(given)
        assert raised.value.code == "signing_identity"
        assert "canary" not in str(raised.value)


def test_a_key_without_its_certificate_is_refused(authority: SandboxAuthority, identity: SigningIdentity) -> None:
    with pytest.raises(UsageError, match="another key"):
        SigningIdentity(identity.key, authority.issue(OLENA).certificate)


def test_nothing_personal_is_shown_by_repr(identity: SigningIdentity) -> None:
    shown = repr(identity) + repr(OLENA) + repr(CertificateSigner(identity))
    for secret in ("Садова", "Олена", "3221302486", "PRIVATE"):
        assert secret not in shown


@pytest.mark.parametrize("drfo", ["3221302486", "123456789", "AB123456", ""])
def test_a_certificate_names_its_signatory(authority: SandboxAuthority, drfo: str) -> None:
    certificate = authority.issue(OLENA.model_copy(update={"drfo": drfo})).certificate
    named = signatory_of(certificate)
    assert (named.surname, named.given_name, named.drfo) == (OLENA.surname, OLENA.given_name, drfo)
    assert named.common_name == "Садова Олена Петрівна"
    assert named.organisation == NATURAL_PERSON
    assert not is_stamp(certificate)
    in_directory = [each for each in certificate.extensions if each.oid == SUBJECT_DIRECTORY_ATTRIBUTES]
    assert bool(in_directory) == bool(drfo)


def test_the_tax_number_stands_in_the_directory_attributes_as_a_printable_string(identity: SigningIdentity) -> None:
    (directory,) = [each for each in identity.certificate.extensions if each.oid == SUBJECT_DIRECTORY_ATTRIBUTES]
    expected = asn1.encode_der(DRFO) + b"\x31\x0c\x13\x0a3221302486"
    assert directory.value.public_bytes().endswith(expected)


def test_a_stamp_carries_the_code_of_the_organisation(authority: SandboxAuthority) -> None:
    clinic = Signatory(organisation="КНП «Лікарня»", common_name="КНП «Лікарня»", edrpou="43005393")
    certificate = authority.issue_stamp(clinic).certificate
    assert is_stamp(certificate)
    assert signatory_of(certificate).edrpou == "43005393"


def test_a_number_that_a_certificate_cannot_hold_is_refused() -> None:
    for drfo in ("АА123456", "1\n", "1" * 65):
        with pytest.raises(InvalidInput) as raised:
            Signatory(drfo=drfo)
        assert raised.value.problems[0].path == "drfo"
        assert drfo not in str(raised.value)


@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
def test_openssl_verifies_what_we_sign(authority: SandboxAuthority, tmp_path: Path, kind: str) -> None:
    content = "пацієнт\r\n\x00".encode()
    identity = authority.issue(OLENA, key=kind)  # type: ignore[arg-type]
    (tmp_path / "signed.der").write_bytes(CertificateSigner(identity).sign(content))
    (tmp_path / "root.pem").write_bytes(authority.certificate.public_bytes(Encoding.PEM))
    command = "openssl cms -verify -binary -inform DER -in signed.der -CAfile root.pem -purpose any -out content"
    subprocess.run([*command.split(), "-cades"], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "content").read_bytes() == content
