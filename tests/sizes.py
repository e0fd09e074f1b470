"""How much is tried: all of it in the soak, a third in the ordinary run."""

from __future__ import annotations

import os


def size(soak: int) -> int:
    """Give how many examples a property is tried on now."""
    return soak if "SOAK" in os.environ else max(1, soak // 3)
