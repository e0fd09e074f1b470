"""Structured logs of what sign-ups do. Nothing here configures logging: the host decides where lines go.

engine = Engine(flow, store=…, ports=…, observers=(log_moves(),))
structlog.configure(processors=[merge_contextvars, add_log_level, TimeStamper(fmt="iso"), redact, JSONRenderer()])
"""

from __future__ import annotations

from typing import Any

import structlog

from ..flow import Moved, Observer
from .redaction import redact

__all__ = ["log_moves", "redact"]


def log_moves(logger: Any = None) -> Observer:
    """Give an observer for the `Engine` that logs each move with its instance, section, actor, states and event.

    `logger` is any structlog logger, by default the one named `esozflow`. A move that a call's outcome made also
    has `call`, `seconds`, and `status` where there was an answer.
    """
    log = structlog.stdlib.get_logger("esozflow") if logger is None else logger

    def observer(moved: Moved) -> None:
        move = moved.move
        outcome = {"call": moved.call, "status": moved.status, "seconds": moved.seconds}
        log.info(
            "moved",
            instance=moved.id,
            section=move.section,
            actor=move.actor,
            state=move.from_state,
            to=move.to_state,
            on=move.event,
            revision=move.revision,
            **{name: value for name, value in outcome.items() if value is not None},
        )

    return observer
