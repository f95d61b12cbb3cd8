"""What an upstream billed for a task, beside what its caller was charged.

Knows one step of the tables' history. Must not import schema.py: that describes the newest tables, not these.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ledger", sa.Column("cost", sa.Text()))
