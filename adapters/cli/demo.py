"""`esozflow demo`: the scenarios of the demonstration."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Literal

import typer
from rich.console import Console

from ...flow import FlowError
from ..demo.scenario import Scenario
from ..demo.scenarios import BY_NAME, SCENARIOS
from ..demo.stage import Performance, Stage, stage
from ..ui.terminal import TerminalUi
from .failing import fail
from .report import Moves, MovesAsJson, Narration, summary

NOT_AS_DOCUMENTED = 1
"""Exit status of a demonstration that ended elsewhere than documented."""


def demo(
    scenario: Annotated[
        str, typer.Option(help="The scenario to run; see --list. `all` runs every one.", metavar="NAME")
    ] = "main",
    list_: Annotated[bool, typer.Option("--list", help="Name the scenarios and stop.")] = False,
    interactive: Annotated[bool, typer.Option(help="Ask in the terminal what the user of the Auth UI does.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a move; the summary goes to standard error.")
    ] = False,
    lang: Annotated[Literal["uk", "en"], typer.Option(help="Language of the pages.")] = "uk",
) -> None:
    """Walk through a sign-up: PIS and Auth UI as two engines, ЕСОЗ as a sandbox in a process of its own."""
    if list_:
        _list()
        return
    if scenario != "all" and scenario not in BY_NAME:
        raise typer.BadParameter(f"There is no scenario {scenario!r}; see --list.", param_hint="--scenario")
    chosen = SCENARIOS if scenario == "all" else (BY_NAME[scenario],)
    console = Console()
    try:
        with stage() as here:
            performances = [
                _perform(here, one, console, interactive=interactive, as_json=as_json, lang=lang) for one in chosen
            ]
    except FlowError as error:
        fail(error)
    if any(performance.differences for performance in performances) and not interactive:
        raise typer.Exit(NOT_AS_DOCUMENTED)


def _list() -> None:
    width = max(len(one.name) for one in SCENARIOS)
    for one in SCENARIOS:
        typer.echo(f"{one.name:<{width}}  {one.says}")


def _perform(
    here: Stage, scenario: Scenario, console: Console, *, interactive: bool, as_json: bool, lang: Literal["uk", "en"]
) -> Performance:
    watch: Moves = MovesAsJson(sys.stdout) if as_json else Narration(console, scenario)
    terminal = TerminalUi(console=Console(stderr=as_json), lang=lang)
    performance = here.perform(scenario, watch, (lambda _: terminal) if interactive else (lambda ui: ui))
    if as_json:
        sys.stderr.write(json.dumps(summary(performance), ensure_ascii=False) + "\n")
    else:
        watch.ends(performance, lang)
    return performance
