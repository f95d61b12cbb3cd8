"""What Alembic asks for: how to run migrations on the connection handed in.

Knows Alembic's context. Must not open a database of its own: the caller holds the lock that keeps others out.
"""

from __future__ import annotations

from alembic import context

from understudy.stores.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
