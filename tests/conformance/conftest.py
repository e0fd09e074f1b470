"""One sandbox for all tests of the Auth UI, and one for those of the PIS."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from esozflow.adapters.conformance.running import sandbox_for_auth_ui, sandbox_for_pis
from esozflow.adapters.conformance.watched import WatchedEsoz
from esozflow.states import Signer

from ..authorities import _one_authority  # noqa: F401 - a fixture, in use by being here


@pytest.fixture(scope="session")
def behind_auth_ui() -> Iterator[tuple[str, WatchedEsoz, Signer]]:
    with sandbox_for_auth_ui() as sandbox:
        yield sandbox
    assert sandbox[1].internal_errors == 0


@pytest.fixture(scope="session")
def behind_pis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, WatchedEsoz, Path, socket.socket]]:
    keys = tmp_path_factory.mktemp("keys")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        redirect_uri = f"http://127.0.0.1:{listening.getsockname()[1]}/oauth/callback"
        with sandbox_for_pis(redirect_uri, keys) as (url, esoz):
            yield url, esoz, keys, listening
    assert esoz.internal_errors == 0
