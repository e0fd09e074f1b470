"""The sandbox in a process of its own, as the demonstration uses it: over loopback HTTP and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import requests

from ...flow import PeerError
from ..serving.process import ServingProcess

_TIMEOUT = 10.0
"""Seconds for a control request to a process on the same machine."""


class SandboxFailed(PeerError):
    """The sandbox refused a control request."""

    default_code = "sandbox_failed"


class SandboxProcess(ServingProcess):
    """Starts `esozflow sandbox` and controls it; it stops when the block ends or this process dies."""

    def __init__(self, trusted: Path) -> None:
        super().__init__("sandbox", "--trusted", str(trusted))
        self._session = requests.Session()
        self._session.trust_env = False

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._session.close()
        super().__exit__(kind, error, at)

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
