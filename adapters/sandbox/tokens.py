"""Ids, opaque tokens and the sign-up jwt.

Source: page "PIS. Confidant patient sign-up validation" (jwt: issuer, audience, expiry, hash of the content) and
the open-sourced OAuth server (opaque tokens).
"""

from __future__ import annotations

import hashlib
import hmac
import random
import uuid
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import jwt

AUDIENCE = "pis-registration"
ISSUER = "EHealth"


class Mint:
    """Makes ids and opaque tokens from one source of randomness, so that a run can be repeated."""

    def __init__(self, source: random.Random) -> None:
        self._source = source

    def uuid(self) -> str:
        """A random UUID, version 4."""
        return str(uuid.UUID(int=self._source.getrandbits(128), version=4))

    def opaque(self) -> str:
        """128 random bits in the double base64 form of the blueprint's examples, 32 characters."""
        return b64encode(b64encode(self._source.randbytes(16))).decode("ascii")

    def key(self) -> bytes:
        """A signing key for HS512."""
        return self._source.randbytes(64)


@dataclass(frozen=True, slots=True)
class SignUp:
    """What a valid sign-up jwt says; `issued_at` is unix time in seconds."""

    jti: str
    confidant_person_id: str = field(repr=False)
    issued_at: int = 0


def content_hash(signed_content: str) -> str:
    """MD5 of the base64 text as it was sent, lower-case hex. The page asks for MD5; it protects no secret here."""
    return hashlib.md5(signed_content.encode("utf-8"), usedforsecurity=False).hexdigest()


class SignUpJwts:
    """Issues and checks the jwt that ties registration to validation."""

    def __init__(self, mint: Mint) -> None:
        self._mint = mint
        self._key = mint.key()
        self._issued: set[str] = set()
        self._revoked: set[str] = set()

    def issue(self, signed_content: str, confidant_person_id: str, now: datetime, minutes: int) -> str:
        """A jwt for this content, valid for so many minutes."""
        issued_at = int(now.timestamp())
        jti = self._mint.uuid()
        self._issued.add(jti)
        claims: dict[str, str | int] = {
            "aud": AUDIENCE,
            "iss": ISSUER,
            "iat": issued_at,
            "nbf": issued_at - 1,
            "exp": issued_at + minutes * 60,
            "jti": jti,
            "sub": confidant_person_id,
            "typ": "access",
            "content_hash": content_hash(signed_content),
        }
        return jwt.encode(claims, self._key, algorithm="HS512")

    def expire_issued(self) -> None:
        """Treat every jwt issued so far as expired."""
        self._revoked |= self._issued

    def check(self, text: str, signed_content: str, now: datetime) -> SignUp | None:
        """What the jwt says, or None when anything about it is wrong: the page answers all cases alike."""
        try:
            # Times are checked below, by the injected clock.
            claims = jwt.decode(
                text,
                self._key,
                algorithms=["HS512"],
                audience=AUDIENCE,
                options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
        except (jwt.InvalidTokenError, ValueError, RecursionError):
            return None
        if claims["jti"] in self._revoked or not _is_current(claims, now):
            return None
        if not hmac.compare_digest(str(claims["content_hash"]), content_hash(signed_content)):
            return None
        return SignUp(claims["jti"], claims["sub"], claims["iat"])


def _is_current(claims: Mapping[str, object], now: datetime) -> bool:
    expires = claims.get("exp")
    # The page spells the issuer in two ways, so its case is not held against a jwt.
    issuer = str(claims.get("iss")).casefold()
    return issuer == ISSUER.casefold() and isinstance(expires, int) and expires > now.timestamp()


def unchecked_claims(text: str) -> Mapping[str, object] | None:
    """The claims of a text that looks like a sign-up jwt, NOT verified; None when it does not look like one."""
    try:
        claims: Mapping[str, object] = jwt.decode(text, options={"verify_signature": False})
    except (jwt.InvalidTokenError, ValueError, RecursionError):
        return None
    return claims if claims.get("aud") == AUDIENCE else None
