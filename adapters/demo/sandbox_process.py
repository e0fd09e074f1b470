"""The sandbox in a process of its own, as the demonstration uses it: over loopback HTTP and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests

from ...flow import PeerError

_TIMEOUT = 10.0
"""Seconds for a control request to a process on the same machine."""


class SandboxFailed(PeerError):
    """The sandbox's process did not start or refused a control request."""

    default_code = "sandbox_failed"


class SandboxProcess:
    """Starts `esozflow sandbox` and controls it; it stops when the block ends or this process dies."""

    def __init__(self, trusted: Path, redirect_uris: Iterable[str] = ()) -> None:
        self._command = [sys.executable, "-m", "esozflow.adapters.cli", "sandbox", "--json", "--trusted", str(trusted)]
        for uri in redirect_uris:
            self._command += ["--redirect-uri", uri]
        self._session = requests.Session()
        self._session.trust_env = False
        self._process: subprocess.Popen[str] | None = None
        self.base_url = ""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own arguments
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            self._stop()
            raise SandboxFailed("The sandbox did not start", hint="Run `esozflow sandbox` by hand and read its error.")
        self.base_url = json.loads(line)["base_url"]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._session.close()
        self._stop()

    def start_over(self) -> None:
        """Bring the sandbox back to its seed and forget faults that were not used."""
        self.turn([{"knob": "reset"}])
        self._control("DELETE", "/sandbox/faults")

    def turn(self, knobs: Iterable[Mapping[str, Any]]) -> None:
        """Turn knobs, in order."""
        self._control("POST", "/sandbox/knobs", {"knobs": list(knobs)})

    def script(self, faults: Iterable[Mapping[str, Any]]) -> None:
        """Script faults of the requests to come."""
        self._control("POST", "/sandbox/faults", {"faults": list(faults)})

    def effects(self) -> Counter[str]:
        """Count the side effects since the sandbox started, by kind."""
        return Counter(self._control("GET", "/sandbox/ledger")["counts"])

    def _control(self, method: str, path: str, body: object = None) -> Any:
        answer = self._session.request(method, self.base_url + path, json=body, timeout=_TIMEOUT)
        if not answer.ok:
            raise SandboxFailed(
                f"The sandbox refused {method} {path} with {answer.status_code}", hint="Correct the scenario."
            )
        return answer.json() if answer.content else None

    def _stop(self) -> None:
        if self._process is None:
            return
        if self._process.stdin:
            self._process.stdin.close()
        if self._process.stdout:
            self._process.stdout.close()
        try:
            self._process.wait(timeout=_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
