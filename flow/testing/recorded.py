"""What somebody did to one instance, as JSON text: events by class and name of the case, and no value of any."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any, cast

from pydantic import ConfigDict, SecretBytes, SecretStr
from pydantic_core import to_jsonable_python

from ..events import Event
from ..value import Value


class How(StrEnum):
    """What becomes of a call."""

    CASE = "case"
    """The answer is a named case."""
    ITSELF = "itself"
    """The port answers for itself."""
    LOST = "lost"
    """The port did what was asked; its answer never came."""
    UNSENT = "unsent"
    """The call never left."""
    RAISES = "raises"
    """The port did what was asked, and raised."""
    WRONG = "wrong"
    """The port did what was asked, and returned what is no outcome."""
    DIES_BEFORE = "dies_before"
    """The process died before the call was sent."""
    DIES_AFTER = "dies_after"
    """The process died before the answer was stored."""


class Do(StrEnum):
    """What was done to the instance."""

    BEGIN = "begin"
    SEND = "send"
    LOAD = "load"
    RESUME = "resume"
    WAIT = "wait"
    EXPIRE = "expire"
    OWN = "own"
    """An act of the test's own machine: `event` is its name, `case` what it is given."""


class StoreFault(StrEnum):
    """How the next commit fails."""

    BEFORE = "before"
    """Nothing was stored."""
    AFTER = "after"
    """It was stored, and nobody knows."""


class _Line(Value):
    model_config = ConfigDict(strict=False, ser_json_inf_nan="constants")


class RecordedAnswer(_Line):
    """What became of one call."""

    call: str
    how: How
    event: str | None = None
    case: str | None = None


class RecordedStep(_Line):
    """One thing that was done. `behind` says by how many revisions the page was too old from which it came.

    `values` are those of an event that is no named case; they are held only where the test says that they may be.
    """

    do: Do
    event: str | None = None
    case: str | None = None
    values: dict[str, Any] | None = None
    behind: int = 0
    seconds: float | None = None
    store: StoreFault | None = None
    answers: tuple[RecordedAnswer, ...] = ()


class Recorded(_Line):
    """All that was done to one instance of one version of a flow. `read_json` reads what `text` writes."""

    flow: str
    version: int
    steps: tuple[RecordedStep, ...]

    def text(self) -> str:
        """Write it as JSON on one line."""
        return self.model_dump_json(exclude_defaults=True)


def values_of(event: Event) -> dict[str, Any]:
    """Give all values of an event as JSON has them, secrets included: for invented ones only."""
    return cast("dict[str, Any]", json.loads(json.dumps(event.model_dump(), default=_revealed)))


def _revealed(value: object) -> Any:
    return value.get_secret_value() if isinstance(value, SecretStr | SecretBytes) else to_jsonable_python(value)
