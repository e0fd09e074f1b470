"""Sign-ups in SQL: SQLite for one machine, PostgreSQL for many. Needs `pip install 'esozflow[sql]'`."""

from .database import Database
from .due import Resumed, resume_due
from .schema import check, upgrade
from .store import SqlStore, journal_of
from .upkeep import Listed, Resealed, keys_in_use, listed, purge, reseal

__all__ = [
    "Database",
    "Listed",
    "Resealed",
    "Resumed",
    "SqlStore",
    "check",
    "journal_of",
    "keys_in_use",
    "listed",
    "purge",
    "reseal",
    "resume_due",
    "upgrade",
]
