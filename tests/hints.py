"""What every error of the library owes to whoever meets it: a hint that is a sentence."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from esozflow.flow import FlowError

SENTENCE = re.compile(r"[A-Z].*[a-z].*\.", re.DOTALL)


@pytest.fixture(autouse=True)
def hints_are_sentences(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let a test fail when the library raised an error, even an expected one, that does not say what to do."""
    hints: set[Any] = set()
    made = FlowError.__init__

    def noted(self: FlowError, message: str, *, hint: str, code: str | None = None) -> None:
        ours = sys._getframe(1).f_globals["__name__"].startswith("esozflow.")
        # What a flow that cannot be built lacks is listed, and pinned by tests/flow/test_definition_mistakes.py.
        if ours and not str(message).endswith("cannot be built"):
            hints.add(hint)
        made(self, message, hint=hint, code=code)

    monkeypatch.setattr(FlowError, "__init__", noted)
    yield
    assert [hint for hint in hints if not SENTENCE.fullmatch(str(hint))] == []
