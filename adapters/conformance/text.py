"""The probe for text that is not escaped."""

from __future__ import annotations

from typing import Final

from .html import Page

_ID: Final = "esozflow-probe"
PROBE: Final = f'"><b/id="{_ID}">bold</b>'
"""Text that becomes an element where it is not escaped. It has no space, at which scopes would be parted."""


def is_text(page: Page) -> bool:
    """Whether the probe, if it is on the page, is text."""
    return not any(one.get("id") == _ID for one in page.elements)
