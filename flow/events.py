"""Events: something that happened. Frozen, keyword-only, validated when made.

Users' acts are subclasses of `Event` that a flow declares for itself. The answers of ports are `Outcome`s: they
come from a port through the driver, and `Engine.send` takes none from anybody else.
"""

from typing import ClassVar

from .value import Value


class Event(Value):
    """Base of everything that can move a flow. Its class is its identity; its fields are what it brings."""


class Outcome(Event):
    """What became of a call. A port's `perform` returns exactly one of the three kinds below."""


class Answered(Outcome):
    """The other side answered. `status` is its own status number (for HTTP, the status code)."""

    shown: ClassVar[tuple[str, ...]] = ("status",)

    status: int


class Unanswered(Outcome):
    """The call was sent, or may have been, and no usable answer came: its effect is unknown.

    `reason` is a short code for logs, for example `timeout`, `dropped`, `malformed`, `interrupted`.
    """

    shown = ("reason",)

    reason: str


class Unreachable(Outcome):
    """The call was certainly never sent: nothing happened on the other side. `reason` is a short code."""

    shown = ("reason",)

    reason: str


class Expired(Event):
    """The lifetime of the state where the flow rested has passed. Made by the driver from the clock."""
