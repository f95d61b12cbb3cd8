"""The test card: what its switches do to the task, and to the house around it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import psutil
import pytest

from builders import a_card, a_request, an_image
from fakes import until
from understudy.core.request import Capability
from understudy.core.task import Status, Task
from understudy.engines.testcard import ENGINE
from world import World


async def performed(world: World, prompt: str, **changes: object) -> Task:
    task = await world.submit(a_request(prompt, **changes))
    async with world.working():
        return await world.finished(task)


def no_children() -> bool:
    return not psutil.Process().children(recursive=True)


async def test_a_plain_prompt_gives_a_card(world: World) -> None:
    task = await performed(world, "图1 waves at 视频1")
    assert (task.status, task.engine) == (Status.SUCCEEDED, "testcard")
    assert task.notes == ("This is a test card: colour bars and a tone, nothing of the prompt.",)


@pytest.mark.parametrize(
    ("prompt", "fault", "attempts"),
    [
        ("Fail at 50 %", "Refused", 1),
        ("fail at 0%", "Refused", 1),
        ("please fail at 100％ of it", "Refused", 1),
        ("crash", "InternalFault", 3),
    ],
)
async def test_the_switches_that_end_it(world: World, prompt: str, fault: str, attempts: int) -> None:
    task = await performed(world, prompt)
    assert (task.status, (task.fault or {})["fault"], task.attempt) == (Status.FAILED, fault, attempts)
    assert no_children()


async def test_a_crash_fails_its_task_and_nothing_else(world: World) -> None:
    bad, good = await world.submit(a_request("crash")), await world.submit(a_request("图1 waves"))
    async with world.working(slots=2):
        ended = [await world.finished(bad), await world.finished(good)]
    assert [task.status for task in ended] == [Status.FAILED, Status.SUCCEEDED]


async def test_crash_once_succeeds_the_second_time(world: World) -> None:
    task = await performed(world, "crash once")
    assert (task.status, task.attempt) == (Status.SUCCEEDED, 2)


async def test_hang_is_ended_by_a_cancel_although_it_is_deaf(world: World) -> None:
    task = await world.submit(a_request("hang"))
    async with world.working():
        await until(lambda: not no_children(), world.clock)
        while (await world.told(task)).fraction < 0.45:
            await world.clock.advance(0.5)
        await world.tasks.cancel(world.caller, task.task_id, running=True)
        assert (await world.finished(task)).status is Status.CANCELED
        assert no_children()


async def test_words_that_only_resemble_switches_do_nothing(world: World) -> None:
    task = await performed(world, "The crashing waves hanging in slow motion never fail at all")
    assert (task.status, task.attempt) == (Status.SUCCEEDED, 1)


async def test_a_bad_reference_fails_a_card_as_it_fails_a_film(world: World) -> None:
    task = await world.submit(a_request("图1", an_image("https://media.example/nowhere.png")))
    async with world.working():
        assert ((await world.finished(task)).fault or {})["problem"] == "unreachable"


async def test_the_seed_is_seen_and_heard(world: World) -> None:
    colours, pitches = set(), set()
    for seed in (1, 2):
        task = await performed(world, "图1", seed=seed)
        assert task.artifact is not None
        path = world.blobs.local_path(task.artifact.key)
        assert path is not None
        picture, tone = _decoded(path)
        colours.add(tuple(picture[-4, -4] // 4))
        spectrum = np.abs(np.fft.rfft(tone * np.hanning(len(tone))))
        pitches.add(round(float(np.argmax(spectrum)) * 48000 / len(tone)))
    assert len(colours) == 2
    assert pitches == {466, 494}  # A4 and one, two semitones


def _decoded(path: Path) -> tuple[np.ndarray, np.ndarray]:
    with av.open(str(path)) as container:
        picture = next(container.decode(video=0)).to_ndarray(format="rgb24")
        container.seek(0)
        tone = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    return picture, tone


@pytest.mark.parametrize("makes", list(Capability))
def test_it_offers_every_kind_of_film(makes: Capability) -> None:
    offered = ENGINE.offers(replace(a_card(), makes=makes), a_request())
    assert offered is not (makes.is_check or makes is Capability.MOTION_TEMPLATE)
