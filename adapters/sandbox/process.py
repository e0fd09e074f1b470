"""The sandbox as a process of its own, for a demo or for tests that kill the other side."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from threading import Event, Thread, current_thread, main_thread
from typing import TYPE_CHECKING

from .esoz import Esoz
from .seed import Seed
from .server import serve
from .settings import SandboxSettings

if TYPE_CHECKING:
    from cryptography.x509 import Certificate


def run_sandbox(
    settings: SandboxSettings | None = None,
    *,
    seed: Seed | None = None,
    trusted: Sequence[Certificate] = (),
    host: str = "127.0.0.1",
    port: int = 0,
    watch_stdin: bool = True,
    announce: Callable[[str], object] | None = None,
) -> None:
    """Serve until told to stop: by SIGTERM, SIGINT, or the end of standard input, when the parent has died.

    When ready, `announce` (by default standard output) gets one line of JSON, `{"base_url": "http://…"}`. `trusted`
    are the roots of signature mode `cms`. Raises `UsageError` as `Esoz` and `serve` do.
    """
    stop = Event()
    if current_thread() is main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
    with serve(Esoz(settings, seed=seed, trusted=trusted), host, port) as url:
        (announce or _print)(json.dumps({"base_url": url}))
        if watch_stdin:
            Thread(target=_await_end_of_input, args=(stop,), name="stdin", daemon=True).start()
        stop.wait()


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _await_end_of_input(stop: Event) -> None:
    # Not sys.stdin.read: its lock would be held while the interpreter shuts down.
    try:
        while os.read(sys.stdin.fileno(), 4096):
            pass
    except (OSError, ValueError):
        pass
    stop.set()
