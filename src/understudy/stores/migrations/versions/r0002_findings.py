"""What is found where no film is made: verdicts of checks, ids of templates.

Knows one step of the tables' history. Must not import schema.py: that describes the newest tables, not these.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tasks", sa.Column("findings", sa.Text()))
