"""Two families of errors, and nothing else comes out of the library.

`UsageError` says that *you* handed over something the library cannot accept: a definition with a hole, an
event that the state does not know, a form with a bad field. `PeerError` says that *the other side* of a port
misbehaved: a store that is full, a signer that failed. Both carry a `code`, stable and made for programs, and
a `hint` that says what to do. Neither ever holds a secret or a personal datum, so both are safe to log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar


class FlowError(Exception):
    """The common root of `UsageError` and `PeerError`; catch one of those instead."""

    default_code: ClassVar[str] = "flow_error"

    def __init__(self, message: str, *, hint: str, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code or self.default_code
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.args[0]} [{self.code}] {self.hint}"


class UsageError(FlowError):
    """What was handed to the library is wrong; repeating it unchanged will fail again."""

    default_code = "usage"


class PeerError(FlowError):
    """What stands behind a port misbehaved; the sign-up is as it was last stored."""

    default_code = "peer"


class DefinitionError(UsageError):
    """A flow is declared wrongly. Raised while it is built, never while it runs."""

    default_code = "definition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with one input.

    `path` points at the field (`person.documents.0.number`, empty for the whole); `rule` names what was
    violated; `params` are the rule's own numbers and names. The offending value is deliberately absent.
    """

    path: str
    rule: str
    params: Mapping[str, str | int] = field(default_factory=dict[str, str | int])


class InvalidInput(UsageError):
    """An event, a form or a query does not have the shape it must have. Nothing was changed or sent."""

    default_code = "invalid_input"

    def __init__(self, what: str, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        listed = "; ".join(f"{p.path or what}: {p.rule}" for p in self.problems)
        super().__init__(f"{what} is not valid: {listed}.", hint="Correct the named fields and send it again.")


class EventRefused(UsageError):
    """The event is not possible where the flow stands, or a guard forbids it. Nothing was changed or sent.

    `code` is `not_expected_here` when the state knows no such event, otherwise the code that the declaration
    gives to this refusal.
    """

    default_code = "not_expected_here"

    def __init__(self, *, state: str, event: str, code: str | None = None) -> None:
        super().__init__(
            f"{event} is refused in state {state}",
            hint="Show the page of the state where the flow stands and offer its actions.",
            code=code,
        )
        self.state = state
        self.event = event


class FlowBroken(UsageError):
    """A guard, a `keep`, a call or a page of the definition raised, or a guard gave something else than a bool."""

    default_code = "flow_broken"


class Conflict(UsageError):
    """Somebody else moved this instance at the same time; nothing of this attempt was stored or sent."""

    default_code = "conflict"


class StaleRevision(Conflict):
    """The instance has moved on since the revision that this attempt was based on."""

    default_code = "stale_revision"

    def __init__(self) -> None:
        super().__init__(
            "The instance has moved on since it was read", hint="Load it again and show the page it rests on now."
        )


class CallInProgress(Conflict):
    """A call of this instance is under way; its answer will move the instance."""

    default_code = "call_in_progress"

    def __init__(self, *, state: str) -> None:
        super().__init__(
            f"The call of state {state} is under way",
            hint="Wait for its deadline and load again; after a crash, use Engine.resume once the deadline has passed.",
        )


class UnknownInstance(UsageError):
    """The store holds no instance of this id."""

    default_code = "unknown_instance"

    def __init__(self) -> None:
        super().__init__("There is no instance of this id in the store", hint="Begin a new one.")


class ForeignSnapshot(UsageError):
    """The snapshot belongs to another flow, another version of it, or names a state that it does not have."""

    default_code = "foreign_snapshot"

    def __init__(self, *, expected: str, found: str) -> None:
        super().__init__(
            f"The snapshot is of {found}, this flow is {expected}",
            hint="Load it with the flow and version that stored it, or migrate it first.",
        )


class StoreFailed(PeerError):
    """The store could not read or write. The last stored revision is intact."""

    default_code = "store_failed"
