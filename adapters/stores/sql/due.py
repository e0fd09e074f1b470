"""Carrying on what waits for nobody: pages whose time is over, calls whose process died."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from ....flow import Conflict, Engine, FlowError, UnknownInstance
from ....flow.wiring import expect
from .store import SqlStore

C = TypeVar("C")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """How many instances were carried on, and of those that could not be, the code of the error by id."""

    count: int
    failed: Mapping[str, str]


def resume_due(
    engine: Engine[C], store: SqlStore[C], now: datetime, *, stopped: Callable[[], bool] = lambda: False
) -> Resumed:
    """Carry on every instance that is due. `store` is the one of the engine; run it in any worker, at any interval.

    Patients' data is dropped when its time is over, and not only when its user comes back. Raises `StoreFailed` when
    not even the list can be read. `stopped` is asked before each: the rest is then left to the next time.
    """
    expect("engine", engine, Engine)
    expect("store", store, SqlStore)
    count, failed = 0, dict[str, str]()
    for due in store.due(now):
        if stopped():
            break
        try:
            engine.resume(due)
        except (Conflict, UnknownInstance):  # its user came back, another worker was first, or it was purged
            continue
        except FlowError as error:
            failed[due] = error.code
        else:
            count += 1
    return Resumed(count=count, failed=failed)
