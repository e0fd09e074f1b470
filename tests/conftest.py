"""Settings of all tests, and databases for whatever test wants one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from pydantic import SecretStr

from .databases import NewDatabase, running_postgresql

# How long an example takes says more about the machine and its neighbours than about what is tested.
settings.register_profile("esozflow", deadline=None)
settings.load_profile("esozflow")


@pytest.fixture(scope="session")
def new_postgresql() -> Iterator[NewDatabase]:
    """Make empty databases on a PostgreSQL of these tests."""
    with running_postgresql() as new:
        yield new


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> NewDatabase:
    """Make empty databases, of SQLite and of PostgreSQL."""
    if request.param == "postgresql":
        made: NewDatabase = request.getfixturevalue("new_postgresql")
        return made
    numbers = iter(range(1000))
    return lambda: SecretStr(f"sqlite:///{tmp_path}/{next(numbers)}.db")
