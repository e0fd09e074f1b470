"""How a web part moves its sign-ups: what a form asks for is done once, however often it is sent."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from threading import BoundedSemaphore
from typing import Final

from flask import Response

from ....flow import Engine, Snapshot
from ....states.signup import SignUp

PATIENCE: Final = 5.0
"""Seconds that an answer waits for a call that another request has under way: a double click is then not seen."""
CHECK: Final = "Check"
"""The action of the page that waits for a call: look whether it is over."""
MOST_WAITING: Final = 8
"""Answers that wait so at once. With more, each says at once that the call is under way: a waiting thread serves
nobody else."""
_PAUSE: Final = 0.05

_REVISION = re.compile(r"[0-9]{1,9}")


class Acting:
    """What all web parts ask of their `engine`; `patience` is in seconds."""

    def __init__(self, engine: Engine[SignUp], patience: float = PATIENCE) -> None:
        self._engine = engine
        self._patience = patience
        self._places = BoundedSemaphore(MOST_WAITING)

    def seen(self, id: str, form: Mapping[str, str]) -> Snapshot[SignUp]:
        """Give the sign-up as the form's page showed it. Raises `StaleRevision` when it has moved since."""
        return self._engine.load(id, revision=_revision(form))

    def settled(self, id: str) -> Snapshot[SignUp]:
        """Give the sign-up, if possible after a call that is under way."""
        signup = self._engine.load(id)
        if not self.is_calling(signup) or not self._places.acquire(blocking=False):
            return signup
        try:
            until = time.monotonic() + self._patience
            while self.is_calling(signup) and time.monotonic() < until:
                time.sleep(_PAUSE)
                signup = self._engine.load(id)
            return signup
        finally:
            self._places.release()

    def is_calling(self, signup: Snapshot[SignUp]) -> bool:
        """Whether a call of the sign-up is under way."""
        return self._engine.flow.states[signup.state].call is not None

    def is_repeated(self, id: str, form: Mapping[str, str]) -> bool:
        """Whether just this act has moved the sign-up already: the form was sent twice."""
        made = (_revision(form) + 1, form.get("action"))
        return any((move.revision, move.event) == made for move in self._engine.journal(id))


def see_other(location: str) -> Response:
    """Answer a form: the browser asks for `location`, and a refresh there sends nothing again."""
    return Response(status=303, headers={"Location": location})


def _revision(form: Mapping[str, str]) -> int:
    given = form.get("revision", "")
    return int(given) if _REVISION.fullmatch(given) else -1
