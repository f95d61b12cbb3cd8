"""The janitor: each thing goes when its time is over, and not before."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from test_tasks import succeeded

from builders import NOON
from understudy.service.janitor import Janitor, Swept
from understudy.service.workdirs import Workdirs
from world import World

UPLOAD = "dashscope-instant/alice/2026-03-01/x/girl.png"
RESULT = "takes/2026-03-01/one.mp4"
STRAY = "takes/2026-03-01/stray.mp4"


async def put(world: World, key: str, path: Path) -> None:
    """A blob as old as the owned time says."""
    path.write_bytes(b"x")
    await world.blobs.put_file(key, path, content_type="video/mp4")
    local = world.blobs.local_path(key)
    assert local is not None
    os.utime(local, (NOON.timestamp(), NOON.timestamp()))


async def test_everything_goes_in_its_time(world: World, tmp_path: Path) -> None:
    janitor = Janitor(world.store.tasks, world.blobs, workdir=tmp_path / "work")
    task = await world.submit()
    await succeeded(world, task)
    for key in (UPLOAD, RESULT, STRAY):
        await put(world, key, tmp_path / "file")

    async def left() -> set[str]:
        return {key for key in (UPLOAD, RESULT, STRAY) if await world.blobs.size(key) is not None}

    assert await janitor.run_once(NOON + timedelta(hours=23, minutes=59)) == Swept()
    assert await left() == {UPLOAD, RESULT, STRAY}
    assert await janitor.run_once(NOON + timedelta(hours=24)) == Swept(results=1)
    assert await left() == {UPLOAD, STRAY}
    assert await world.store.tasks.get(task.task_id) is None
    assert await janitor.run_once(NOON + timedelta(hours=24, minutes=59)) == Swept()
    assert await janitor.run_once(NOON + timedelta(hours=26)) == Swept(strays=1)
    assert await left() == {UPLOAD}
    assert await janitor.run_once(NOON + timedelta(hours=47)) == Swept()
    assert await janitor.run_once(NOON + timedelta(hours=49)) == Swept(uploads=1)
    assert await left() == set()


async def test_it_leaves_the_folders_of_the_living(world: World, tmp_path: Path) -> None:
    janitor = Janitor(world.store.tasks, world.blobs, workdir=tmp_path / "work")
    async with Workdirs(tmp_path / "work").attempt("task", 1) as path:
        assert await janitor.run_once(NOON) == Swept()
        assert path.is_dir()
