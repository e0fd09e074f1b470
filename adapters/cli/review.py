"""`esozflow review`: one page for a reviewer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from ...flow import FlowError, Move, UsageError
from .diagram import write
from .failing import fail
from .store import OptionalUrl, journal_in


def review(
    output: Annotated[Path, typer.Option("-o", "--output", help="File to write.", dir_okay=False)] = Path(
        "review.html"
    ),
    lang: Annotated[Literal["uk", "en"], typer.Option(help="Language of the page.")] = "uk",
    live: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Mark the way of this sign-up, read from its journal in the store."),
    ] = None,
    url: OptionalUrl = None,
    tests: Annotated[
        Path | None,
        typer.Option(help="Folder of the tests, to name those that check each sentence.", exists=True, file_okay=False),
    ] = None,
) -> None:
    """Write one self-contained page: pictures, tables, proof, traceability, versions."""
    from ..review import review as page
    from ..tracing import marked_tests

    try:
        journal = _journal(live, url) if live is not None else ()
        text = page(lang, journal=journal, tests=None if tests is None else marked_tests(tests))
        write(text.encode(), output)
    except FlowError as error:
        fail(error)


def _journal(id: str, url: str | None) -> Sequence[Move]:
    if url is None:
        raise UsageError("--live needs the store of the sign-up", hint="Name it with --store or ESOZFLOW_STORE.")
    return journal_in(url, id)
