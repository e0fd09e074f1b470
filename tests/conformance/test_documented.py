"""docs/conformance.md is of today."""

from __future__ import annotations

from .document import FILE, document


def test_the_page_on_conformance_is_current() -> None:
    assert FILE.read_text(encoding="utf-8") == document(), "run `python -m tests.conformance`"
