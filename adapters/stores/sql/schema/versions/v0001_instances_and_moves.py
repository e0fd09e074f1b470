"""The first schema: instances and their moves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "esozflow_instances",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("flow", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("ended", sa.Boolean, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("begun_at", moment, nullable=False),
        sa.Column("entered_at", moment, nullable=False),
        sa.Column("expires_at", moment),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "esozflow_moves",
        sa.Column("instance", sa.Text, sa.ForeignKey("esozflow_instances.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("revision", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("from_state", sa.Text, nullable=False),
        sa.Column("to_state", sa.Text, nullable=False),
        sa.Column("section", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", moment, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        # What is sealed cannot be compressed, and trying costs time with every move.
        op.execute("ALTER TABLE esozflow_instances ALTER COLUMN sealed SET STORAGE EXTERNAL")
