"""Identifiers of ЕСОЗ (UUIDs by its documents). Some stand in a path, so none may lead out of its place there."""

from __future__ import annotations

import re

_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,128}")


def is_identifier(text: str) -> bool:
    """Whether the text can be an identifier and can stand in a path as it is."""
    return _IDENTIFIER.fullmatch(text) is not None
