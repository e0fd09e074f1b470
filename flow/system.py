"""The clock and the ids of the machine that the engine runs on."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from .ports import Clock


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class InUtc:
    """Another clock in UTC: in a zone whose clocks are set back, an hour added is not an hour later."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now().astimezone(UTC)

    def monotonic(self) -> float:
        return self._clock.monotonic()


class RandomIds:
    """256 bits from the operating system, but for those few that a command would take for an option."""

    def token(self) -> str:
        import secrets  # OpenSSL comes along with it

        while (token := secrets.token_urlsafe(32)).startswith("-"):
            pass
        return token
