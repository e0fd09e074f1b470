"""What is drawn is what runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any

import pytest

from esozflow.flow import Event, Flow, State, guard, mermaid, on, refuse
from esozflow.states import auth_ui, pis, sign_up


class Go(Event):
    pass


@guard("it is open")
def is_open(context: None, event: Go) -> bool:
    return True


def test_states_edges_guards_refusals_and_ends_are_drawn() -> None:
    here: State[None] = State(
        name="here",
        section="1",
        actor="walker",
        moves=(on(Go, when=is_open, to="there", because="1"), refuse(Go, code="shut", because="1")),
    )
    there: State[None] = State(name="there", section="2", actor="walker", final=True)
    assert mermaid(Flow("walk", states=(here, there), initial="here", begin=lambda ids: None)) == (
        "stateDiagram-v2\n"
        "    direction TB\n"
        "    [*] --> here\n"
        '    state "1 here (walker)" as here\n'
        '    state "2 there (walker)" as there\n'
        "    here --> there: Go [is_open]\n"
        "    here --> here: Go refused: shut\n"
        "    there --> [*]\n"
    )


@pytest.mark.parametrize("flow", [sign_up, auth_ui, pis])
def test_every_row_of_the_table_is_an_edge(flow: Any) -> None:
    edges = re.findall(r"^    \w+ --> \w+: ", mermaid(flow()), re.MULTILINE)
    assert len(edges) == sum(len(rows) for rows in flow().table.values())


def test_the_picture_does_not_depend_on_the_hash_seed() -> None:
    code = "from esozflow.flow import mermaid; from esozflow.states import auth_ui; print(mermaid(auth_ui()))"
    drawn = {
        subprocess.run(
            [sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(drawn) == 1
