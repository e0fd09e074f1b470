"""What the suites share: an act that must raise."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ...flow import FlowError

E = TypeVar("E", bound=FlowError)


def raised(kind: type[E], act: Callable[[], object]) -> E:
    """Give the error that the act raises. Raises `AssertionError` when it raises none of the kind."""
    try:
        act()
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} was not raised")
