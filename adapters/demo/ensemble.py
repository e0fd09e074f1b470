"""Sandbox, Auth UI and demonstration PIS as three processes on loopback that know each other."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Final, Self

from ..sandbox import Seed
from ..sandbox.keys import CONFIDANT_KEY, kept_authority
from ..serving.checks import MEMORY
from ..serving.process import ProcessFailed, ServingProcess
from .scenario import SCOPE

CALLBACK: Final = "/oauth/callback"
"""The path of the PIS's redirect URI."""
_HOST: Final = "127.0.0.1"
_PREFIX: Final = "ESOZFLOW_"
# What says where things are and who the PIS is, is the ensemble's to say; the switches of the flow stay the user's.
_OF_THE_ENSEMBLE = """
AUTH_BASE_URL API_BASE_URL AUTH_UI_BASE_URL CA_BUNDLE HOST PORT THREADS CLIENT_ID CLIENT_SECRET REDIRECT_URI SCOPE
SIGNING_KEY KNOWN_REDIRECTS STORE KEYS KEYS_FILE
"""
_REPLACED: Final = frozenset(_PREFIX + name for name in _OF_THE_ENSEMBLE.split())


class Ensemble:
    """Starts the three processes; they stop when the block ends, or when this process dies.

    Port 0 takes a free one. Inside the block `sandbox`, `auth_ui` and `pis` are their base URLs. Test keys are made in
    a temporary folder. Raises `ProcessFailed` when one of them does not start.
    """

    def __init__(self, *, sandbox_port: int = 0, auth_ui_port: int = 0, pis_port: int = 0) -> None:
        self._ports = (sandbox_port, auth_ui_port, pis_port)
        self._processes: list[ServingProcess] = []
        self._cleanup = ExitStack()
        self.sandbox = self.auth_ui = self.pis = ""

    def __enter__(self) -> Self:
        with ExitStack() as undoing:
            keys = Path(undoing.enter_context(TemporaryDirectory(prefix="esozflow-")))
            undoing.callback(self._stop)
            with ExitStack() as reserved:
                self._start(keys, *(reserved.enter_context(_reserved(port)) for port in self._ports))
                for process in self._processes:
                    process.wait_until_ready()
            self._cleanup = undoing.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._cleanup.close()

    def check(self) -> None:
        """Raise `ProcessFailed` if one of the processes has ended by itself."""
        for process in self._processes:
            status = process.ended()
            if status is not None:
                raise ProcessFailed(
                    f"`esozflow {process.command}` has ended by itself, with status {status}.",
                    hint="What it had to say stands above. The others have been stopped.",
                )

    def _start(self, keys: Path, *ports: int) -> None:
        self.sandbox, self.auth_ui, self.pis = (f"http://{_HOST}:{port}" for port in ports)
        redirect_uri = self.pis + CALLBACK
        seed = Seed(loopback_redirect_uris=(redirect_uri,))
        kept_authority(keys, seed)
        at_auth_ui = {
            "AUTH_BASE_URL": self.sandbox,
            "API_BASE_URL": self.sandbox,
            "AUTH_UI_BASE_URL": self.auth_ui,
            "KNOWN_REDIRECTS": f"{seed.pis.id}={redirect_uri}",
            "HOST": _HOST,
            "STORE": MEMORY,
        }
        at_pis = at_auth_ui | {
            "CLIENT_ID": seed.pis.id,
            "CLIENT_SECRET": seed.pis.secret,
            "REDIRECT_URI": redirect_uri,
            "SCOPE": SCOPE,
            "SIGNING_KEY": str(keys / CONFIDANT_KEY),
        }
        of_sandbox, of_auth_ui, of_pis = map(str, ports)
        self._processes = [
            ServingProcess("sandbox", "--port", of_sandbox, "--keys", str(keys), "--redirect-uri", redirect_uri),
            ServingProcess("auth-ui", environment=_environment(at_auth_ui | {"PORT": of_auth_ui})),
            ServingProcess("pis", environment=_environment(at_pis | {"PORT": of_pis})),
        ]
        for process in self._processes:
            process.start()

    def _stop(self) -> None:
        # The sandbox first: then no call to it is waited for.
        for process in self._processes:
            process.stop()


def _environment(variables: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name.upper() not in _REPLACED}
    return kept | {f"{_PREFIX}{name}": value for name, value in variables.items()}


@contextmanager
def _reserved(port: int) -> Iterator[int]:
    """Give a port that is free, and keep it for the process that is to listen there."""
    if port:
        yield port
        return
    with socket.socket() as reservation:
        reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reservation.bind((_HOST, 0))
        free: int = reservation.getsockname()[1]
        if sys.platform != "linux":  # elsewhere nobody can listen beside a bound socket
            reservation.close()
        yield free
