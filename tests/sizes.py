"""How much is tried: all of it in the soak, a third in the ordinary run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from itertools import cycle, product
from typing import TypeVar

T = TypeVar("T")
U = TypeVar("U")
SOAK = "SOAK" in os.environ


def size(soak: int) -> int:
    """Give how many examples a property is tried on now."""
    return soak if SOAK else max(1, soak // 3)


def some(cases: Sequence[T]) -> Sequence[T]:
    """Give the cases that are tried now of those that go one way: outside of a soak every third, from the first on."""
    return cases if SOAK else cases[::3]


def pairs(cases: Iterable[T], ways: Iterable[U]) -> list[tuple[T, U]]:
    """Give what is tried now of all cases in all ways: outside of a soak every case in one way, which take turns."""
    return list(product(cases, ways)) if SOAK else list(zip(cases, cycle(ways)))
