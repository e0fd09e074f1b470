"""When a token ends, where it says so itself. Only a hint: ЕСОЗ decides, and its answers are trusted (4.3, 4.5)."""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime

from pydantic import SecretStr

MAX_LENGTH = 16 * 1024
"""Characters of a token that is read: the longest header that a gateway lets pass."""


def end_of(token: SecretStr | None) -> datetime | None:
    """Give the `exp` of a JWT (RFC 7519 §4.1.4) without verifying it; `None` for any other token."""
    parts = token.get_secret_value().split(".") if token else []
    if len(parts) != 3 or len(parts[1]) > MAX_LENGTH:
        return None
    try:
        claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        end = claims["exp"]
        return datetime.fromtimestamp(end, UTC) if type(end) in (int, float) else None
    except (binascii.Error, ValueError, RecursionError, TypeError, LookupError, OverflowError, OSError):
        return None
