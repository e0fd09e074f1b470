"""What one exchange with ЕСОЗ may still use, and how far it got."""

from __future__ import annotations

import time
from enum import IntEnum

HEAD = 256 * 1024
"""Bytes that status line, headers and framing may take besides the body. A usual head has under 2 KiB."""


class Stage(IntEnum):
    """How far an exchange got. From `SENDING` on, the request may have reached the other side."""

    PREPARING = 0
    RESOLVING = 1
    CONNECTING = 2
    SECURING = 3
    SENDING = 4


class TooLarge(OSError):
    """More arrived than the gateway is willing to hold."""


class Allowance:
    """Time and bytes left. One thread uses it, for one exchange after another."""

    def __init__(self, *, largest_body: int, connect_timeout: float) -> None:
        self.largest_body = largest_body
        self.connect_timeout = connect_timeout
        self.stage = Stage.PREPARING
        self._ends_at = 0.0
        self._bytes = 0

    def start(self, ends_at: float) -> None:
        """Begin an exchange that is over at `ends_at`, in `time.monotonic` seconds."""
        self._ends_at = ends_at
        self._bytes = self.largest_body + HEAD
        self.stage = Stage.PREPARING

    def seconds(self) -> float:
        """Give the seconds left. Raises `TimeoutError` when there are none."""
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def received(self, count: int) -> None:
        """Count bytes as they came over the wire. Raises `TooLarge`."""
        self._bytes -= count
        if self._bytes < 0:
            raise TooLarge
