"""What tells two values apart, secrets included, as something that can be a key. It never leaves the process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from pydantic import BaseModel, SecretBytes, SecretStr


def fingerprint(value: Any) -> object:
    """Give a key that equals another's exactly when both values are of the same kinds and hold the same."""
    if isinstance(value, SecretStr | SecretBytes):
        return type(value), value.get_secret_value()
    if isinstance(value, BaseModel):
        return type(value), tuple((name, fingerprint(inner)) for name, inner in value.__dict__.items())
    if is_dataclass(value):
        return type(value), tuple(fingerprint(getattr(value, one.name)) for one in fields(value))
    if isinstance(value, Mapping):
        return type(value), tuple((name, fingerprint(inner)) for name, inner in value.items())
    if isinstance(value, list | tuple):
        return type(value), tuple(fingerprint(inner) for inner in value)
    return type(value), repr(value)
