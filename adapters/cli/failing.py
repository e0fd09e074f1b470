"""How a command ends that cannot do its work."""

from __future__ import annotations

from typing import NoReturn

import typer
from rich.console import Console

from ...flow import FlowError


def fail(error: FlowError) -> NoReturn:
    """Say on standard error what is wrong and what to do, and exit with status 2."""
    Console(stderr=True).print(f"{error.args[0]}\n{error.hint}", style="red", markup=False, highlight=False)
    raise typer.Exit(2)
