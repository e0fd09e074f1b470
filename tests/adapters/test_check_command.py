"""`esozflow check` as a process, and what it does when something does not hold."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from esozflow.adapters.cli.app import app
from esozflow.flow.proof import Finding, Report
from esozflow.states import proving

WRONG = Finding(rule="a rule", where="here", says="it is wrong")


def test_the_sign_up_holds_as_text_and_as_json() -> None:
    run = [sys.executable, "-m", "esozflow.adapters.cli", "check"]
    text = subprocess.run(run, capture_output=True, text=True, check=False)
    data = subprocess.run([*run, "--json"], capture_output=True, text=True, check=False)

    assert (text.returncode, data.returncode) == (0, 0)
    assert text.stdout.startswith("confidant_sign_up: holds\n")
    assert [(one["flow"], one["holds"]) for one in json.loads(data.stdout)] == [
        ("confidant_sign_up", True),
        ("confidant_sign_up.auth_ui", True),
        ("confidant_sign_up.pis", True),
    ]


@pytest.mark.parametrize("report", [Report(flow="f", findings=(WRONG,)), Report(flow="f", open=(WRONG,))])
def test_what_does_not_hold_or_is_open_is_told_by_the_exit_status(
    monkeypatch: pytest.MonkeyPatch, report: Report
) -> None:
    monkeypatch.setattr(proving, "prove", lambda: (report,))

    done = CliRunner().invoke(app, ["check"])

    assert done.exit_code == 1
    assert "a rule, here: it is wrong" in done.output
