"""A private key with its certificate, and the PEM file in which the two travel between processes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509 import Certificate, load_pem_x509_certificate

from ...flow import UsageError

SigningKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def _unusable(reason: str) -> UsageError:
    return UsageError(
        reason,
        hint="Give an unencrypted PEM with one ECDSA or RSA private key and the certificate of that key.",
        code="signing_identity",
    )


@dataclass(frozen=True, slots=True, repr=False)
class SigningIdentity:
    """Who signs: an ECDSA or RSA key and the certificate issued for it.

    Raises `UsageError` (code `signing_identity`) when the certificate belongs to another key.
    """

    key: SigningKey
    certificate: Certificate

    def __post_init__(self) -> None:
        if self.certificate.public_key() != self.key.public_key():
            raise _unusable("The certificate was issued for another key.")

    def __repr__(self) -> str:
        return "SigningIdentity(…)"

    def to_pem(self) -> bytes:
        """The key (PKCS #8, not encrypted) followed by the certificate; keep it as you keep any private key."""
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return key + self.certificate.public_bytes(Encoding.PEM)

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """Read what `to_pem` wrote, or any PEM with one key and one certificate.

        Raises `UsageError` (code `signing_identity`) when either is missing, unreadable, encrypted or of a
        kind that cannot sign here. DSTU 4145 keys are of such a kind; they need the library of their provider.
        """
        try:
            key = load_pem_private_key(pem, password=None)
            certificate = load_pem_x509_certificate(pem)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise _unusable("The PEM does not hold a readable key and certificate.") from None
        if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            raise _unusable("The key is neither an ECDSA nor an RSA key.")
        return cls(key, certificate)
