"""From whatever a driver raises to `StoreFailed`. Codes of the driver go into it, texts never: they repeat values."""

from __future__ import annotations

import sqlite3
from typing import Final

import psycopg
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from ....flow import StoreFailed

# code, what is wrong, what to do
_BUSY: Final = ("store_busy", "The store is busy", "Nothing was changed; try again.")
_FULL: Final = ("store_full", "The store has no room left", "Make room on its disk.")
_READ_ONLY: Final = ("store_read_only", "The store may not be written", "Give this process the right to write to it.")
_UNREACHABLE: Final = (
    "store_unreachable",
    "The store cannot be reached",
    "Check that it runs, its address and account.",
)
_DAMAGED: Final = ("store_damaged", "The store is damaged", "Stop all processes that use it, and restore a backup.")
_FAILED: Final = ("store_failed", "The store failed", "Nothing was changed; look into the log of the database.")

# By the beginning of the driver's own code: the name of SQLite's, the SQLSTATE of PostgreSQL's.
_SQLITE: Final = {
    "SQLITE_BUSY": _BUSY,
    "SQLITE_LOCKED": _BUSY,
    "SQLITE_FULL": _FULL,
    "SQLITE_IOERR_WRITE": _FULL,
    "SQLITE_READONLY": _READ_ONLY,
    "SQLITE_PERM": _READ_ONLY,
    "SQLITE_CANTOPEN": _UNREACHABLE,
    "SQLITE_IOERR": _UNREACHABLE,
    "SQLITE_CORRUPT": _DAMAGED,
    "SQLITE_NOTADB": _DAMAGED,
}
_POSTGRESQL: Final = {
    "55P03": _BUSY,  # a lock was not given in time
    "57014": _BUSY,  # a statement was not done in time
    "40": _BUSY,  # deadlock, serialization
    "53300": _BUSY,  # too many connections
    "53": _FULL,  # disk, memory
    "25006": _READ_ONLY,  # a replica, or a transaction that may only read
    "42501": _READ_ONLY,  # no such right
    "08": _UNREACHABLE,
    "57P": _UNREACHABLE,  # shut down, or starting
    "28": _UNREACHABLE,  # account or password
    "3D": _UNREACHABLE,  # no such database
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}


def failure_of(error: Exception) -> StoreFailed:
    """Give the error that says what is wrong with the store, without a word of what was stored in it."""
    driver = getattr(error, "orig", None) or error
    code, what, hint = _told(error, driver)
    own = _own_code(driver)
    return StoreFailed(f"{what} ({own})" if own else what, hint=hint, code=code)


def _told(error: Exception, driver: BaseException) -> tuple[str, str, str]:
    own = _own_code(driver)
    known = _SQLITE if isinstance(driver, sqlite3.Error) else _POSTGRESQL
    for beginning in sorted(known, key=len, reverse=True):
        if own.startswith(beginning):
            return known[beginning]
    if isinstance(error, NoConnectionLeft):
        return _BUSY
    # Without a code of the server there was no server to give one.
    return _UNREACHABLE if isinstance(driver, psycopg.OperationalError) else _FAILED


def _own_code(driver: BaseException) -> str:
    return getattr(driver, "sqlite_errorname", None) or getattr(driver, "sqlstate", None) or ""
