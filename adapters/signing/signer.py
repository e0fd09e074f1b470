"""A signer whose key is a PEM file: for tests, the sandbox and providers that hand out ECDSA or RSA keys."""

from __future__ import annotations

from cryptography.exceptions import UnsupportedAlgorithm

from ...flow import Clock, PeerError, SystemClock
from ...flow.wiring import expect
from .envelope import seal
from .identity import SigningIdentity


class SignerError(PeerError):
    """The signer could not sign; nothing was sent. Holds neither the content nor anything of the key."""

    default_code = "signer"


class CertificateSigner:
    """Signs with `identity`, one signature an envelope: ECDSA or RSA (PKCS #1 v1.5), SHA-256.

    Signed attributes: contentType, messageDigest, signingTime (whole seconds of `clock`, by default the machine's)
    and signingCertificateV2. The certificate's own dates are not looked at: whoever verifies does so.
    """

    def __init__(self, identity: SigningIdentity, *, clock: Clock | None = None) -> None:
        expect("identity", identity, SigningIdentity)
        self._identity = identity
        self._clock = clock or SystemClock()

    def sign(self, content: bytes) -> bytes:
        """The DER of the envelope around `content`. Raises `SignerError`."""
        try:
            return seal(content, [self._identity], at=self._clock.now())
        except (ValueError, TypeError, UnsupportedAlgorithm):
            # The cause is cut off: its text or its frames may repeat what was being signed.
            raise SignerError(
                "The content could not be signed.",
                hint="Check that the content is bytes and that the key is ECDSA, or RSA of at least 2048 bits.",
            ) from None
