"""Where a serving command keeps its sign-ups, and who looks after them: what waits for nobody is carried on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import TYPE_CHECKING, Final, TypeAlias

from ...flow import Engine, Flow, FlowError, Store
from ...states.migrations import MIGRATIONS
from ...states.signup import SignUp
from ..stores.codec import SnapshotCodec
from ..stores.memory import AFTER_THE_END, MemoryStore, forget_over
from .environment import PREFIX, Environment

if TYPE_CHECKING:
    from ..stores.sql import SqlStore

_logger = logging.getLogger("esozflow")

Tend: TypeAlias = Callable[[Engine[SignUp], Callable[[], bool]], None]
"""Looks after the sign-ups of an engine once, until it is stopped."""

_STOPS_WITHIN: Final = 5.0
"""Seconds that a command waits for the call of a sign-up that it carries on; another process may do it again."""


@contextmanager
def kept(
    environment: Environment, flow: Flow[SignUp], *, after_the_end: timedelta | None = AFTER_THE_END
) -> Iterator[tuple[Store[SignUp], Tend]]:
    """Give the store that the environment names, and how its sign-ups are looked after.

    In memory a sign-up is forgotten when it ended so long ago; with `None` that is left to somebody else. In a
    database it stays until an operator purges it. Raises `UsageError` when its schema is not current, `StoreFailed`
    when it cannot be reached.
    """
    if environment.database is None or environment.sealing is None:
        if environment.store is None:
            _logger.warning(
                "sign-ups are kept in memory: they are lost when this process ends, and no other one can serve them; "
                "%sSTORE names a database, or `memory` if that is meant",
                PREFIX,
            )
        memory = MemoryStore[SignUp]()
        yield memory, lambda engine, _: _forget(engine, memory, after_the_end)
        return
    # It loads a lot that memory does not need.
    from ..stores.sql import Database, SqlStore

    with Database(environment.database) as database:
        store = SqlStore(database, codec=SnapshotCodec(flow, SignUp, MIGRATIONS), keys=environment.sealing)
        yield store, _Resuming(store)


@contextmanager
def tended(engine: Engine[SignUp], tend: Tend, *, every: float) -> Iterator[None]:
    """Look after the sign-ups of an engine in a thread, every so many seconds, until the block ends."""
    stop = Event()

    def run() -> None:
        while not stop.wait(every):
            try:
                tend(engine, stop.is_set)
            except FlowError as error:
                _logger.error("sign-ups could not be looked after: %s", error)  # noqa: TRY400 - it says all there is
            except Exception as error:
                # Its text and its traceback may tell too much.
                _logger.error("sign-ups could not be looked after: %s", type(error).__name__)  # noqa: TRY400

    thread = Thread(target=run, name="tending", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_STOPS_WITHIN)


def _forget(engine: Engine[SignUp], store: MemoryStore[SignUp], after: timedelta | None) -> None:
    forget_over(engine, store, before=None if after is None else datetime.now(UTC) - after)


class _Resuming:
    def __init__(self, store: SqlStore[SignUp]) -> None:
        self._store = store
        self._told: set[str] = set()

    def __call__(self, engine: Engine[SignUp], stopped: Callable[[], bool]) -> None:
        from ..stores.sql import resume_due

        done = resume_due(engine, self._store, datetime.now(UTC), stopped=stopped)
        for one, code in done.failed.items():
            if one not in self._told:  # once, and not every minute
                _logger.error("sign-up %s cannot be carried on: %s", one, code)
        self._told = set(done.failed)
