"""The tables, as SQLAlchemy Core describes them.

Knows columns, keys and indexes. Must not know how a value of the house becomes a column (codec.py), who writes
(writer.py), nor how an older database becomes this one (migrations/).

Columns hold plain integers and text only, so that a statement compiled once can be run on the driver directly, with
nothing in between: moments are whole microseconds since 1970 in UTC, money is whole millionths of a currency unit
(source: spec/dashscope.md §9.4), quantities are exact decimal text, compound values are JSON text.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text

REVISION = "0004"
"""The newest revision of migrations/: a database that says so needs no Alembic at start."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

# SQLite makes only an INTEGER key the row's own number, which costs nothing
_NUMBER = BigInteger().with_variant(Integer, "sqlite")

tasks = Table(
    "tasks",
    metadata,
    Column("number", _NUMBER, primary_key=True),  # order of arrival
    Column("task_id", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("dialect", Text, nullable=False),
    Column("model", Text, nullable=False),  # of the request: what limits and lists ask for
    Column("region", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("request", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("submitted", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("started", BigInteger),
    Column("ended", BigInteger),
    Column("attempt", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("engine", Text),
    Column("handle", Text),
    Column("fraction", Float, nullable=False),
    Column("stage_note", Text, nullable=False),
    Column("cancel_wanted", Integer, nullable=False),
    Column("artifact", Text),
    Column("usage", Text),
    Column("charge", Text),
    Column("actual_prompt", Text),
    Column("notes", Text, nullable=False),
    Column("fault", Text),
    Column("extras", Text, nullable=False),
    # of the queue, never told to callers
    Column("ready_from", BigInteger, nullable=False),
    Column("lease_until", BigInteger),
    Column("worker", Text),
    Column("findings", Text),
    Index("ix_tasks_task_id", "task_id", unique=True),
    # what waits, by whom and how long; leases need no index, only tasks that are RUNNING have one and those are few
    Index("ix_tasks_queue", "status", "account", "model", "ready_from", "submitted"),
    Index("ix_tasks_account", "account", "submitted"),
    Index("ix_tasks_expires", "expires"),
)
"""One row per task: the truth about it and its place in the queue (decision 0004)."""

bodies = Table(
    "bodies",
    metadata,
    Column("task_id", Text, ForeignKey("tasks.task_id", ondelete="CASCADE"), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
"""The verbatim body of each task, apart from it: a body may be megabytes, a task is read on every poll."""

accounts = Table(
    "accounts",
    metadata,
    Column("account", Text, primary_key=True),
    Column("created", BigInteger, nullable=False),
)
"""Who pays."""

keys = Table(
    "keys",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("account", Text, ForeignKey("accounts.account"), nullable=False),
    Column("digest", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("revoked", BigInteger),
    Index("ix_keys_digest", "digest", unique=True),
    Index("ix_keys_account", "account"),
)
"""What proves it: the SHA-256 of each key, never the key."""

quotas = Table(
    "quotas",
    metadata,
    Column("account", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("granted", Text, nullable=False),
    Column("used", Text, nullable=False),
    Column("expires", BigInteger, nullable=False),
)
"""Free units per account and model."""

ledger = Table(
    "ledger",
    metadata,
    Column("task_id", Text, primary_key=True),  # nothing is billed twice: a second line of a task cannot be written
    Column("account", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("moment", BigInteger, nullable=False),
    Column("usage", Text, nullable=False),
    Column("quantity", Text, nullable=False),
    Column("free_quantity", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("unit_price", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("cost", Text),  # what an upstream billed for it, as JSON: the operator's, never told to callers
    Index("ix_ledger_account", "account", "moment"),
)
"""The book. Lines outlive their tasks, so they point at them by name only."""
