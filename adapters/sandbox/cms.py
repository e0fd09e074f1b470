"""One envelope opened and verified: CMS SignedData (RFC 5652) against the roots that are trusted.

The input is hostile. Its frame is walked first, element by element and without recursion, under a budget; only
then is it decoded. Whatever is wrong comes out as `SignatureRefused`, which names the check that failed.

Not done, because it needs the network of the provider: revocation and time-stamps. Not done, because no public
Python library can: DSTU 4145 and GOST 34.311; they are refused as algorithms that are not known here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NoReturn

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import (
    Certificate,
    DuplicateExtension,
    InvalidVersion,
    KeyUsage,
    ObjectIdentifier,
    SubjectKeyIdentifier,
    UnsupportedGeneralNameType,
    load_der_x509_certificate,
)
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from ...flow import UsageError
from ..signing import envelope

# A chain of a qualified provider with its answers about revocation stays well below both.
_MOST_ELEMENTS: Final = 20_000
_DEEPEST: Final = 64
# The chain is searched among the certificates that the sender chose, so there must not be many.
_MOST_CERTIFICATES: Final = 16

_SEQUENCE: Final = 0x30
_CONSTRUCTED: Final = 0x20
_LONG_TAG: Final = 0x1F

# Everything that cryptography raises for bytes it cannot make sense of. A doubtful certificate only makes it
# warn, which a host may have turned into an error.
UNREADABLE: Final = (
    ValueError,
    TypeError,
    OverflowError,
    UnsupportedAlgorithm,
    DuplicateExtension,
    InvalidVersion,
    UnsupportedGeneralNameType,
    Warning,
)

_Hash = hashes.SHA256 | hashes.SHA384 | hashes.SHA512

_DIGESTS: Final[Mapping[str, _Hash]] = {
    "2.16.840.1.101.3.4.2.1": hashes.SHA256(),
    "2.16.840.1.101.3.4.2.2": hashes.SHA384(),
    "2.16.840.1.101.3.4.2.3": hashes.SHA512(),
}
# What a signature algorithm says about its own hash; rsaEncryption leaves that to the digest algorithm.
_SIGNATURES: Final[Mapping[str, tuple[type[Any], str | None]]] = {
    "1.2.840.10045.4.3.2": (ec.EllipticCurvePublicKey, "sha256"),
    "1.2.840.10045.4.3.3": (ec.EllipticCurvePublicKey, "sha384"),
    "1.2.840.10045.4.3.4": (ec.EllipticCurvePublicKey, "sha512"),
    "1.2.840.113549.1.1.1": (rsa.RSAPublicKey, None),
    "1.2.840.113549.1.1.11": (rsa.RSAPublicKey, "sha256"),
    "1.2.840.113549.1.1.12": (rsa.RSAPublicKey, "sha384"),
    "1.2.840.113549.1.1.13": (rsa.RSAPublicKey, "sha512"),
}


class Check(StrEnum):
    """What a signed document can fail on, in about the order in which it is looked at."""

    TOO_LARGE = "too_large"
    NOT_BASE64 = "not_base64"
    NOT_CMS = "not_cms"
    TRUNCATED = "truncated"
    TRAILING = "trailing"
    TOO_COMPLEX = "too_complex"
    DETACHED = "detached"
    SIGNERS = "signers"
    ATTRIBUTES = "attributes"
    CONTENT_TYPE = "content_type"
    ALGORITHM = "algorithm"
    DIGEST = "digest"
    NO_CERTIFICATE = "no_certificate"
    WRONG_CERTIFICATE = "wrong_certificate"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    UNTRUSTED = "untrusted"
    SIGNATURE = "signature"
    COUNT = "count"


INVALID_SIGNATURE: Final = "Invalid signature"

# The texts of `not_base64`, `digest`, `signature`, `signers` and `count` are those of the open-sourced services;
# the others are our own, because the texts of the signature service itself were never published.
MESSAGES: Final[Mapping[Check, str]] = {
    Check.TOO_LARGE: "Signed document is too large",
    Check.NOT_BASE64: "Not a base64 string",
    Check.NOT_CMS: "Document is not a CMS SignedData envelope in DER",
    Check.TRUNCATED: "Document ends before its envelope does",
    Check.TRAILING: "Document goes on after its envelope ends",
    Check.TOO_COMPLEX: "Envelope holds too many elements",
    Check.DETACHED: "Envelope does not hold the signed content",
    Check.ATTRIBUTES: "Signed attributes are missing or malformed",
    Check.CONTENT_TYPE: "Signed content is not of type data",
    Check.ALGORITHM: "Signature algorithm is not supported",
    Check.DIGEST: INVALID_SIGNATURE,
    Check.NO_CERTIFICATE: "Certificate of the signer is not in the envelope",
    Check.WRONG_CERTIFICATE: "Certificate is not the one that was signed with",
    Check.NOT_YET_VALID: "Certificate was not valid yet when it was signed with",
    Check.EXPIRED: "Certificate had expired when it was signed with",
    Check.UNTRUSTED: "Certificate was not issued by a trusted authority",
    Check.SIGNATURE: INVALID_SIGNATURE,
}


class SignatureRefused(UsageError):
    """The document is not signed as it must be: `check` says what failed, `message` is what ЕСОЗ would say.

    Holds nothing of the document. The code is `signature_` followed by the check.
    """

    def __init__(self, check: Check, message: str | None = None) -> None:
        self.check = check
        self.message = message or MESSAGES[check]
        super().__init__(self.message, hint="Sign the request again and send it as it is.", code=f"signature_{check}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One verified envelope: what it holds, whose certificate signed it, when the signer says that was (UTC)."""

    content: bytes = field(repr=False)
    certificate: Certificate = field(repr=False)
    signed_at: datetime | None


def verify(der: bytes, *, trusted: Store, now: datetime) -> Layer:
    """Open the envelope `der` and verify its one signature.

    The certificate must have been valid at the signing time, or at `now` (aware) when none is given. Raises
    `SignatureRefused`, and nothing else whatever the bytes are.
    """
    try:
        signed = _signed_data(der)
        return _verified(signed, trusted, now)
    except UNREADABLE:
        raise SignatureRefused(Check.NOT_CMS) from None


def holds_envelope(content: bytes) -> bool:
    """Whether a content is itself a SignedData envelope, sound or not: several persons sign by nesting."""
    try:
        _check_frame(content)
        return asn1.decode_der(envelope.ContentInfo, content).type == envelope.SIGNED_DATA
    except (SignatureRefused, *UNREADABLE):
        return False


def _refuse(check: Check, message: str | None = None) -> NoReturn:
    raise SignatureRefused(check, message)


def _verified(signed: envelope.SignedData, trusted: Store, now: datetime) -> Layer:
    content = signed.encapsulated.content
    if content is None:
        _refuse(Check.DETACHED)
    signer = _only_signer(signed)
    attributes = _attributes(signer)
    _check_content_type(signed, attributes)
    digest_algorithm = _digest_algorithm(signer.digest_algorithm)
    if _value(attributes, envelope.MESSAGE_DIGEST, bytes) != _digest(content, digest_algorithm):
        _refuse(Check.DIGEST)
    certificates = _certificates(signed)
    certificate = _certificate_of(signer, certificates)
    _check_certificate_id(attributes, certificate)
    signed_at = _signing_time(attributes)
    _check_trust(certificate, certificates, trusted, signed_at or now)
    _check_signature(signer, digest_algorithm, certificate)
    return Layer(content=content, certificate=certificate, signed_at=signed_at)


def _signed_data(der: bytes) -> envelope.SignedData:
    _check_frame(der)
    outer = asn1.decode_der(envelope.ContentInfo, der)
    if outer.type != envelope.SIGNED_DATA:
        _refuse(Check.NOT_CMS)
    signed: envelope.SignedData = outer.content.parse(envelope.SignedData)
    return signed


def _check_frame(der: bytes) -> None:
    """Walk over all elements: lengths definite and inside their parents, not too many, not too deep."""
    if der[:1] != bytes([_SEQUENCE]):
        _refuse(Check.NOT_CMS)
    at, ends = 0, [len(der)]
    for _ in range(_MOST_ELEMENTS):
        start, end = _extent(der, at, ends[-1], outermost=len(ends) == 1)
        if at == 0 and end < len(der):
            _refuse(Check.TRAILING)
        if der[at] & _CONSTRUCTED:
            ends.append(end)
            at = start
        else:
            at = end
        while ends and at == ends[-1]:
            ends.pop()
        if not ends:
            return
        if len(ends) > _DEEPEST:
            break
    _refuse(Check.TOO_COMPLEX)


def _extent(der: bytes, at: int, limit: int, *, outermost: bool) -> tuple[int, int]:
    too_short = Check.TRUNCATED if outermost else Check.NOT_CMS
    if der[at] & _LONG_TAG == _LONG_TAG:
        _refuse(Check.NOT_CMS)
    if at + 2 > limit:
        _refuse(too_short)
    length, start = der[at + 1], at + 2
    # 0x80 announces an indefinite length (BER); more than four bytes announce more than 4 GB.
    if length == 0x80 or length > 0x84:
        _refuse(Check.NOT_CMS)
    if length > 0x80:
        start += length - 0x80
        length = int.from_bytes(der[at + 2 : start], "big")
    if start + length > limit:
        _refuse(too_short)
    return start, start + length


def _only_signer(signed: envelope.SignedData) -> envelope.SignerInfo:
    signers = signed.signers.as_list()
    if len(signers) != 1:
        _refuse(Check.SIGNERS, f"envelope contains {len(signers)} signatures instead of 1")
    return signers[0]


def _attributes(signer: envelope.SignerInfo) -> dict[ObjectIdentifier, asn1.TLV]:
    # Without signed attributes the signature would be over the content itself, and then a content that is a set
    # of attributes could pass for another document's (RFC 5652 leaves that open). ЕСОЗ's documents have them.
    given = signer.signed_attributes.as_list() if signer.signed_attributes else []
    values = {attribute.type: attribute.values.as_list() for attribute in given}
    if not given or len(values) != len(given) or any(len(each) != 1 for each in values.values()):
        _refuse(Check.ATTRIBUTES)
    return {type_: each[0] for type_, each in values.items()}


def _value(attributes: Mapping[ObjectIdentifier, asn1.TLV], type_: ObjectIdentifier, cls: type[Any]) -> Any:
    if type_ not in attributes:
        _refuse(Check.ATTRIBUTES)
    try:
        return attributes[type_].parse(cls)
    except UNREADABLE:
        raise SignatureRefused(Check.ATTRIBUTES) from None


def _check_content_type(signed: envelope.SignedData, attributes: Mapping[ObjectIdentifier, asn1.TLV]) -> None:
    stated = _value(attributes, envelope.CONTENT_TYPE, ObjectIdentifier)
    if not stated == signed.encapsulated.type == envelope.DATA:
        _refuse(Check.CONTENT_TYPE)


def _oid(algorithm: Sequence[asn1.TLV]) -> str:
    if not algorithm:
        _refuse(Check.NOT_CMS)
    oid: ObjectIdentifier = algorithm[0].parse(ObjectIdentifier)
    return oid.dotted_string


def _digest_algorithm(algorithm: Sequence[asn1.TLV]) -> _Hash:
    return _DIGESTS.get(_oid(algorithm)) or _refuse(Check.ALGORITHM)


def _digest(content: bytes, algorithm: _Hash) -> bytes:
    digest = hashes.Hash(algorithm)
    digest.update(content)
    return digest.finalize()


def _certificates(signed: envelope.SignedData) -> list[Certificate]:
    given = signed.certificates.as_list() if signed.certificates else []
    if len(given) > _MOST_CERTIFICATES:
        _refuse(Check.TOO_COMPLEX)
    # The set may also hold attribute certificates and other formats, each under a tag of its own.
    return [load_der_x509_certificate(asn1.encode_der(each)) for each in given if each.tag_bytes == bytes([_SEQUENCE])]


def _certificate_of(signer: envelope.SignerInfo, certificates: Sequence[Certificate]) -> Certificate:
    named = signer.signer
    for certificate in certificates:
        if isinstance(named, bytes):
            matches = _key_identifier(certificate) == named
        else:
            matches = (
                certificate.serial_number == named.serial
                and certificate.issuer.public_bytes() == asn1.encode_der(named.issuer)
            )
        if matches:
            return certificate
    _refuse(Check.NO_CERTIFICATE)


def _key_identifier(certificate: Certificate) -> bytes | None:
    for extension in certificate.extensions:
        if isinstance(extension.value, SubjectKeyIdentifier):
            return extension.value.digest
    return None


def _check_certificate_id(attributes: Mapping[ObjectIdentifier, asn1.TLV], certificate: Certificate) -> None:
    if envelope.SIGNING_CERTIFICATE_V2 not in attributes:
        return
    stated = _value(attributes, envelope.SIGNING_CERTIFICATE_V2, envelope.SigningCertificate)
    if not stated.certificates:
        _refuse(Check.ATTRIBUTES)
    first = stated.certificates[0]
    algorithm = hashes.SHA256() if first.algorithm is None else _digest_algorithm(first.algorithm)
    if first.digest != _digest(certificate.public_bytes(Encoding.DER), algorithm):
        _refuse(Check.WRONG_CERTIFICATE)


def _signing_time(attributes: Mapping[ObjectIdentifier, asn1.TLV]) -> datetime | None:
    if envelope.SIGNING_TIME not in attributes:
        return None
    is_utc_time = attributes[envelope.SIGNING_TIME].tag_bytes == b"\x17"
    moment: datetime = _value(
        attributes, envelope.SIGNING_TIME, asn1.UTCTime if is_utc_time else asn1.GeneralizedTime
    ).as_datetime()
    return moment


def _may_sign(policy: Policy, certificate: Certificate, usage: KeyUsage | None) -> None:
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        raise ValueError("the key is not for signatures")


# A signer's certificate has none of what the web asks of a server's: no host name, no usage for TLS.
_SIGNER_POLICY: Final = ExtensionPolicy.permit_all().may_be_present(KeyUsage, Criticality.AGNOSTIC, _may_sign)
_AUTHORITY_POLICY: Final = ExtensionPolicy.webpki_defaults_ca()


def _check_trust(certificate: Certificate, others: list[Certificate], trusted: Store, at: datetime) -> None:
    if at < certificate.not_valid_before_utc:
        _refuse(Check.NOT_YET_VALID)
    if at > certificate.not_valid_after_utc:
        _refuse(Check.EXPIRED)
    rules = PolicyBuilder().store(trusted).time(at)
    rules = rules.extension_policies(ca_policy=_AUTHORITY_POLICY, ee_policy=_SIGNER_POLICY)
    try:
        rules.build_client_verifier().verify(certificate, others)
    except (VerificationError, *UNREADABLE):
        raise SignatureRefused(Check.UNTRUSTED) from None


def _check_signature(signer: envelope.SignerInfo, digest_algorithm: _Hash, certificate: Certificate) -> None:
    kind, own_hash = _SIGNATURES.get(_oid(signer.signature_algorithm)) or _refuse(Check.ALGORITHM)
    key = certificate.public_key()
    if not isinstance(key, kind) or own_hash not in (None, digest_algorithm.name):
        _refuse(Check.ALGORITHM)
    # What is signed is the set under its own tag, not under the one it has in the envelope (RFC 5652, 5.4).
    signed = asn1.encode_der(signer.signed_attributes)
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signer.signature, signed, ec.ECDSA(digest_algorithm))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signer.signature, signed, padding.PKCS1v15(), digest_algorithm)
    except InvalidSignature:
        raise SignatureRefused(Check.SIGNATURE) from None
