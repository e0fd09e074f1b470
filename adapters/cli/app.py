"""The command line. The commands wire adapters together and print; what comes next in a sign-up is not theirs."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

import typer

from .check import check
from .conform import conform
from .demo import demo
from .diagram import diagram
from .review import review
from .sandbox import sandbox
from .serving import auth_ui, pis
from .store import history, keys, list_, purge, store
from .up import up

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A finite-state-machine workflow engine and the ЕСОЗ sign-up of a patient by a confidant person.",
)


def _tell_version(wanted: bool) -> None:  # noqa: FBT001 - as typer calls it
    if wanted:
        typer.echo(f"esozflow {version('esozflow')}")
        raise typer.Exit


@app.callback()
def _any_command(
    _: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None: ...


for command in (demo, up, auth_ui, pis, sandbox, history, purge, diagram, check, review):
    app.command()(command)
app.command("list")(list_)
app.add_typer(store, name="store")
app.add_typer(keys, name="keys")
app.add_typer(conform, name="conform")
