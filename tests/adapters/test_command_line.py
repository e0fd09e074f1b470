"""What every command line is asked for before anything else."""

from __future__ import annotations

from importlib.metadata import version

import pytest
from typer.testing import CliRunner

from esozflow.adapters.cli.app import app


def test_it_says_which_version_it_is() -> None:
    told = CliRunner().invoke(app, ["--version"])
    assert (told.exit_code, told.output) == (0, f"esozflow {version('esozflow')}\n")


@pytest.mark.parametrize("given", [[], ["--help"]])
def test_it_lists_its_commands(given: list[str]) -> None:
    told = CliRunner().invoke(app, given)
    assert "Usage:" in told.output
    assert "A finite-state-machine workflow engine" in told.output
    assert all(f" {name} " in told.output for name in ("demo", "auth-ui", "pis", "sandbox", "list", "store", "conform"))
