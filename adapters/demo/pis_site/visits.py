"""Who is signed in at the site, and what each has under way: on the server, in memory, and bounded."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ....flow import Problem
from ....states.texts import Language
from ...oauth import NotDone
from .form import Entered

MOST_VISITS: Final = 200
"""Browsers that are signed in at once; beyond it the one that was idle for longest is signed out."""
MOST_IDLE: Final = 12 * 60 * 60.0
"""Seconds after which `end_idle` ends the visit of a browser that has asked for nothing."""
MOST_SIGN_UPS: Final = 20
"""Sign-ups of one visit. Each holds a form, which `site.MAX_FORM` bounds."""


@dataclass(slots=True, repr=False)
class Begun:
    """A sign-up that this visit began, by the `id` of its instance.

    `entered` is what was typed into its form and `problems` what is wrong with it. `told` is the last thing done
    with its tokens, by the code of a text; `not_done` is why it was not.
    """

    id: str
    begun_at: datetime
    entered: Entered
    problems: tuple[Problem, ...] = ()
    patient: str = ""
    told: str | None = None
    not_done: NotDone | None = None

    def forget_form(self) -> None:
        """Drop what was typed: the request is signed, or never will be."""
        self.entered, self.problems = {}, ()


@dataclass(slots=True, repr=False)
class Visit:
    """One browser, signed in. `sign_ups` are by the references in their addresses; `last_seen` is in seconds."""

    last_seen: float
    language: Language = "uk"
    sign_ups: dict[str, Begun] = field(default_factory=dict[str, Begun])


class Visits:
    """All visits, by the ids of their browsers, for any number of threads.

    `forget` is called with the id of each sign-up of a visit that is over. `seconds` measures how long ago something
    was.
    """

    def __init__(
        self, forget: Callable[[str], None], most: int = MOST_VISITS, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._forget = forget
        self._most = most
        self._seconds = seconds
        self._lock = threading.Lock()
        self._visits: OrderedDict[str, Visit] = OrderedDict()

    def begin(self, browser: str) -> None:
        """Begin a visit; the one that was idle for longest ends where there are too many."""
        with self._lock:
            self._visits[browser] = Visit(self._seconds())
            over = [self._visits.popitem(last=False)[1] for _ in range(len(self._visits) - self._most)]
        self._leave(over)

    def of(self, browser: str) -> Visit | None:
        """Give the visit of a browser, if it is signed in."""
        with self._lock:
            visit = self._visits.get(browser)
            if visit is not None:
                visit.last_seen = self._seconds()
                self._visits.move_to_end(browser)
            return visit

    def end(self, browser: str) -> None:
        """End a visit, if there is one."""
        with self._lock:
            visit = self._visits.pop(browser, None)
        self._leave([visit] if visit else [])

    def end_idle(self) -> None:
        """End the visits that nobody has used for `MOST_IDLE`."""
        over, since = list[Visit](), self._seconds() - MOST_IDLE
        with self._lock:
            while self._visits and next(iter(self._visits.values())).last_seen < since:
                over.append(self._visits.popitem(last=False)[1])
        self._leave(over)

    def _leave(self, over: list[Visit]) -> None:
        for visit in over:
            for begun in list(visit.sign_ups.values()):
                self._forget(begun.id)
