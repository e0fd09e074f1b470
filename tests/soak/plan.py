"""What a soak does, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from esozflow.states import Settings

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All times are in seconds.

    A wave is: sign-ups are begun for `wave` seconds, then everybody finishes or goes away, and what was done is
    audited. The first worker is never killed: its memory is what is judged.
    """

    database: str = "postgresql"
    seconds: float = 600.0
    wave: float = 45.0
    workers: int = 4
    users: int = 20
    between_kills: float = 2.0
    call_deadline: float = 6.0
    page_lifetime: float = 12.0
    judge_memory: bool = True
    seed: int = 0

    @property
    def settings(self) -> Settings:
        page = timedelta(seconds=self.page_lifetime)
        return Settings(
            page_lifetime=page,
            prepare_lifetime=page,
            hand_over_lifetime=3 * page,
            call_deadline=self.call_deadline,
        )


QUICK = Plan(
    seconds=5.0,
    wave=5.0,
    workers=3,
    users=8,
    between_kills=0.7,
    call_deadline=4.0,
    page_lifetime=5.0,
    judge_memory=False,
)
"""The same in less than half a minute. Nothing can be said of memory in so short a time."""
