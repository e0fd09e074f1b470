"""What a serving command logs: JSON lines on standard error, redacted, of this library and of all others."""

from __future__ import annotations

import logging
from typing import TextIO

import structlog

from ..redaction import redact


def log_as_json(out: TextIO) -> None:
    """Configure structlog and logging of this process, which is the command's own."""
    common: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
    ]
    structlog.configure(
        processors=[*common, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    lines = logging.StreamHandler(out)
    lines.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=common,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                redact,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(handlers=[lines], level=logging.WARNING, force=True)
    logging.getLogger("esozflow").setLevel(logging.INFO)
    # Told whenever more requests come than there are idle threads: a matter of milliseconds.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
