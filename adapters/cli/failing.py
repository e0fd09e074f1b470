"""How a command ends that cannot do what it was asked."""

from __future__ import annotations

from typing import NoReturn

import typer
from rich.console import Console

from ...flow import FlowError


def fail(error: FlowError) -> NoReturn:
    """Print the error with what to do, and exit with status 2."""
    told = f"{error.args[0]}\n{error.hint}"
    Console(stderr=True).print(told, style="red", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(2)
