"""`esozflow demo`: the scenarios of the demonstration."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ...flow import FlowError
from .failing import fail

if TYPE_CHECKING:
    from ..demo.scenario import Scenario
    from ..demo.stage import Performance, Stage

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
    from ..demo.scenarios import BY_NAME, SCENARIOS
    from ..demo.stage import stage

    if list_:
        _list(SCENARIOS)
        return
    if scenario != "all" and scenario not in BY_NAME:
        raise typer.BadParameter(f"There is no scenario {scenario!r}; see --list.", param_hint="--scenario")
    chosen = SCENARIOS if scenario == "all" else (BY_NAME[scenario],)
    try:
        with stage() as here:
            performances = [_perform(here, one, interactive=interactive, as_json=as_json, lang=lang) for one in chosen]
    except FlowError as error:
        fail(error)
    if any(performance.differences for performance in performances) and not interactive:
        raise typer.Exit(NOT_AS_DOCUMENTED)


def _list(scenarios: Sequence[Scenario]) -> None:
    width = max(len(one.name) for one in scenarios)
    for one in scenarios:
        typer.echo(f"{one.name:<{width}}  {one.says}")


def _perform(
    here: Stage, scenario: Scenario, *, interactive: bool, as_json: bool, lang: Literal["uk", "en"]
) -> Performance:
    from rich.console import Console

    from ..ui.terminal import TerminalUi
    from .report import Moves, MovesAsJson, Narration, summary

    watch: Moves = MovesAsJson(sys.stdout) if as_json else Narration(Console(), scenario, person=interactive)
    terminal = TerminalUi(console=Console(stderr=as_json), lang=lang)
    performance = here.perform(scenario, watch, (lambda _: terminal) if interactive else (lambda ui: ui))
    if as_json:
        sys.stderr.write(json.dumps(summary(performance), ensure_ascii=False) + "\n")
    else:
        watch.ends(performance, lang)
    return performance
