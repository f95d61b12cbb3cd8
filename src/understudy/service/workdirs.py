"""Workdirs: a folder for each attempt at a task, removed with it, and swept when its process died.

Knows folders and a lock file. Must not know what is done in them.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

_LOCK = "lock"


class Workdirs:
    """Attempt folders under `root`, which processes of one machine may share.

    Each process has one folder in it and holds a lock on a file there. The kernel lets go of that lock however the
    process ends, so a lock that can be had marks the left-overs of a dead one: no process ids, which are used again.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._own: Path | None = None
        self._lock: int | None = None

    def open(self) -> None:
        """Take this process's folder; done by itself on first use."""
        if self._own is not None:
            return
        # begun under a hidden name: a folder is seen by `sweep` only once its lock is held
        name = uuid4().hex
        starting, own = self._root / f".{name}", self._root / name
        starting.mkdir(parents=True)
        lock: int | None = None
        try:
            lock = os.open(starting / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            fcntl.flock(lock, fcntl.LOCK_EX)
            starting.rename(own)
        except OSError:  # a full disk; the next attempt begins anew and must not leave another of these each time
            shutil.rmtree(starting, ignore_errors=True)
            if lock is not None:
                os.close(lock)
            raise
        self._own, self._lock = own, lock

    def close(self) -> None:
        """Remove this process's folder and let go of its lock."""
        if self._own is not None and self._lock is not None:
            shutil.rmtree(self._own, ignore_errors=True)
            os.close(self._lock)
        self._own = self._lock = None

    @asynccontextmanager
    async def attempt(self, task_id: str, epoch: int) -> AsyncIterator[Path]:
        """A fresh folder for one attempt, removed however it ends."""
        path = self._make(f"{task_id}.{epoch}")
        try:
            yield path
        finally:
            # in a thread, because films are large; it goes on to its end even if this task is cancelled meanwhile
            await asyncio.shield(asyncio.to_thread(shutil.rmtree, path, ignore_errors=True))

    def _make(self, name: str) -> Path:
        self.open()
        assert self._own is not None
        try:
            (self._own / name).mkdir()
        except FileNotFoundError:  # somebody has tidied up, as one does when the disk is full: begin anew
            self.close()
            self.open()
            (self._own / name).mkdir()
        return self._own / name

    def sweep(self) -> int:
        """Remove the folders of dead processes; returns how many."""
        if not self._root.is_dir():
            return 0
        return sum(self._sweep_one(path) for path in self._root.iterdir() if path != self._own and path.is_dir())

    def _sweep_one(self, path: Path) -> bool:
        try:
            lock = os.open(path / _LOCK, os.O_RDWR | os.O_CLOEXEC)
        except OSError:  # not one of ours, or one that is being made or removed just now
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.name.startswith("."):  # its maker holds no lock yet, or died right there
                return False
            shutil.rmtree(path, ignore_errors=True)
        except OSError:  # held: its process lives
            return False
        finally:
            os.close(lock)
        return True
