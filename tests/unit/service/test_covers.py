"""A still beside each film: stored, linked, swept with it; and a film is as good without one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from understudy.core.faults import MediaProblem, MediaRefused
from understudy.core.task import Status
from understudy.media.child import ChildDied, Death
from understudy.media.cover import write_cover
from understudy.service.accounts import Caller
from understudy.service.janitor import Janitor
from world import BASE_URL, World


async def here(film: Path, target: Path) -> Path:
    """The real still, without the child process that guards it."""
    write_cover(film, target)
    return target


async def test_a_film_has_a_still(world: World) -> None:
    world.settings["cover"] = here
    task = await world.submit()
    async with world.working():
        done = await world.finished(task)
    assert done.artifact is not None
    assert done.artifact.cover == done.artifact.key.replace(".mp4", ".jpg")
    head = [chunk async for chunk in world.blobs.read(done.artifact.cover, 0, 3)]
    assert b"".join(head) == b"\xff\xd8\xff"
    told = await world.tasks.status(Caller("alice", "1"), task.task_id, BASE_URL)
    assert told.cover_url is not None
    assert told.cover_url.startswith(f"{BASE_URL}/results/takes/")
    world.clock.move(hours=25)
    await Janitor(world.store.tasks, world.blobs, workdir=world.work).run_once(world.clock.now())
    assert await world.blobs.size(done.artifact.cover) is None


@pytest.mark.parametrize(
    "trouble",
    [
        MediaRefused(MediaProblem.CORRUPT, "it shows nothing"),
        ChildDied(Death.TOO_LONG, "understudy.media.cover"),
        OSError("No space left on device"),
    ],
)
async def test_no_still_fails_no_task(world: World, trouble: Exception) -> None:
    async def refuse(*_: Any) -> Path:
        raise trouble

    world.settings["cover"] = refuse
    task = await world.submit()
    async with world.working():
        done = await world.finished(task)
    assert done.status is Status.SUCCEEDED
    assert done.artifact is not None
    assert done.artifact.cover is None
    told = await world.tasks.status(Caller("alice", "1"), task.task_id, BASE_URL)
    assert (told.cover_url, told.result_url is not None) == (None, True)
