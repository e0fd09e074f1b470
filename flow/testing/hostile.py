"""What another system should never send, by name: JSON of the wrong shape, and JSON made to do harm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final


def nested(depth: int) -> list[Any]:
    """Give a list in a list in a list …"""
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


MALFORMED: Final[Mapping[str, Any]] = {
    "nothing": None,
    "an empty object": {},
    "an empty list": [],
    "a list of nothing": [None],
    "a text": "data",
    "a number": 7,
    "true": True,
    "an object of nothing": {"id": None, "token": None, "scope": None, "name": None, "value": None},
    "an object of numbers": {"id": 1, "token": 1, "scope": 1, "name": 1, "value": 1},
    "an object of objects": {"id": {}, "token": {}, "scope": {}, "person": {}, "user": {}, "details": {}},
    "objects in a list": [{"scope": 1}, {}, {"values": []}],
}
"""Of the wrong shape, as a change of version or a fault would send it."""

HOSTILE: Final[Mapping[str, Any]] = {
    "five hundred levels": nested(500),
    "markup": {"person": {"first_name": "<script>alert(1)</script>"}, "token": '"><img src=x>'},
    "a path": {"id": "../../admin", "user": {"id": "../../admin"}, "person": {"id": "../../admin"}},
    "line ends": {"token": "a\r\nSet-Cookie: b=c", "access_token": "a\r\nHost: evil.example"},
    "another host": {"redirect_uri": "https://evil.example/", "urgent": {"redirect_uri": "//evil.example"}},
    "half a character": {"token": "\ud800", "person": {"last_name": "\udfff"}},
    "a null character": {"token": "a\0b", "person": {"last_name": "\0"}},
    "turned around": {"person": {"last_name": "\u202eabc"}, "name": "\u2066"},
    "a number without end": {"value": float("inf"), "expires_at": 10**400},
    "not a number": {"value": float("nan"), "expires_at": float("nan")},
    "a long text": {"token": "A" * 100_000, "scope": "a " * 50_000},
    "many keys": {str(number): number for number in range(10_000)},
}
"""Made to do harm: to what parses it, shows it, or sends it on."""
