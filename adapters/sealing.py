"""Seals: authenticated encryption of what leaves the process, under a list of keys that can be rotated.

AES-256-GCM with random nonces (NIST SP 800-38D §8.2.2): a key seals at most 2³² things, so rotate it long before. A
seal says in front by which key it was made; it opens only for the purpose and the owner for which it was made.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretBytes, SecretStr

from ..flow import StoreFailed, UsageError
from ..flow.wiring import expect

VARIABLE: Final = "ESOZFLOW_KEYS"
"""Environment variable with the keys themselves; `ESOZFLOW_KEYS_FILE` names a file with them instead."""

_PREFIX: Final = "esozkey1_"
"""So that a person, or a scanner for leaked secrets, sees what it is."""
_KEY_BYTES, _ID_BYTES, _NONCE_BYTES, _TAG_BYTES = 32, 8, 12, 16
_KEY = re.compile(_PREFIX + "([A-Za-z0-9_-]{43})")
_VERSION: Final = b"\x01"
_HEAD_BYTES = len(_VERSION) + _ID_BYTES
_BODY_AT = _HEAD_BYTES + _NONCE_BYTES
_LEAST_BYTES = _BODY_AT + _TAG_BYTES


class SealBroken(StoreFailed):
    """What was stored was not sealed by these keys for this owner and purpose, or was changed since."""

    default_code = "seal_broken"

    def __init__(self, why: str, *, code: str | None = None) -> None:
        super().__init__(
            f"A seal does not open: {why}",
            hint="Give every key that is still in use; if none is missing, the store was tampered with.",
            code=code,
        )


def new_key() -> SecretStr:
    """Give a fresh key, as a line for the list of keys."""
    return SecretStr(_PREFIX + _encoded(secrets.token_bytes(_KEY_BYTES)))


class Keys:
    """A list of keys: the first one seals, each of them opens. Nothing of a key is ever shown but its id."""

    __slots__ = ("_ciphers", "_first", "ids")

    def __init__(self, keys: list[SecretStr]) -> None:
        expect("keys", keys, list, tuple)
        ciphers: dict[bytes, AESGCM] = {}
        for position, key in enumerate(keys, start=1):
            material = _material(key, position)
            head = _VERSION + hashlib.sha256(b"esozflow key id\x00" + material).digest()[:_ID_BYTES]
            if head in ciphers:
                raise UsageError(f"Key {position} is given twice", hint="List every key once.", code="key_doubled")
            ciphers[head] = AESGCM(material)
        if not ciphers:
            raise UsageError(
                "There is no key to seal sign-ups with",
                hint=f"Make one with `esozflow keys new` and give it in {VARIABLE}, or its file in {VARIABLE}_FILE.",
                code="keys_missing",
            )
        self._ciphers = ciphers
        self._first = next(iter(ciphers))
        self.ids = tuple(map(key_of, ciphers))

    @classmethod
    def read(cls, text: SecretStr) -> Self:
        """Read a list of keys, one a line, without blank lines and those that begin with #. Raises `UsageError`."""
        lines = (line.strip() for line in text.get_secret_value().splitlines())
        return cls([SecretStr(line) for line in lines if line and not line.startswith("#")])

    @classmethod
    def from_file(cls, file: Path) -> Self:
        """Read the list of keys from a file. Raises `UsageError`."""
        try:
            return cls.read(SecretStr(file.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise UsageError(
            f"The keys cannot be read from {file}: {why}",
            hint="Name a file of keys that this process may read; `esozflow keys new --file` makes one.",
            code="keys_unreadable",
        )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the list of keys from `ESOZFLOW_KEYS`, or from the file that `ESOZFLOW_KEYS_FILE` names.

        Raises `UsageError`, also when neither is given: nothing is ever stored in clear.
        """
        text, file = environment.get(VARIABLE, ""), environment.get(f"{VARIABLE}_FILE", "")
        if text and file:
            raise UsageError(
                f"Both {VARIABLE} and {VARIABLE}_FILE are given", hint="Give one of them.", code="keys_doubled"
            )
        return cls.from_file(Path(file)) if file else cls.read(SecretStr(text))

    @classmethod
    def for_this_process(cls) -> Self:
        """Give one fresh key that dies with the process: for a demonstration, whose sign-ups may be forgotten."""
        return cls([new_key()])

    def __repr__(self) -> str:
        return f"<Keys {', '.join(self.ids)}>"

    def seal(self, plain: SecretBytes, *, purpose: str, of: bytes) -> bytes:
        """Seal with the first key. `purpose` says what it is, `of` to whom it belongs: it opens with the same only."""
        head, nonce = self._first, os.urandom(_NONCE_BYTES)
        bound = _by_key_for(head, purpose) + of
        return head + nonce + self._ciphers[head].encrypt(nonce, plain.get_secret_value(), bound)

    def open(self, sealed: bytes, *, purpose: str, of: bytes) -> SecretBytes:
        """Give what was sealed. Raises `SealBroken` for anything that `seal` did not make with the same words."""
        # A column of SQLite may hold anything.
        if type(sealed) is not bytes or len(sealed) < _LEAST_BYTES or not sealed.startswith(_VERSION):
            raise SealBroken("it has no form that is known here", code="unknown_seal")
        head = sealed[:_HEAD_BYTES]
        cipher = self._ciphers.get(head)
        if cipher is None:
            raise SealBroken("its key is not among those given", code="unknown_key")
        bound = _by_key_for(head, purpose) + of
        try:
            return SecretBytes(cipher.decrypt(sealed[_HEAD_BYTES:_BODY_AT], sealed[_BODY_AT:], bound))
        except InvalidTag:
            pass
        raise SealBroken("it was changed, or made for something else")


def key_of(sealed: bytes) -> str:
    """Give the id of the key that a seal says it was made with; nothing is verified."""
    return sealed[len(_VERSION) : _HEAD_BYTES].hex()


def _material(key: SecretStr, position: int) -> bytes:
    expect(f"key {position}", key, SecretStr)
    found = _KEY.fullmatch(key.get_secret_value())
    material = urlsafe_b64decode(f"{found[1]}=") if found else b""
    if found and _encoded(material) == found[1]:  # there is one way to write a key
        return material
    raise UsageError(
        f"Key {position} is no key",
        hint=f"A key is one line that begins with {_PREFIX}, made by `esozflow keys new`.",
        code="key_malformed",
    )


def _encoded(material: bytes) -> str:
    return urlsafe_b64encode(material).decode().rstrip("=")


@lru_cache
def _by_key_for(head: bytes, purpose: str) -> bytes:
    named = purpose.encode()
    return b"%b%d:%b" % (head, len(named), named)  # the length tells where the name ends: no two read alike
