"""`esozflow check`: the proof of the flow."""

from __future__ import annotations

import json
from typing import Annotated

import typer

DOES_NOT_HOLD = 1
"""Exit status when something does not hold, or could not be decided."""


def check(
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Prove the sign-up: no trap, no gap, no failure left open, nothing done twice, no credential astray."""
    from ...states.proving import prove

    reports = prove()
    if as_json:
        typer.echo(json.dumps([report.as_json() for report in reports], ensure_ascii=False, indent=2))
    else:
        typer.echo("\n".join(report.text() for report in reports), nl=False)
    if any(not report.holds or report.open for report in reports):
        raise typer.Exit(DOES_NOT_HOLD)
