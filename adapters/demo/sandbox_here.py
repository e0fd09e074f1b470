"""The sandbox in this process, controlled as the one in a process of its own is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from ..sandbox import Esoz
from ..sandbox.faults import FaultList
from ..sandbox.knobs import KnobList


class SandboxHere:
    """Controls `esoz`, which is served at `base_url`."""

    def __init__(self, esoz: Esoz, base_url: str) -> None:
        self.base_url = base_url
        self._esoz = esoz

    def start_over(self) -> None:
        """Bring the sandbox back to its seed and forget faults that were not used."""
        self.turn([{"knob": "reset"}])
        self._esoz.clear_faults()

    def turn(self, knobs: Iterable[Mapping[str, Any]]) -> None:
        """Turn knobs, in order."""
        self._esoz.turn(*KnobList.read({"knobs": list(knobs)}).knobs)

    def script(self, faults: Iterable[Mapping[str, Any]]) -> None:
        """Script faults of the requests to come."""
        self._esoz.script(*FaultList.read({"faults": list(faults)}).faults)

    def effects(self) -> Counter[str]:
        """Count the side effects since the sandbox was made, by kind."""
        return Counter({str(kind): count for kind, count in self._esoz.ledger.counts().items()})
