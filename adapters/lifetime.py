"""How long a serving process lives: until SIGTERM, SIGINT, or the end of standard input, when its parent has died."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Event, Thread, current_thread, main_thread
from typing import Any

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def serve_until_told_to_stop(
    serving: AbstractContextManager[str],
    *,
    watch_stdin: bool = True,
    announce: Callable[[str], object] | None = None,
) -> None:
    """Serve within the context, which gives a base URL, until told to stop.

    When ready, `announce` (by default standard output) gets one line of JSON, `{"base_url": "http://…"}`.
    """
    with told_to_stop(watch_stdin=watch_stdin) as stop, serving as base_url:
        (announce or print_line)(json.dumps({"base_url": base_url}))
        stop.wait()


@contextmanager
def told_to_stop(*, watch_stdin: bool) -> Iterator[Event]:
    """Give an event that is set when this process is told to stop.

    Signals reach the main thread only: in another one, nothing but the end of standard input tells.
    """
    stop = Event()
    before: dict[signal.Signals, Any] = {}
    if current_thread() is main_thread():
        before = {number: signal.signal(number, lambda *_: stop.set()) for number in _SIGNALS}
    if watch_stdin:
        Thread(target=_await_end_of_input, args=(stop,), name="stdin", daemon=True).start()
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def print_line(line: str) -> None:
    """Print to standard output at once, for a parent that waits for it."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _await_end_of_input(stop: Event) -> None:
    # Not sys.stdin.read: its lock would be held while the interpreter shuts down.
    try:
        while sys.stdin and os.read(sys.stdin.fileno(), 4096):  # there is none when it was closed at the start
            pass
    except (OSError, ValueError):
        pass
    stop.set()
