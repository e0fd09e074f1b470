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
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    def forward(self, by: timedelta) -> None:
        self.time += by


class FixedIds:
    """Every token is the same, so that what is made of it is known."""

    def __init__(self, token: str = "token") -> None:  # noqa: S107 - it guards nothing
        self._token = token

    def token(self) -> str:
        return self._token
