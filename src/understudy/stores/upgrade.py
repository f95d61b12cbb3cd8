"""Brings an opened database to the tables of this version.

Knows revisions. Must not know what the tables are for.

Alembic is loaded only when an older database has to be changed: it costs a third of a second and 20 MB, and most
starts find the newest revision. An empty file gets the tables of schema.py at once; a test holds both ways equal.
To change the tables: change schema.py, raise its REVISION, add a file of that revision under migrations/versions.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import Connection

from understudy.core.faults import StoreMismatch
from understudy.stores.schema import REVISION, metadata

MIGRATIONS = Path(__file__).with_name("migrations")


def stored_revision(connection: Connection) -> str | None:
    """The revision written in the file; None for a file without tables. Raises StoreMismatch for foreign tables."""
    tables = set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars())
    if "alembic_version" in tables:
        return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()  # type: ignore[no-any-return]
    if tables:
        raise StoreMismatch(
            f"the database holds tables of another program ({', '.join(sorted(tables)[:3])}); choose another file"
        )
    return None


def bring_up(connection: Connection) -> None:
    """Make the tables, or change them to this version's. Safe when several processes start at once.

    Raises:
        StoreMismatch: a newer version wrote the file, or another program did.
    """
    if stored_revision(connection) == REVISION:
        return
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    with ExitStack() as undo:
        undo.callback(connection.exec_driver_sql, "ROLLBACK")
        stored = stored_revision(connection)  # again: another process may have been quicker
        if stored is None:
            _make(connection)
        elif stored != REVISION:
            _migrate(connection, stored)
        connection.exec_driver_sql("COMMIT")
        undo.pop_all()


def _make(connection: Connection) -> None:
    metadata.create_all(connection)
    connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (REVISION,))


def _migrate(connection: Connection, stored: str) -> None:
    if not is_known(stored):
        raise newer(stored)
    run_migrations(connection)


def is_known(stored: str) -> bool:
    """Whether this version can use, or bring up, a file of that revision."""
    from alembic.script import ScriptDirectory

    return stored in {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}


def newer(stored: str) -> StoreMismatch:
    """The refusal of a file this version does not know."""
    return StoreMismatch(
        f"the database was written by a newer Understudy (revision {stored}, this one knows {REVISION}); "
        "upgrade Understudy or choose another data folder"
    )


def run_migrations(connection: Connection) -> None:
    """Run every migration the database lacks, inside the transaction that is open."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
