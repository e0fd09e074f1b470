"""The sandbox as a process of its own, for a demo or for tests that kill the other side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ..lifetime import serve_until_told_to_stop
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
    esoz = Esoz(settings, seed=seed, trusted=trusted)
    serve_until_told_to_stop(serve(esoz, host, port), watch_stdin=watch_stdin, announce=announce)
