"""Time and ids in the hands of a test."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

NOON: Final = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class HandClock:
    """A clock that stands until it is moved forward."""

    def __init__(self, time: datetime = NOON) -> None:
        self.time = time

    def now(self) -> datetime:
        """Give the moment at which it stands."""
        return self.time

    def monotonic(self) -> float:
        """Give the same moment in seconds."""
        return self.time.timestamp()

    def forward(self, by: timedelta) -> None:
        """Let so much time pass."""
        self.time += by


class FixedIds:
    """Every token is the same, so that what is made of it is known."""

    def __init__(self, token: str = "token") -> None:  # noqa: S107 - it guards nothing
        self._token = token

    def token(self) -> str:
        """Give the token."""
        return self._token
