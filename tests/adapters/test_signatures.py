"""Verification of signed documents: what is accepted, and which check each fault fails on."""

import base64
import subprocess
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import AuthorityKeyIdentifier, CertificateBuilder, ObjectIdentifier, UnrecognizedExtension
from hypothesis import example, given, settings
from hypothesis import strategies as st

from esozflow.adapters.sandbox.certificates import DRFO, SUBJECT_DIRECTORY_ATTRIBUTES, SandboxAuthority, Signatory
from esozflow.adapters.sandbox.signatures import (
    LONGEST_TEXT,
    Check,
    SignatureRefused,
    SignatureService,
    read_plain,
)
from esozflow.adapters.signing import CertificateSigner, SigningIdentity
from esozflow.adapters.signing.envelope import (
    CONTENT_TYPE,
    MESSAGE_DIGEST,
    SIGNED_DATA,
    SIGNING_CERTIFICATE_V2,
    SIGNING_TIME,
    Attribute,
    ContentInfo,
    IssuerAndSerial,
    SignedData,
    SignerInfo,
    SigningCertificate,
    anything,
    raw,
    seal,
)
from esozflow.flow import UsageError

from ..sizes import size

OLENA = Signatory(surname="Садова", given_name="Олена Петрівна", drfo="3221302486")
CONTENT = '{"person": {"last_name": "Їжакевич"}}'.encode()

AUTHORITY = SandboxAuthority.create()
IDENTITY = AUTHORITY.issue(OLENA)
OTHER = AUTHORITY.issue(Signatory(surname="Інший", drfo="1111111111"))
SIGNER = CertificateSigner(IDENTITY)
SERVICE = SignatureService([AUTHORITY.certificate])
SIGNED = SIGNER.sign(CONTENT)


def base64_of(der: bytes) -> str:
    return base64.b64encode(der).decode()


def check_failed_by(der: bytes) -> Check:
    with pytest.raises(SignatureRefused) as raised:
        SERVICE.read(base64_of(der))
    return raised.value.check


def remade(der: bytes, change: Callable[[SignedData, SignerInfo], None]) -> bytes:
    """The envelope after `change`; the signature is left as it was."""
    signed: SignedData = asn1.decode_der(ContentInfo, der).content.parse(SignedData)
    (signer,) = signed.signers.as_list()
    change(signed, signer)
    if len(signed.signers.as_list()) == 1:
        signed.signers = asn1.SetOf([signer])
    return asn1.encode_der(ContentInfo(type=SIGNED_DATA, content=anything(signed)))


def with_attributes(change: Callable[[dict[ObjectIdentifier, list[asn1.TLV]]], object]) -> bytes:
    """The envelope with other signed attributes, rightly signed again."""

    def sign_again(_: SignedData, signer: SignerInfo) -> None:
        assert signer.signed_attributes is not None
        values = {each.type: each.values.as_list() for each in signer.signed_attributes.as_list()}
        change(values)
        attributes = asn1.SetOf([Attribute(type=type_, values=asn1.SetOf(each)) for type_, each in values.items()])
        assert isinstance(IDENTITY.key, ec.EllipticCurvePrivateKey)
        signer.signed_attributes = attributes
        signer.signature = IDENTITY.key.sign(asn1.encode_der(attributes), ec.ECDSA(hashes.SHA256()))

    return remade(SIGNED, sign_again)


def openssl_signed(folder: Path, identity: SigningIdentity, *options: str) -> bytes:
    (folder / "signer.pem").write_bytes(identity.to_pem())
    (folder / "root.pem").write_bytes(AUTHORITY.certificate.public_bytes(Encoding.PEM))
    (folder / "content").write_bytes(CONTENT)
    command = "openssl cms -sign -nodetach -binary -outform DER -signer signer.pem -in content -out signed.der"
    subprocess.run([*command.split(), *options], cwd=folder, check=True, capture_output=True)
    return (folder / "signed.der").read_bytes()


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text().map(str.encode)))
@example(b"")
@example(b"0")
@example(bytes(range(256)) * 256)
def test_what_was_signed_comes_out_as_it_went_in(content: bytes) -> None:
    found = SERVICE.read(base64_of(SIGNER.sign(content)))
    assert found.content == content
    found.expect(signatures=1, stamps=0)


@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
def test_the_signer_is_read_from_the_certificate(kind: str) -> None:
    moment = datetime.now(UTC)
    clock = SimpleNamespace(now=lambda: moment, monotonic=lambda: 0.0)
    identity = AUTHORITY.issue(OLENA, key=kind)  # type: ignore[arg-type]
    (signature,) = SERVICE.read(base64_of(CertificateSigner(identity, clock=clock).sign(CONTENT))).signatures
    assert signature.is_valid
    assert not signature.is_stamp
    assert (signature.drfo, signature.edrpou) == ("3221302486", "")
    assert (signature.surname, signature.given_name) == ("Садова", "Олена Петрівна")
    assert signature.common_name == "Садова Олена Петрівна"
    assert signature.signed_at == moment.replace(microsecond=0)


def test_a_certificate_without_a_tax_number_is_valid_and_says_none() -> None:
    signer = CertificateSigner(AUTHORITY.issue_without_drfo(OLENA))
    (signature,) = SERVICE.read(base64_of(signer.sign(CONTENT))).signatures
    assert signature.drfo == ""


def test_nothing_personal_is_shown_by_repr_or_by_a_refusal() -> None:
    shown = repr(SERVICE.read(base64_of(SIGNED)))
    with pytest.raises(SignatureRefused) as raised:
        SERVICE.read(base64_of(SIGNED.replace("Їжакевич".encode(), "Їжакевиш".encode())))
    shown += str(raised.value) + repr(raised.value)
    assert raised.value.__cause__ is None
    for secret in ("Садова", "Олена", "3221302486", "Їжакеви", "last_name"):
        assert secret not in shown


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.rstrip("=") if text.endswith("=") else text[:-1],
        lambda text: text + "=",
        lambda text: text + "\n",
        lambda text: text[:64] + "\r\n" + text[64:],
        lambda text: " " + text,
        lambda text: text.replace("+", "-").replace("/", "_"),
        lambda text: text.replace("+", " "),
        lambda text: text + "\ud800",
        lambda text: "Ї" + text[1:],
        lambda text: "\x00" + text[1:],
        lambda text: "%",
    ],
)
def test_anything_but_padded_standard_base64_is_refused(spoil: Callable[[str], str]) -> None:
    text = base64_of(b"\xfb\xff\xfb\xef\xbe\x00" * 3 + SIGNED[: len(SIGNED) // 3 * 3 - 2])
    assert "+" in text
    assert "/" in text
    for read in (SERVICE.read, lambda given: read_plain(given, OLENA)):
        with pytest.raises(SignatureRefused) as raised:
            read(spoil(text))
        assert raised.value.check is Check.NOT_BASE64
        assert raised.value.message == "Not a base64 string"
        assert raised.value.code == "signature_not_base64"


def test_a_text_beyond_the_limit_is_refused_unread() -> None:
    with pytest.raises(SignatureRefused) as raised:
        SERVICE.read("A" * (LONGEST_TEXT + 4))
    assert raised.value.check is Check.TOO_LARGE


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"{}",
        CONTENT,
        b"\x30\x00",
        b"\x30\x80" + SIGNED[4:] + b"\x00\x00",
        b"\x30\x85\x00\x00\x00\x00\x02\x05\x00",
        b"\x30\xff" + b"\xff" * 127,
        b"\x30\x02\x1f\x01",
        b"\x30\x03\x1f\x81\x01",
        b"\x30\x03\x30\x84\xff",
        b"\x30\x03\x04\x7f\x00",
        b"\x30\x81\x03\x02\x01\x01",
        IDENTITY.certificate.public_bytes(Encoding.DER),
        asn1.encode_der(ContentInfo(type=CONTENT_TYPE, content=anything(b""))),
        asn1.encode_der(ContentInfo(type=SIGNED_DATA, content=anything(b""))),
    ],
)
def test_what_is_no_cms_envelope_in_der_is_refused(der: bytes) -> None:
    assert check_failed_by(der) is Check.NOT_CMS


def test_an_envelope_cut_anywhere_is_truncated() -> None:
    for length in range(1, len(SIGNED)):
        assert check_failed_by(SIGNED[:length]) is Check.TRUNCATED


@pytest.mark.parametrize("garbage", [b"\x00", b"{}", SIGNED])
def test_anything_behind_the_envelope_is_refused(garbage: bytes) -> None:
    assert check_failed_by(SIGNED + garbage) is Check.TRAILING


def test_a_detached_signature_is_refused() -> None:
    def detach(signed: SignedData, _: SignerInfo) -> None:
        signed.encapsulated.content = None

    assert check_failed_by(remade(SIGNED, detach)) is Check.DETACHED


@pytest.mark.parametrize(("signers", "count"), [([], 0), ([IDENTITY, OTHER], 2), ([IDENTITY] * 3, 3)])
def test_an_envelope_without_exactly_one_signer_is_refused(signers: list[SigningIdentity], count: int) -> None:
    with pytest.raises(SignatureRefused) as raised:
        SERVICE.read(base64_of(seal(CONTENT, signers, at=datetime.now(UTC))))
    assert raised.value.check is Check.SIGNERS
    assert raised.value.message == f"envelope contains {count} signatures instead of 1"


def test_nested_envelopes_are_several_signatures_on_one_content() -> None:
    found = SERVICE.read(base64_of(CertificateSigner(OTHER).sign(SIGNED)))
    assert found.content == CONTENT
    assert [signature.drfo for signature in found.signatures] == ["1111111111", "3221302486"]
    found.expect(signatures=2, stamps=0)
    with pytest.raises(SignatureRefused) as raised:
        found.expect(signatures=1, stamps=0)
    assert raised.value.check is Check.COUNT
    assert raised.value.message == (
        "document must contain 1 signature and 0 stamps but contains 2 signatures and 0 stamps"
    )


def test_a_nested_envelope_is_verified_as_strictly_as_the_outer_one() -> None:
    forged = CertificateSigner(SandboxAuthority.create().issue(OLENA)).sign(CONTENT)
    assert check_failed_by(SIGNER.sign(forged)) is Check.UNTRUSTED


def test_too_many_nested_envelopes_are_refused() -> None:
    der = CONTENT
    for _ in range(8):
        der = SIGNER.sign(der)
    SERVICE.read(base64_of(der)).expect(signatures=8, stamps=0)
    assert check_failed_by(SIGNER.sign(der)) is Check.TOO_COMPLEX


def test_a_seal_of_an_organisation_is_a_stamp() -> None:
    clinic = Signatory(organisation="КНП «Лікарня»", common_name="КНП «Лікарня»", edrpou="43005393")
    found = SERVICE.read(base64_of(CertificateSigner(AUTHORITY.issue_stamp(clinic)).sign(CONTENT)))
    (signature,) = found.signatures
    assert signature.is_stamp
    assert signature.edrpou == "43005393"
    found.expect(signatures=0, stamps=1)
    with pytest.raises(SignatureRefused, match="contains 0 signatures and 1 stamp "):
        found.expect(signatures=1, stamps=0)


def test_another_content_under_the_same_signature_is_refused() -> None:
    def replace(signed: SignedData, _: SignerInfo) -> None:
        signed.encapsulated.content = CONTENT + b" "

    with pytest.raises(SignatureRefused) as raised:
        SERVICE.read(base64_of(remade(SIGNED, replace)))
    assert raised.value.check is Check.DIGEST
    assert raised.value.message == "Invalid signature"


def test_another_content_with_its_own_digest_is_refused() -> None:
    other = asn1.decode_der(ContentInfo, SIGNER.sign(b"other")).content.parse(SignedData)

    def replace(signed: SignedData, signer: SignerInfo) -> None:
        signed.encapsulated.content = b"other"
        signer.signed_attributes = other.signers.as_list()[0].signed_attributes

    assert check_failed_by(remade(SIGNED, replace)) is Check.SIGNATURE


def test_a_signature_that_is_no_signature_at_all_is_refused() -> None:
    def blank(_: SignedData, signer: SignerInfo) -> None:
        signer.signature = b""

    assert check_failed_by(remade(SIGNED, blank)) is Check.SIGNATURE


def test_a_signature_by_another_key_is_refused(tmp_path: Path) -> None:
    def name_the_first_signer(signed: SignedData, signer: SignerInfo) -> None:
        certificate = IDENTITY.certificate
        signed.certificates = asn1.SetOf([raw(certificate.public_bytes(Encoding.DER))])
        signer.signer = IssuerAndSerial(issuer=raw(certificate.issuer.public_bytes()), serial=certificate.serial_number)

    by_other = remade(openssl_signed(tmp_path, OTHER), name_the_first_signer)
    assert check_failed_by(by_other) is Check.SIGNATURE
    by_other = remade(CertificateSigner(OTHER).sign(CONTENT), name_the_first_signer)
    assert check_failed_by(by_other) is Check.WRONG_CERTIFICATE


@pytest.mark.parametrize("embedded", [None, [], [OTHER], [AUTHORITY]])
def test_an_envelope_without_the_certificate_of_its_signer_is_refused(
    embedded: list[SigningIdentity] | None,
) -> None:
    def swap(signed: SignedData, _: SignerInfo) -> None:
        ders = [each.certificate.public_bytes(Encoding.DER) for each in embedded or []]
        signed.certificates = None if embedded is None else asn1.SetOf([raw(der) for der in ders])

    assert check_failed_by(remade(SIGNED, swap)) is Check.NO_CERTIFICATE


def test_a_certificate_of_another_authority_is_refused_even_one_of_the_same_name() -> None:
    signer = CertificateSigner(SandboxAuthority.create().issue(OLENA))
    assert check_failed_by(signer.sign(CONTENT)) is Check.UNTRUSTED


def test_a_signer_cannot_issue_certificates_for_others() -> None:
    impostor = SandboxAuthority(IDENTITY).issue(OLENA)

    def add_the_issuer(signed: SignedData, _: SignerInfo) -> None:
        ders = sorted(each.certificate.public_bytes(Encoding.DER) for each in (impostor, IDENTITY))
        signed.certificates = asn1.SetOf([raw(der) for der in ders])

    assert check_failed_by(remade(CertificateSigner(impostor).sign(CONTENT), add_the_issuer)) is Check.UNTRUSTED


def test_the_authority_itself_does_not_sign_documents() -> None:
    root = SigningIdentity.from_pem(AUTHORITY.to_pem())
    assert check_failed_by(CertificateSigner(root).sign(CONTENT)) is Check.UNTRUSTED


def test_a_certificate_must_be_valid_at_the_signing_time() -> None:
    assert check_failed_by(CertificateSigner(AUTHORITY.issue_expired(OLENA)).sign(CONTENT)) is Check.EXPIRED
    early = AUTHORITY.issue_not_yet_valid(OLENA)
    assert check_failed_by(CertificateSigner(early).sign(CONTENT)) is Check.NOT_YET_VALID


@pytest.mark.parametrize(("seconds", "accepted"), [(-1, False), (0, True), (3600, True), (3601, False)])
def test_validity_begins_and_ends_on_the_second(seconds: int, accepted: bool) -> None:
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
    identity = AUTHORITY.issue(OLENA, valid_from=start, valid_until=start + timedelta(hours=1))
    text = base64_of(seal(CONTENT, [identity], at=start + timedelta(seconds=seconds)))
    if accepted:
        assert SERVICE.read(text).content == CONTENT
    else:
        with pytest.raises(SignatureRefused):
            SERVICE.read(text)


def test_without_a_signing_time_the_certificate_must_be_valid_now() -> None:
    timeless = base64_of(with_attributes(lambda values: values.pop(SIGNING_TIME)))
    assert SERVICE.read(timeless).signatures[0].signed_at is None
    later = datetime.now(UTC) + timedelta(days=400)
    service = SignatureService([AUTHORITY.certificate], clock=SimpleNamespace(now=lambda: later, monotonic=lambda: 0.0))
    with pytest.raises(SignatureRefused) as raised:
        service.read(timeless)
    assert raised.value.check is Check.EXPIRED


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (lambda values: values.pop(CONTENT_TYPE), Check.ATTRIBUTES),
        (lambda values: values.pop(MESSAGE_DIGEST), Check.ATTRIBUTES),
        (lambda values: values.clear(), Check.ATTRIBUTES),
        (lambda values: values[MESSAGE_DIGEST].append(anything(b"")), Check.ATTRIBUTES),
        (lambda values: values[SIGNING_TIME].clear(), Check.ATTRIBUTES),
        (lambda values: values.update({SIGNING_TIME: [anything(b"")]}), Check.ATTRIBUTES),
        (lambda values: values.update({SIGNING_TIME: [raw(b"\x17\x0d269999999999Z")]}), Check.ATTRIBUTES),
        (lambda values: values.update({SIGNING_CERTIFICATE_V2: [anything(b"")]}), Check.ATTRIBUTES),
        (
            lambda values: values.update(
                {SIGNING_CERTIFICATE_V2: [anything(SigningCertificate(certificates=[], policies=None))]}
            ),
            Check.ATTRIBUTES,
        ),
        (lambda values: values.update({CONTENT_TYPE: [anything(SIGNED_DATA)]}), Check.CONTENT_TYPE),
        (lambda values: values.update({MESSAGE_DIGEST: [anything(b"")]}), Check.DIGEST),
    ],
)
def test_the_signed_attributes_must_be_there_once_and_agree(
    change: Callable[[dict[ObjectIdentifier, list[asn1.TLV]]], object], check: Check
) -> None:
    assert check_failed_by(with_attributes(change)) is check


def test_a_signature_without_signed_attributes_is_refused(tmp_path: Path) -> None:
    assert check_failed_by(openssl_signed(tmp_path, IDENTITY, "-noattr")) is Check.ATTRIBUTES


@pytest.mark.parametrize(
    "algorithm", ["1.2.804.2.1.1.1.1.3.1.1", "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.10", "1.2.840.10045.4.3.4"]
)
def test_an_unknown_or_unfitting_signature_algorithm_is_refused(algorithm: str) -> None:
    def replace(_: SignedData, signer: SignerInfo) -> None:
        signer.signature_algorithm = [anything(ObjectIdentifier(algorithm))]

    assert check_failed_by(remade(SIGNED, replace)) is Check.ALGORITHM


@pytest.mark.parametrize("algorithm", ["1.2.804.2.1.1.1.1.2.1", "1.3.14.3.2.26", "1.2.840.113549.2.5"])
def test_a_national_or_weak_digest_algorithm_is_refused(algorithm: str) -> None:
    def replace(_: SignedData, signer: SignerInfo) -> None:
        signer.digest_algorithm = [anything(ObjectIdentifier(algorithm))]

    assert check_failed_by(remade(SIGNED, replace)) is Check.ALGORITHM


def test_an_algorithm_without_a_name_is_no_cms() -> None:
    def empty(_: SignedData, signer: SignerInfo) -> None:
        signer.digest_algorithm = []

    assert check_failed_by(remade(SIGNED, empty)) is Check.NOT_CMS


@pytest.mark.parametrize("directory", [b"", b"\x04\x00", b"\x30\x02\x05\x00", None])
def test_a_trusted_certificate_with_a_malformed_directory_is_refused(directory: bytes | None) -> None:
    key, root = ec.generate_private_key(ec.SECP256R1()), SigningIdentity.from_pem(AUTHORITY.to_pem())
    latin_letters_only = anything(anything("Ї"))
    wrong_text = asn1.encode_der(Attribute(type=DRFO, values=asn1.SetOf([latin_letters_only])))
    value = b"\x30" + length_octets(len(wrong_text)) + wrong_text if directory is None else directory
    template = IDENTITY.certificate
    builder = CertificateBuilder(template.issuer, template.subject, key.public_key(), template.serial_number)
    certificate = (
        builder.not_valid_before(template.not_valid_before_utc)
        .not_valid_after(template.not_valid_after_utc)
        .add_extension(AuthorityKeyIdentifier.from_issuer_public_key(root.key.public_key()), critical=False)
        .add_extension(UnrecognizedExtension(SUBJECT_DIRECTORY_ATTRIBUTES, value), critical=False)
        .sign(root.key, hashes.SHA256())
    )
    signed = CertificateSigner(SigningIdentity(key, certificate)).sign(CONTENT)
    assert check_failed_by(signed) is Check.WRONG_CERTIFICATE


@settings(deadline=None, max_examples=size(300))
@given(st.integers(0, len(SIGNED) - 1), st.integers(1, 255))
def test_no_single_changed_byte_makes_another_content_valid(position: int, change: int) -> None:
    changed = bytearray(SIGNED)
    changed[position] ^= change
    try:
        found = SERVICE.read(base64_of(bytes(changed)))
    except SignatureRefused:
        return
    assert found.content == CONTENT
    assert [signature.drfo for signature in found.signatures] == ["3221302486"]


@settings(deadline=None)
@given(
    st.one_of(
        st.text(),
        st.binary().map(base64_of),
        st.binary().map(lambda tail: base64_of(b"\x30" + tail)),
        st.tuples(st.integers(0, len(SIGNED)), st.integers(0, len(SIGNED)), st.binary(max_size=40)).map(
            lambda cut: base64_of(SIGNED[: min(cut[:2])] + cut[2] + SIGNED[max(cut[:2]) :])
        ),
    )
)
def test_whatever_comes_in_only_a_refusal_or_the_signed_content_comes_out(text: str) -> None:
    try:
        found = SERVICE.read(text)
    except SignatureRefused:
        return
    assert found.content == CONTENT


def length_octets(length: int) -> bytes:
    if length < 0x80:
        return bytes([length])
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([0x80 + len(octets)]) + octets


def nested(depth: int) -> bytes:
    pieces, length = [], 0
    for _ in range(depth):
        head = b"\x30" + length_octets(length)
        pieces.append(head)
        length += len(head)
    return b"".join(reversed(pieces))


def widened(size: int) -> bytes:
    body = b"\x05\x00" * (size // 2)
    inner = b"\x31" + length_octets(len(body)) + body
    return b"\x30" + length_octets(len(inner)) + inner


def crowded() -> bytes:
    many = sorted(AUTHORITY.issue(OLENA).certificate.public_bytes(Encoding.DER) for _ in range(17))

    def add(signed: SignedData, _: SignerInfo) -> None:
        signed.certificates = asn1.SetOf([raw(der) for der in many])

    return remade(SIGNED, add)


@pytest.mark.parametrize(
    "made",
    [partial(nested, 65), partial(nested, 1_000_000), partial(widened, 7_000_000), crowded],
    ids=["too deep", "very deep", "wide", "crowded"],
)
def test_hostile_nesting_and_crowding_is_refused_before_it_costs_memory(made: Callable[[], bytes]) -> None:
    text = base64_of(made())
    assert len(text) <= LONGEST_TEXT
    tracemalloc.start()
    try:
        with pytest.raises(SignatureRefused) as raised:
            SERVICE.read(text)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert raised.value.check is Check.TOO_COMPLEX
    assert peak < 3 * len(text) + 5_000_000


def test_the_largest_document_is_still_read() -> None:
    content = b"x" * (LONGEST_TEXT * 3 // 4 - 4000)
    assert SERVICE.read(base64_of(SIGNER.sign(content))).content == content


@pytest.mark.parametrize("options", [(), ("-cades",), ("-keyid",), ("-md", "sha512"), ("-certfile", "root.pem")])
@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
def test_what_openssl_signs_is_verified(tmp_path: Path, kind: str, options: tuple[str, ...]) -> None:
    identity = AUTHORITY.issue(OLENA, key=kind)  # type: ignore[arg-type]
    found = SERVICE.read(base64_of(openssl_signed(tmp_path, identity, *options)))
    assert found.content == CONTENT
    assert found.signatures[0].drfo == "3221302486"


def test_an_envelope_streamed_in_ber_is_refused(tmp_path: Path) -> None:
    assert check_failed_by(openssl_signed(tmp_path, IDENTITY, "-stream")) is Check.NOT_CMS


def test_a_service_without_a_trusted_root_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(UsageError) as raised:
        SignatureService([])
    assert raised.value.code == "no_trusted_root"


def test_a_plain_document_counts_as_signed_by_the_given_signer() -> None:
    moment = datetime.now(UTC)
    found = read_plain(base64_of(CONTENT), OLENA, signed_at=moment)
    assert found.content == CONTENT
    (signature,) = found.signatures
    assert signature.is_valid
    assert (signature.drfo, signature.surname, signature.signed_at) == ("3221302486", "Садова", moment)
    found.expect(signatures=1, stamps=0)
