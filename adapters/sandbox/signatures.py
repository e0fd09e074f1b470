"""The signature service of the emulated ЕСОЗ: what `signed_content` holds and who signed it.

`SignatureService.read` verifies a signed document, `read_plain` takes an unsigned one for signed, as the
open-sourced back-end does when its signature check is switched off. Both take the text of `signed_content`.

Base64 is read as the back-end reads it: the standard alphabet with its padding. URL-safe letters, spaces in the
place of plus signs, line breaks, other white space and missing padding are refused (`Not a base64 string`); to
repair what a browser did to the text is the business of the page that takes it over.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from cryptography.x509 import Certificate
from cryptography.x509.verification import Store

from ...flow import Clock, FlowError, SystemClock, UsageError
from .certificates import Signatory, is_stamp, signatory_of
from .cms import UNREADABLE, Check, Layer, SignatureRefused, holds_envelope, verify

__all__ = ["Check", "Signature", "SignatureRefused", "SignatureService", "SignedContent", "read_plain"]

# Characters of base64, so about 7.5 MB of document; a registration request has a few kilobytes.
LONGEST_TEXT: Final = 10 * 1024 * 1024
# Two or three persons sign one document in ЕСОЗ; each layer is a copy of the document in memory.
_MOST_LAYERS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature and its signer, with the fields of the service's answer. `repr` shows nothing personal.

    `signed_at` is the signer's own word for the moment (aware, UTC), `None` when the envelope does not say it.
    `is_valid` is always true and `message` empty for what `SignatureService` returns: it refuses the rest.
    """

    is_valid: bool = True
    is_stamp: bool = False
    message: str = ""
    drfo: str = field(default="", repr=False)
    edrpou: str = field(default="", repr=False)
    surname: str = field(default="", repr=False)
    given_name: str = field(default="", repr=False)
    common_name: str = field(default="", repr=False)
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedContent:
    """What was signed, and the signatures on it, outermost envelope first."""

    content: bytes = field(repr=False)
    signatures: tuple[Signature, ...]

    def expect(self, *, signatures: int, stamps: int) -> None:
        """Raise `SignatureRefused` (check `count`) unless there are exactly so many of either."""
        found_stamps = sum(signature.is_stamp for signature in self.signatures)
        found = len(self.signatures) - found_stamps
        if (found, found_stamps) != (signatures, stamps):
            raise SignatureRefused(
                Check.COUNT,
                f"document must contain {_counted(signatures, stamps)} but contains {_counted(found, found_stamps)}",
            )


class SignatureService:
    """Verifies documents signed by holders of certificates under `trusted`, the roots.

    Raises `UsageError` when there is no root: then no document could ever pass.
    """

    def __init__(self, trusted: Iterable[Certificate], *, clock: Clock | None = None) -> None:
        roots = list(trusted)
        if not roots:
            raise UsageError(
                "There is no trusted root", hint="Give the certificate of the authority.", code="no_trusted_root"
            )
        self._trusted = Store(roots)
        self._clock = clock or SystemClock()

    def read(self, text: str) -> SignedContent:
        """Verify base64 of a DER envelope, and of the envelopes nested in it: each carries one signature.

        Raises `SignatureRefused`, which names the check that failed, and nothing else.
        """
        layers = tuple(self._layers(_decoded(text)))
        return SignedContent(content=layers[-1].content, signatures=tuple(map(_signature, layers)))

    def _layers(self, der: bytes) -> Iterator[Layer]:
        now = self._clock.now()
        for _ in range(_MOST_LAYERS):
            layer = verify(der, trusted=self._trusted, now=now)
            yield layer
            der = layer.content
            if not holds_envelope(der):
                return
        raise SignatureRefused(Check.TOO_COMPLEX)


def read_plain(text: str, signer: Signatory, *, signed_at: datetime | None = None) -> SignedContent:
    """Take base64 of a bare document for a document signed by `signer`.

    Raises `SignatureRefused` (check `too_large` or `not_base64`).
    """
    return SignedContent(content=_decoded(text), signatures=(_of(signer, stamp=False, signed_at=signed_at),))


def _decoded(text: str) -> bytes:
    if len(text) > LONGEST_TEXT:
        raise SignatureRefused(Check.TOO_LARGE)
    try:
        # Without `validate` Python would skip over letters that are not of the alphabet.
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise SignatureRefused(Check.NOT_BASE64) from None


def _signature(layer: Layer) -> Signature:
    try:
        signer, stamp = signatory_of(layer.certificate), is_stamp(layer.certificate)
    except (FlowError, *UNREADABLE):
        raise SignatureRefused(Check.WRONG_CERTIFICATE) from None
    return _of(signer, stamp=stamp, signed_at=layer.signed_at)


def _of(signer: Signatory, *, stamp: bool, signed_at: datetime | None) -> Signature:
    return Signature(
        is_stamp=stamp,
        drfo=signer.drfo,
        edrpou=signer.edrpou,
        surname=signer.surname,
        given_name=signer.given_name,
        common_name=signer.full_name,
        signed_at=signed_at,
    )


def _counted(signatures: int, stamps: int) -> str:
    return f"{_plural(signatures, 'signature')} and {_plural(stamps, 'stamp')}"


def _plural(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
