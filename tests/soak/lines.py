"""One question and one answer, each a line of JSON, over a unix socket; and processes that are told all on stdin."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from .plan import ROOT

PATIENCE = 30.0
"""Seconds for an answer; more than any call takes."""


class Lost(Exception):
    """Nobody knows what became of the question: whoever was asked is gone, or was never there."""


def ask(address: Path, question: dict[str, Any]) -> Any:
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(PATIENCE)
            connection.connect(str(address))
            connection.sendall(json.dumps(question).encode() + b"\n")
            with connection.makefile("rb") as answer:
                line = answer.readline()
    except OSError:
        raise Lost from None
    if not line.endswith(b"\n"):
        raise Lost
    return json.loads(line)


def start(module: str, told: dict[str, Any], log: Path) -> subprocess.Popen[str]:
    """Start `python -m tests.soak.<module>`; it ends with its standard input."""
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", f"tests.soak.{module}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            cwd=ROOT,
            start_new_session=True,
        )
    assert process.stdin
    process.stdin.write(json.dumps(told) + "\n")
    process.stdin.flush()
    return process


def told() -> dict[str, Any]:
    """Read what `start` was given."""
    given: dict[str, Any] = json.loads(sys.stdin.readline())
    return given


def memory_of(pid: int) -> float | None:
    """Give the resident memory of a process in MiB, if it lives."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    found = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(found[0].split()[1]) / 1024 if found else None
