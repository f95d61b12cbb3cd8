"""No index of leases: they are looked for among the tasks that run, and every submit paid for it.

Knows one step of the tables' history. Must not import schema.py: that describes the newest tables, not these.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_tasks_lease", "tasks")
