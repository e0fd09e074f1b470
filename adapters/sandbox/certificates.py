"""A certification authority made at run time, whose certificates look like those of Ukrainian signers.

Nothing it issues is trusted by anybody but a verifier that was handed its root. As in the certificates of the
qualified providers, the tax number (ДРФО, РНОКПП) and the organisation's code (ЄДРПОУ) stand in the extension
subjectDirectoryAttributes, and an electronic seal ("stamp") is told by its extended key usage.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal, Self

from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import (
    AuthorityKeyIdentifier,
    BasicConstraints,
    Certificate,
    CertificateBuilder,
    ExtendedKeyUsage,
    ExtensionNotFound,
    KeyUsage,
    Name,
    NameAttribute,
    ObjectIdentifier,
    SubjectKeyIdentifier,
    UnrecognizedExtension,
    random_serial_number,
)
from cryptography.x509.oid import NameOID
from pydantic import StringConstraints

from ...flow import Clock, SystemClock, Value
from ..signing.envelope import Attribute, anything, raw
from ..signing.identity import SigningIdentity, SigningKey

SUBJECT_DIRECTORY_ATTRIBUTES: Final = ObjectIdentifier("2.5.29.9")
DRFO: Final = ObjectIdentifier("1.2.804.2.1.1.1.11.1.4.1.1")
EDRPOU: Final = ObjectIdentifier("1.2.804.2.1.1.1.11.1.4.2.1")
STAMP: Final = ObjectIdentifier("1.2.804.2.1.1.1.3.9")

NATURAL_PERSON: Final = "ФІЗИЧНА ОСОБА"

# RFC 5280 appendix A allows a common name no more.
_LONGEST_COMMON_NAME: Final = 64
# Clocks of two machines differ; a certificate issued this moment is to be valid on both.
_CLOCK_SKEW: Final = timedelta(hours=1)
_YEAR: Final = timedelta(days=365)

# What an ASN.1 PrintableString can hold; a Cyrillic passport series is transliterated before it comes here.
_Printable = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9 '()+,\-./:=?]*$", max_length=64)]
_Part = Annotated[str, StringConstraints(max_length=128)]


class Signatory(Value):
    """Who a certificate names. Every field may be empty; `repr` shows none.

    `drfo` is the tax number (10 digits), or the number of an ID card (9 digits), or the transliterated series
    and number of a passport. `common_name` empty means surname and given name. `edrpou` is the code of an
    organisation. Raises `InvalidInput`.
    """

    surname: _Part = ""
    given_name: _Part = ""
    common_name: _Part = ""
    drfo: _Printable = ""
    edrpou: _Printable = ""
    locality: _Part = "Київ"
    organisation: _Part = NATURAL_PERSON

    @property
    def full_name(self) -> str:
        return self.common_name or f"{self.surname} {self.given_name}".strip()


class SandboxAuthority:
    """A root of trust with its key; make one with `create`, keep it with `to_pem` and `from_pem`.

    An untrusted issuer is simply another authority.
    """

    def __init__(self, identity: SigningIdentity, *, clock: Clock | None = None) -> None:
        self._identity = identity
        self._clock = clock or SystemClock()

    @classmethod
    def create(cls, name: str = "esozflow sandbox authority", *, clock: Clock | None = None) -> Self:
        """A fresh root, valid from ten years ago to ten years ahead, so that it can also issue expired ones."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = Name([NameAttribute(NameOID.COMMON_NAME, name), NameAttribute(NameOID.COUNTRY_NAME, "UA")])
        now = (clock or SystemClock()).now()
        certificate = (
            _dated(subject, subject, key, now - 10 * _YEAR, now + 10 * _YEAR)
            .add_extension(BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(of_authority=True), critical=True)
            .add_extension(SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, SHA256())
        )
        return cls(SigningIdentity(key, certificate), clock=clock)

    @property
    def certificate(self) -> Certificate:
        """The root, for whoever is to trust this authority."""
        return self._identity.certificate

    def to_pem(self) -> bytes:
        """Key and root certificate; whoever reads it can issue certificates."""
        return self._identity.to_pem()

    @classmethod
    def from_pem(cls, pem: bytes, *, clock: Clock | None = None) -> Self:
        """Read what `to_pem` wrote. Raises `UsageError` (code `signing_identity`)."""
        return cls(SigningIdentity.from_pem(pem), clock=clock)

    def issue(
        self,
        signatory: Signatory,
        *,
        stamp: bool = False,
        key: Literal["ecdsa", "rsa"] = "ecdsa",
        valid_from: datetime | None = None,
        valid_until: datetime | None = None,
    ) -> SigningIdentity:
        """A key and its certificate, valid for a year from now unless told otherwise (aware datetimes).

        `stamp` makes it the electronic seal of an organisation. A signatory without `drfo` gets a certificate
        without it. Raises `ValueError` when the dates are in the wrong order.
        """
        now = self._clock.now()
        own_key = _fresh_key(key)
        issuer = self._identity.certificate
        builder = _dated(
            _distinguished_name(signatory),
            issuer.subject,
            own_key,
            valid_from or now - _CLOCK_SKEW,
            valid_until or now + _YEAR,
        )
        builder = (
            builder.add_extension(BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(of_authority=False), critical=True)
            .add_extension(SubjectKeyIdentifier.from_public_key(own_key.public_key()), critical=False)
            .add_extension(
                AuthorityKeyIdentifier.from_issuer_public_key(self._identity.key.public_key()), critical=False
            )
        )
        if signatory.drfo or signatory.edrpou:
            builder = builder.add_extension(_directory_attributes(signatory), critical=False)
        if stamp:
            builder = builder.add_extension(ExtendedKeyUsage([STAMP]), critical=False)
        return SigningIdentity(own_key, builder.sign(self._identity.key, SHA256()))

    def issue_expired(self, signatory: Signatory) -> SigningIdentity:
        """A certificate that was valid for a year and ended yesterday."""
        ended = self._clock.now() - timedelta(days=1)
        return self.issue(signatory, valid_from=ended - _YEAR, valid_until=ended)

    def issue_not_yet_valid(self, signatory: Signatory) -> SigningIdentity:
        """A certificate that becomes valid tomorrow."""
        return self.issue(signatory, valid_from=self._clock.now() + timedelta(days=1))

    def issue_without_drfo(self, signatory: Signatory) -> SigningIdentity:
        """A certificate of the same person that does not say the tax number."""
        return self.issue(signatory.model_copy(update={"drfo": ""}))

    def issue_stamp(self, signatory: Signatory) -> SigningIdentity:
        """The electronic seal of the organisation that `signatory` describes (`organisation`, `edrpou`)."""
        return self.issue(signatory, stamp=True)


def signatory_of(certificate: Certificate) -> Signatory:
    """Whom a certificate names. Raises `ValueError` or `InvalidInput` when its fields are malformed.

    The tax number is taken from subjectDirectoryAttributes, otherwise from the serialNumber of the subject, where
    newer certificates write it with the prefix `TINUA-` (ETSI EN 319 412-1, semantics identifiers).
    """
    codes = dict(_codes(certificate))
    return Signatory(
        surname=_named(certificate, NameOID.SURNAME),
        given_name=_named(certificate, NameOID.GIVEN_NAME),
        common_name=_named(certificate, NameOID.COMMON_NAME),
        drfo=codes.get(DRFO, "") or _named(certificate, NameOID.SERIAL_NUMBER).removeprefix("TINUA-"),
        edrpou=codes.get(EDRPOU, ""),
        locality=_named(certificate, NameOID.LOCALITY_NAME),
        organisation=_named(certificate, NameOID.ORGANIZATION_NAME),
    )


def is_stamp(certificate: Certificate) -> bool:
    """Whether the certificate is that of an electronic seal. Raises `ValueError` when it is malformed."""
    try:
        usage = certificate.extensions.get_extension_for_class(ExtendedKeyUsage)
    except ExtensionNotFound:
        return False
    return STAMP in usage.value


def _fresh_key(kind: Literal["ecdsa", "rsa"]) -> SigningKey:
    if kind == "rsa":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1())


def _dated(subject: Name, issuer: Name, key: SigningKey, start: datetime, end: datetime) -> CertificateBuilder:
    return (
        CertificateBuilder(
            issuer_name=issuer,
            subject_name=subject,
            public_key=key.public_key(),
            serial_number=random_serial_number(),
        )
        .not_valid_before(start)
        .not_valid_after(end)
    )


def _usage(*, of_authority: bool) -> KeyUsage:
    return KeyUsage(
        digital_signature=not of_authority,
        content_commitment=not of_authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=of_authority,
        crl_sign=of_authority,
        encipher_only=False,
        decipher_only=False,
    )


def _distinguished_name(signatory: Signatory) -> Name:
    parts = {
        NameOID.ORGANIZATION_NAME: signatory.organisation[:_LONGEST_COMMON_NAME],
        NameOID.COMMON_NAME: signatory.full_name[:_LONGEST_COMMON_NAME],
        NameOID.SURNAME: signatory.surname,
        NameOID.GIVEN_NAME: signatory.given_name,
        NameOID.SERIAL_NUMBER: signatory.drfo,
        NameOID.COUNTRY_NAME: "UA",
        NameOID.LOCALITY_NAME: signatory.locality,
    }
    return Name([NameAttribute(oid, text) for oid, text in parts.items() if text])


@asn1.sequence
class _Directory:
    attributes: list[Attribute]


@asn1.sequence
class _Wrapped:
    only: asn1.TLV


# The ASN.1 interface encodes and decodes classes, and the extension is a bare SEQUENCE OF: hence one SEQUENCE
# around it, put on here before decoding and taken off after encoding.
def _directory_attributes(signatory: Signatory) -> UnrecognizedExtension:
    codes = {DRFO: signatory.drfo, EDRPOU: signatory.edrpou}
    directory = _Directory(
        attributes=[
            Attribute(type=oid, values=asn1.SetOf([anything(asn1.PrintableString(code))]))
            for oid, code in codes.items()
            if code
        ]
    )
    bare = asn1.decode_der(_Wrapped, asn1.encode_der(directory)).only
    return UnrecognizedExtension(SUBJECT_DIRECTORY_ATTRIBUTES, asn1.encode_der(bare))


def _codes(certificate: Certificate) -> Iterator[tuple[ObjectIdentifier, str]]:
    for extension in certificate.extensions:
        if extension.oid != SUBJECT_DIRECTORY_ATTRIBUTES or not isinstance(extension.value, UnrecognizedExtension):
            continue
        wrapped = asn1.encode_der(_Wrapped(only=raw(extension.value.value)))
        for attribute in asn1.decode_der(_Directory, wrapped).attributes:
            if attribute.type in (DRFO, EDRPOU):
                for value in attribute.values.as_list():
                    yield attribute.type, value.parse(asn1.PrintableString).as_str()


def _named(certificate: Certificate, oid: ObjectIdentifier) -> str:
    found = certificate.subject.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""
