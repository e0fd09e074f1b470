"""The soak, for a few seconds, as a test."""

from __future__ import annotations

import dataclasses

import pytest
from pydantic import SecretStr

from ..databases import NewDatabase
from .memory import Memory
from .plan import QUICK
from .supervisor import soak


@pytest.mark.slow
def test_workers_that_are_killed_under_load_lose_nothing_and_do_nothing_twice(new_database: NewDatabase) -> None:
    url: SecretStr = new_database()
    kind = url.get_secret_value().partition(":")[0]
    table, broken = soak(dataclasses.replace(QUICK, database=kind), url)
    assert broken == [], "\n".join(table)


def test_memory_that_grows_all_the_time_is_not_flat() -> None:
    steady, leaking = Memory(), Memory()
    for second in range(600):
        steady.note(second, 100 + second % 7 + (50 if second < 200 else 0))
        leaking.note(second, 100 + second / 10)
    assert steady.flat
    assert not leaking.flat
