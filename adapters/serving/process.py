"""One of the commands that serve, in a process of its own: `esozflow sandbox`, `auth-ui`, `pis`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from threading import Timer
from types import TracebackType
from typing import Final, Self

from ...flow import PeerError

START_SECONDS: Final = 60.0
"""Within so many a command is ready; on an idle machine it takes about one."""
STOP_SECONDS: Final = 45.0
"""More than a web server needs at most to let its running requests finish."""


class ProcessFailed(PeerError):
    """A process that is to serve did not start, or ended by itself."""

    default_code = "process_failed"


class ServingProcess:
    """Runs `esozflow <command> --json`; it stops when the block ends, or when this process dies.

    What it writes to standard error goes where this process writes its own. `environment` takes the place of this
    process's environment. Raises `ProcessFailed` when it does not start.
    """

    def __init__(self, command: str, *options: str, environment: Mapping[str, str] | None = None) -> None:
        self.command = command
        self.base_url = ""
        self._arguments = [sys.executable, "-m", "esozflow.adapters.cli", command, "--json", *options]
        self._environment = environment
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        try:
            self.wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Start, and do not wait."""
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own arguments
            self._arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=self._environment,
            start_new_session=True,  # Ctrl-C is for this process, which then stops the other in order
        )

    def wait_until_ready(self) -> None:
        """Wait for the base URL. Raises `ProcessFailed`."""
        assert self._process
        assert self._process.stdout
        too_late = Timer(START_SECONDS, self._process.kill)
        too_late.start()
        try:
            line = self._process.stdout.readline()
        finally:
            too_late.cancel()
        if not line:
            raise ProcessFailed(
                f"`esozflow {self.command}` did not start.",
                hint=f"What it had to say stands above; if it said nothing, run `esozflow {self.command}` by hand.",
            )
        self.base_url = json.loads(line)["base_url"]

    def ended(self) -> int | None:
        """Give the exit status, if it has ended."""
        return None if self._process is None else self._process.poll()

    def stop(self) -> None:
        """Tell it to stop, wait until it has, and end it if it takes too long."""
        if self._process is None:
            return
        if self._process.stdin:
            self._process.stdin.close()
        if self._process.stdout:
            self._process.stdout.close()
        try:
            self._process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
