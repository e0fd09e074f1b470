"""The CMS SignedData envelope as ASN.1 (RFC 5652), and how to fill one in.

The only module, with `adapters/sandbox/cms.py` and `adapters/sandbox/certificates.py`, that touches
`cryptography.hazmat.asn1`. That interface decodes strict DER in compiled code and refuses indefinite lengths,
but its authors still call it unstable; the builder in `cryptography.hazmat.primitives.serialization.pkcs7` is
stable and cannot set the signing time or add signingCertificateV2 (RFC 5035).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, ObjectIdentifier

from .identity import SigningIdentity, SigningKey

DATA: Final = ObjectIdentifier("1.2.840.113549.1.7.1")
SIGNED_DATA: Final = ObjectIdentifier("1.2.840.113549.1.7.2")
CONTENT_TYPE: Final = ObjectIdentifier("1.2.840.113549.1.9.3")
MESSAGE_DIGEST: Final = ObjectIdentifier("1.2.840.113549.1.9.4")
SIGNING_TIME: Final = ObjectIdentifier("1.2.840.113549.1.9.5")
SIGNING_CERTIFICATE_V2: Final = ObjectIdentifier("1.2.840.113549.1.9.16.2.47")
SHA256: Final = ObjectIdentifier("2.16.840.1.101.3.4.2.1")
RSA: Final = ObjectIdentifier("1.2.840.113549.1.1.1")
ECDSA_WITH_SHA256: Final = ObjectIdentifier("1.2.840.10045.4.3.2")

# RFC 5652 section 11.3: earlier and later years do not fit a UTCTime.
_YEARS_OF_UTC_TIME: Final = range(1950, 2050)


@asn1.sequence
class Attribute:
    type: ObjectIdentifier
    values: asn1.SetOf[asn1.TLV]


@asn1.sequence
class IssuerAndSerial:
    issuer: asn1.TLV
    serial: int


# An AlgorithmIdentifier is its OID and optional parameters of any type: a SEQUENCE of one or two anythings.
@asn1.sequence
class SignerInfo:
    version: int
    signer: IssuerAndSerial | Annotated[bytes, asn1.Implicit(0)]
    digest_algorithm: list[asn1.TLV]
    signed_attributes: Annotated[asn1.SetOf[Attribute] | None, asn1.Implicit(0)]
    signature_algorithm: list[asn1.TLV]
    signature: bytes
    unsigned_attributes: Annotated[asn1.SetOf[Attribute] | None, asn1.Implicit(1)]


@asn1.sequence
class EncapsulatedContent:
    type: ObjectIdentifier
    content: Annotated[bytes | None, asn1.Explicit(0)]


@asn1.sequence
class SignedData:
    version: int
    digest_algorithms: asn1.SetOf[list[asn1.TLV]]
    encapsulated: EncapsulatedContent
    certificates: Annotated[asn1.SetOf[asn1.TLV] | None, asn1.Implicit(0)]
    revocations: Annotated[asn1.SetOf[asn1.TLV] | None, asn1.Implicit(1)]
    signers: asn1.SetOf[SignerInfo]


@asn1.sequence
class ContentInfo:
    type: ObjectIdentifier
    content: Annotated[asn1.TLV, asn1.Explicit(0)]


@asn1.sequence
class CertificateId:
    """ESSCertIDv2; no algorithm means SHA-256."""

    algorithm: list[asn1.TLV] | None
    digest: bytes
    issuer_and_serial: list[asn1.TLV] | None


@asn1.sequence
class SigningCertificate:
    certificates: list[CertificateId]
    policies: list[asn1.TLV] | None


def anything(value: Any) -> asn1.TLV:
    """An ASN.1 value in the form that a field of any type holds."""
    return asn1.decode_der(asn1.TLV, asn1.encode_der(value))


def raw(der: bytes) -> asn1.TLV:
    """Ready DER in the form that a field of any type holds; `ValueError` when it is not exactly one value."""
    return asn1.decode_der(asn1.TLV, der)


def sha256(content: bytes) -> bytes:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(content)
    return digest.finalize()


def seal(content: bytes, signers: Sequence[SigningIdentity], *, at: datetime) -> bytes:
    """The DER envelope around `content`, signed side by side by each of `signers` at the moment `at` (aware).

    ЕСОЗ wants exactly one signer in an envelope; an envelope with none or several is for tests of a verifier.
    Raises what `cryptography` raises; `CertificateSigner` turns that into `SignerError`.
    """
    der_certificates = [signer.certificate.public_bytes(Encoding.DER) for signer in signers]
    signed = SignedData(
        version=1,
        digest_algorithms=asn1.SetOf([[anything(SHA256)]]),
        encapsulated=EncapsulatedContent(type=DATA, content=content),
        certificates=asn1.SetOf([raw(der) for der in sorted(set(der_certificates))]),
        revocations=None,
        signers=asn1.SetOf([_signer_info(content, signer, at) for signer in signers]),
    )
    return asn1.encode_der(ContentInfo(type=SIGNED_DATA, content=anything(signed)))


def _signer_info(content: bytes, signer: SigningIdentity, at: datetime) -> SignerInfo:
    attributes = asn1.SetOf(_signed_attributes(content, signer.certificate, at))
    algorithm, signature = _signature(signer.key, asn1.encode_der(attributes))
    return SignerInfo(
        version=1,
        signer=IssuerAndSerial(
            issuer=raw(signer.certificate.issuer.public_bytes()), serial=signer.certificate.serial_number
        ),
        digest_algorithm=[anything(SHA256)],
        signed_attributes=attributes,
        signature_algorithm=algorithm,
        signature=signature,
        unsigned_attributes=None,
    )


def _signed_attributes(content: bytes, certificate: Certificate, at: datetime) -> list[Attribute]:
    certificate_id = CertificateId(
        algorithm=None, digest=sha256(certificate.public_bytes(Encoding.DER)), issuer_and_serial=None
    )
    values = {
        CONTENT_TYPE: DATA,
        MESSAGE_DIGEST: sha256(content),
        SIGNING_TIME: _time(at),
        SIGNING_CERTIFICATE_V2: SigningCertificate(certificates=[certificate_id], policies=None),
    }
    return [Attribute(type=type_, values=asn1.SetOf([anything(value)])) for type_, value in values.items()]


def _time(at: datetime) -> asn1.UTCTime | asn1.GeneralizedTime:
    moment = at.astimezone(UTC).replace(microsecond=0)
    return asn1.UTCTime(moment) if moment.year in _YEARS_OF_UTC_TIME else asn1.GeneralizedTime(moment)


def _signature(key: SigningKey, signed: bytes) -> tuple[list[asn1.TLV], bytes]:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return [anything(ECDSA_WITH_SHA256)], key.sign(signed, ec.ECDSA(hashes.SHA256()))
    return [anything(RSA), anything(asn1.Null())], key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
