"""A bulkhead in front of a port: so many calls at once and no more, so that one slow peer does not hold every thread.

What finds no place is not sent: an outcome like any other, which the flow has a page for.
"""

from __future__ import annotations

from threading import BoundedSemaphore

from ..flow import Call, Outcome, Port, Unreachable


class Bulkhead:
    """Lets at most `most` calls at once through to `port`; any other is `Unreachable` with the reason `busy`."""

    def __init__(self, port: Port, *, most: int) -> None:
        self._port = port
        self._places = BoundedSemaphore(most)

    def perform(self, call: Call) -> Outcome:
        """Perform the call, or say at once that it was not sent."""
        if not self._places.acquire(blocking=False):
            return Unreachable(reason="busy")
        try:
            return self._port.perform(call)
        finally:
            self._places.release()
