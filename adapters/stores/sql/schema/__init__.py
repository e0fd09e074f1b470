"""The schema of the store: made, brought up to date, and checked before anything is read or written."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from .....flow import StoreFailed, UsageError
from ..database import Database

VERSION_TABLE: Final = "esozflow_schema"
"""A table of our own: the host may use Alembic for its own tables in the same database."""
_LOCK: Final = 0x65736F7A
"""Number of PostgreSQL's advisory lock under which one process at a time changes the schema."""

_PAUSES: Final = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, None)
"""Seconds between attempts to change how a file is written."""


def upgrade(database: Database) -> None:
    """Make the tables, or bring them up to date; what is current is left alone. Raises `StoreFailed`, `UsageError`."""
    if database.file:
        _made(database.file)
        _write_ahead(database)
    database.write(_upgrade)


def check(database: Database) -> None:
    """Raise `UsageError` unless the schema is the one that this version of the library works with."""
    if database.file and not database.file.exists():
        raise _outdated()  # to look into it would make it
    _is_known(database.read(_current))


def _made(file: Path) -> None:
    try:
        file.touch(mode=0o600)
    except OSError as error:
        why = error.strerror
    else:
        return
    raise UsageError(
        f"The file of the store cannot be made: {why}",
        hint=f"Make the folder {file.parent} first, and let this process write to it.",
        code="store_url",
    )


def _write_ahead(database: Database) -> None:
    """Let readers and a writer of a file work side by side. SQLite does not wait for others who ask for it, too."""
    for pause in _PAUSES:
        try:
            database.read(lambda connection: connection.exec_driver_sql("PRAGMA journal_mode=WAL"))
        except StoreFailed as busy:
            if busy.code != "store_busy" or pause is None:
                raise
            time.sleep(pause)
        else:
            return


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))  # a change may take its time
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
    config = _config()
    config.attributes["connection"] = connection
    _is_known(_current(connection), older_too=True)
    command.upgrade(config, "head")


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()


def _is_known(found: str | None, *, older_too: bool = False) -> None:
    script = ScriptDirectory.from_config(_config())
    if found == script.get_current_head():
        return
    known = {one.revision for one in script.walk_revisions()}
    if found is not None and found not in known:
        raise UsageError(
            f"The schema of the store is {found}, which this version of esozflow does not know",
            hint="Install the version of esozflow that upgraded the store, or a later one.",
            code="schema_unknown",
        )
    if not older_too:
        raise _outdated()


def _outdated() -> UsageError:
    return UsageError(
        "The store has no tables yet, or they are of an older version of esozflow",
        hint="Run `esozflow store upgrade`, or adapters.stores.sql.upgrade(database), after a backup.",
        code="schema_outdated",
    )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
