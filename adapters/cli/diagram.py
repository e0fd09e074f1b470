"""`esozflow diagram`: the flow as a picture or a table."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from ...flow import FlowError, UsageError
from ...states.views import FORMATS, View, view
from ..pictures import png, svg
from .failing import fail

Format = Literal["mermaid", "dot", "svg", "png", "markdown", "plantuml"]


def diagram(
    view_: Annotated[View, typer.Option("--view", help="What to draw.")] = "whole",
    form: Annotated[Format, typer.Option("--format", help="`markdown` is the table of transitions.")] = "mermaid",
    lang: Annotated[Literal["uk", "en"], typer.Option(help="Language of the labels.")] = "uk",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File to write; standard output without it.", dir_okay=False)
    ] = None,
) -> None:
    """Draw the sign-up from the table that runs: states, calls, guards, failures; or the document's sequence."""
    try:
        write(drawn(view_, form, lang), output)
    except FlowError as error:
        fail(error)


def drawn(view_: View, form: Format, lang: Literal["uk", "en"]) -> bytes:
    """Give the view as bytes. Raises `UsageError` when it has no such format."""
    if form in FORMATS[view_]:
        return view(view_, form, lang).encode()
    if "dot" not in FORMATS[view_]:
        raise UsageError(
            f"The view {view_} cannot be drawn as {form}", hint=f"Choose one of: {', '.join(FORMATS[view_])}."
        )
    dot = view(view_, "dot", lang)
    return png(dot) if form == "png" else svg(dot).encode()


def write(content: bytes, output: Path | None) -> None:
    """Write to a file, or to standard output. Raises `UsageError` when the file cannot be written."""
    if output is None:
        sys.stdout.buffer.write(content)
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}", hint="Give -o another file.") from None
