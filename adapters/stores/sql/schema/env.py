"""Run by Alembic, by its path and not as a module: it applies `versions/` on the connection that `upgrade` gives."""

from __future__ import annotations

from alembic import context

from esozflow.adapters.stores.sql.schema import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
context.run_migrations()
