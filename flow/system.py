"""The clock and the ids of the machine that the engine runs on."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class RandomIds:
    """256 bits from the operating system."""

    def token(self) -> str:
        return secrets.token_urlsafe(32)
