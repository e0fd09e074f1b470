"""Opening `signed_content`: who signed what, and when.

Source: page "Digital signature validation"; the signature-less mode of the open-sourced core API, where the
content is base64 of plain JSON and request headers tell who the signer is.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from urllib.parse import unquote

from .signatures import Signature as VerifiedSignature
from .signatures import SignatureRefused as VerificationRefused
from .signatures import SignatureService as Verifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature or stamp. `drfo=None` means that the caller is taken for the signer (plain mode only)."""

    is_valid: bool = True
    is_stamp: bool = False
    drfo: str | None = field(default=None, repr=False)
    surname: str = field(default="", repr=False)
    given_name: str = field(default="", repr=False)
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedContent:
    """The content and everyone who signed it."""

    content: bytes = field(repr=False)
    signatures: tuple[Signature, ...]


class SignatureRefused(Exception):
    """The signature service cannot accept the envelope; `message` is its text for developers."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class SignatureService(Protocol):
    """Opens base64 text that is already known to be base64. Raises `SignatureRefused`."""

    def open(self, signed_content: str, headers: Mapping[str, str], now: datetime) -> SignedContent:
        """The content with its signatures."""
        ...


def decode(signed_content: str) -> bytes | None:
    """The bytes behind standard base64 with padding, or None when it is anything else."""
    try:
        return b64decode(signed_content.encode("ascii"), validate=True)
    except (NotBase64, UnicodeEncodeError):
        return None


class PlainSignatures:
    """No cryptography: base64 of JSON, the signer from the headers `drfo`, `surname`, `given_name`."""

    def open(self, signed_content: str, headers: Mapping[str, str], now: datetime) -> SignedContent:
        """One valid signature made this instant."""
        told = {name.lower(): value for name, value in headers.items()}
        signature = Signature(
            drfo=told.get("drfo"),
            surname=unquote(told.get("surname", "")),
            given_name=unquote(told.get("given_name", "")),
            signed_at=now,
        )
        return SignedContent(content=_trimmed(decode(signed_content) or b""), signatures=(signature,))


class CmsSignatures:
    """Real signatures, verified by the service of the module `signatures`."""

    def __init__(self, service: Verifier) -> None:
        self._service = service

    def open(self, signed_content: str, headers: Mapping[str, str], now: datetime) -> SignedContent:  # noqa: ARG002
        """The innermost content and the signatures of all envelopes around it."""
        try:
            opened = self._service.read(signed_content)
        except VerificationRefused as refused:
            raise SignatureRefused(refused.message) from None
        return SignedContent(content=_trimmed(opened.content), signatures=tuple(map(_converted, opened.signatures)))


def _converted(found: VerifiedSignature) -> Signature:
    return Signature(
        is_valid=found.is_valid,
        is_stamp=found.is_stamp,
        drfo=found.drfo,
        surname=found.surname,
        given_name=found.given_name,
        signed_at=found.signed_at,
    )


def _trimmed(content: bytes) -> bytes:
    # The decoder of the platform tolerates one leading BOM and one trailing NUL.
    return content.removeprefix(b"\xef\xbb\xbf").removesuffix(b"\0")
