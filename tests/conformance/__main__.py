"""`python -m tests.conformance` writes docs/conformance.md anew."""

from __future__ import annotations

from .document import FILE, document

FILE.write_text(document(), encoding="utf-8")
