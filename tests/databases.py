"""A real PostgreSQL for the tests: in a temporary folder, on a unix socket only, under an account without rights."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

ACCOUNT = "nobody"
"""PostgreSQL does not run as root."""
MEMORY = Path("/dev/shm")
"""A new database is 300 files: on a disk, to make and to remove a hundred of them takes up to a minute."""
NEEDS = 4 * 1024**3
"""Bytes that are free in memory, or the disk is used."""
STARTS_WITHIN = 60.0
"""Seconds."""

_RESTARTED: list[subprocess.Popen[bytes]] = []

NewDatabase = Callable[[], SecretStr]


def programs() -> Path | None:
    """Give the folder of PostgreSQL's programs; Debian keeps them off the path."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: int(file.parts[-3]))
    return installed[-1].parent if installed else None


@contextmanager
def running_postgresql(*, durable: bool = False) -> Iterator[NewDatabase]:
    """Start a server, and give a function that makes an empty database and gives its url.

    Unless it is `durable`, it works in memory where there is room, and writes nothing to a disk.
    Where PostgreSQL is not installed the tests are skipped; with CI=true they fail.
    """
    folder = programs()
    if folder is None:
        missing = "PostgreSQL is not installed: apt-get install postgresql"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    # Not pytest's folder: the path of a socket is short.
    with tempfile.TemporaryDirectory(prefix="esozflow-", dir=None if durable else _in_memory()) as name:
        home = Path(name)
        if os.geteuid() == 0:
            shutil.chown(home, ACCOUNT)
        initdb: list[str | Path] = [
            folder / "initdb",
            "--no-sync",
            "--auth=trust",
            "--username=esozflow",
            "--encoding=UTF8",
            home / "data",
        ]
        subprocess.run([*_as_nobody(), *initdb], check=True, stdout=subprocess.DEVNULL, cwd="/")
        options = [
            "listen_addresses=",
            f"unix_socket_directories={home}",
            "max_connections=300",
            f"fsync={'on' if durable else 'off'}",
        ]
        command: list[str | Path] = [
            *_as_nobody(),
            folder / "postgres",
            "-D",
            home / "data",
            *(f"-c{one}" for one in options),
        ]
        with (home / "log").open("wb") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log, cwd="/")
        try:
            _await(server, home)
            yield lambda: _new_database(home)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(STARTS_WITHIN)
            while _RESTARTED:
                restarted = _RESTARTED.pop()
                restarted.send_signal(signal.SIGINT)
                restarted.wait(STARTS_WITHIN)


def _in_memory() -> Path | None:
    return MEMORY if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= NEEDS else None


@contextmanager
def stopped(home: Path, by: signal.Signals = signal.SIGINT) -> Iterator[None]:
    """Stop the server whose folder this is, and start it again when the block ends; it then lives as long as before.

    By `SIGQUIT` it dies: it writes nothing more.
    """
    pid = int((home / "data" / "postmaster.pid").read_text().split()[0])
    command = Path(f"/proc/{pid}/cmdline").read_text().split("\0")[:-1]
    os.kill(pid, by)
    until = time.monotonic() + STARTS_WITHIN
    while (home / "data" / "postmaster.pid").exists():
        assert time.monotonic() < until, "PostgreSQL did not stop"
        time.sleep(0.02)
    yield
    with (home / "log").open("ab") as log:
        server = subprocess.Popen([*_as_nobody(), *command], stdout=log, stderr=log, cwd="/")
    _RESTARTED.append(server)
    _await(server, home)


def _as_nobody() -> list[str]:
    # The server also stops when the process that started it dies.
    account = pwd.getpwnam(ACCOUNT)
    change = [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *change, "--pdeathsig=INT", "--"]


def _await(server: subprocess.Popen[bytes], home: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and server.poll() is None:
        try:
            psycopg.connect(host=str(home), user="esozflow", dbname="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"PostgreSQL did not start: {(home / 'log').read_text()}")


def _new_database(home: Path) -> SecretStr:
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(host=str(home), user="esozflow", dbname="postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    return SecretStr(f"postgresql://esozflow@/{name}?host={home}")
