"""Films made elsewhere, as the service sees them: who is asked next, what waits, who keeps a task, what is foreign."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from builders import a_request, a_video, tiny_video
from fakes import ScriptedEngine, until
from understudy.core.faults import CannotExpress, Fault, Refused, TimedOut, Unavailable, fault_from_record
from understudy.core.ports import Engine, Job, Stage
from understudy.core.task import PROMOTED_FROM, WANTED_ENGINE, Status, Take, Task
from understudy.core.usage import Charge
from understudy.engines.testcard import ENGINE as CARD
from understudy.service.perform import PATIENCE_MINUTES
from understudy.service.publishing import costed
from world import World


class Named(ScriptedEngine):
    """A scripted engine with a name of its own."""

    def __init__(self, name: str, act: Any) -> None:
        super().__init__(act)
        self.name = name


def raising(name: str, error: Exception) -> Named:
    async def act(job: Job, stage: Stage) -> Take:
        raise error

    return Named(name, act)


def filming(name: str, **changes: Any) -> Named:
    async def act(job: Job, stage: Stage) -> Take:
        path = tiny_video(Path(stage.workdir) / "film.mp4", seconds=1, sound=True)
        return Take(path, **changes)

    return Named(name, act)


async def ended(world: World, *engines: Engine, task: Task | None = None, **settings: Any) -> Task:
    world.settings |= settings
    task = task or await world.submit(a_request("图1 waves."))
    async with world.working(*engines):
        return await world.finished(task)


async def test_the_next_engine_is_asked_where_nothing_was_begun(world: World) -> None:
    first = raising("first", Unavailable("Not now.", begun=False))
    second = raising("second", CannotExpress("shot_type"))
    task = await ended(world, first, second, CARD)
    assert (task.status, task.engine, task.attempt) == (Status.SUCCEEDED, "testcard", 1)


@pytest.mark.parametrize("error", [TimedOut("Perhaps."), Refused("No.")], ids=["doubt", "refusal"])
async def test_no_other_engine_is_asked_where_something_was(world: World, error: Fault) -> None:
    task = await ended(world, raising("first", error), CARD)
    assert (task.status, task.engine, task.fault) == (Status.FAILED, "first", error.record())


async def test_where_nothing_can_begin_it_waits_uncounted_and_not_for_ever(world: World) -> None:
    down = raising("down", Unavailable("It is down.", begun=False, retry_after=40))
    task = await world.submit(a_request("图1 waves."))
    async with world.working(down):
        await until(lambda: len(down.jobs) >= 4, world.clock, step=15)
        assert (await world.told(task)).attempt <= 1
        for _ in range(PATIENCE_MINUTES):
            await world.clock.advance(60)
        task = await world.finished(task)
    assert task.status is Status.FAILED
    assert fault_from_record(task.fault).message == "It is down."
    assert len(down.jobs) <= PATIENCE_MINUTES * 60 / 40 + 2


async def test_it_goes_on_once_something_can_begin(world: World) -> None:
    engine = filming("far", foreign=True)
    film, tries = engine.act, 0

    async def act(job: Job, stage: Stage) -> Take:
        nonlocal tries
        tries += 1
        if tries < 5:  # more than the attempts a task has
            raise Unavailable("Not yet.", begun=False)
        return await film(job, stage)

    engine.act = act
    task = await ended(world, engine)
    assert (task.status, task.attempt) == (Status.SUCCEEDED, 1)


async def test_a_task_belongs_to_the_engine_that_bound_it(world: World) -> None:
    """Also when the order of engines has changed since, and when it offers no more."""
    binds = 0

    async def act(job: Job, stage: Stage) -> Take:
        nonlocal binds
        if stage.recall() is None:
            binds += 1
            await stage.remember({"engine": "far", "state": "sent", "task_id": "1"})
            raise Unavailable("The link is dead just now.")
        far.offering = False
        return await filming("far", foreign=True).act(job, stage)

    far = Named("far", act)
    world.settings["routes"] = {"*": ("far", "testcard")}
    task = await world.submit(a_request("图1 waves."))
    async with world.working(far, CARD):
        await until(lambda: binds, world.clock)
        far.offering = False
        task = await world.finished(task)
    assert (task.status, task.engine, binds, task.attempt) == (Status.SUCCEEDED, "far", 1, 2)


async def test_an_engine_that_is_gone_keeps_its_task(world: World) -> None:
    """A result that is paid for is not made anew by somebody else."""

    async def act(job: Job, stage: Stage) -> Take:
        await stage.remember({"engine": "gone", "state": "sent", "task_id": "1"})
        raise Unavailable("Later.")

    task = await ended(world, Named("far", act), CARD)
    assert task.status is Status.FAILED
    assert "begun by gone, which this server no longer has" in fault_from_record(task.fault).message


ROUTES = {"*": ("near",), "toy-r2v": ("near", "far")}


@pytest.mark.parametrize(
    ("wish", "made_by"),
    [("", "near"), ("far", "far"), ("near", "near"), ("dear", None)],
    ids=["none", "of the route", "the first", "not let"],
)
async def test_a_caller_chooses_among_what_the_route_lets_him(world: World, wish: str, made_by: str | None) -> None:
    wishes = {WANTED_ENGINE: wish} if wish else {}
    task = await world.tasks.submit(world.caller, a_request("图1 waves."), b"{}", "dashscope", "r", wishes)
    engines = [filming(name, foreign=True) for name in ("dear", "far", "near")]
    task = await ended(world, *engines, task=task, routes=ROUTES)
    assert (task.engine if task.status is Status.SUCCEEDED else None) == made_by


async def test_what_is_made_once_more_is_made_of_the_request_with_its_seed(world: World) -> None:
    engine = filming("far", foreign=True)
    draft = await world.submit(a_request("图1 waves.", seed=99))
    final = await world.tasks.promote(world.caller, draft.task_id, "", "r")
    assert final.extras[PROMOTED_FROM] == draft.task_id
    async with world.working(engine):
        await world.finished(draft)
        await world.finished(final)
    first, second = engine.jobs
    assert (first.body, second.body, second.seed) == (b"{}", b"", 99)


@pytest.mark.parametrize(
    ("engine", "made_by"), [("", ["first", "second"]), ("first", ["first", "first"])], ids=["next", "named"]
)
async def test_what_is_promoted_goes_to_the_next_engine_of_the_route(
    world: World, engine: str, made_by: list[str]
) -> None:
    engines = [filming("first", foreign=True), filming("second", foreign=True)]
    world.settings["routes"] = {"*": ("first", "second")}
    draft = await world.submit(a_request("图1 waves."))
    async with world.working(*engines):
        draft = await world.finished(draft)
        final = await world.tasks.promote(world.caller, draft.task_id, engine, "r")
        final = await world.finished(final)
    assert [draft.engine, final.engine] == made_by


async def test_what_is_begun_elsewhere_comes_home_though_its_media_are_gone(world: World) -> None:
    boy = "https://media.example/boy.mp4"

    async def act(job: Job, stage: Stage) -> Take:
        if stage.recall() is None:
            await stage.remember({"engine": "far", "state": "sent", "task_id": "1"})
            del world.web.files[boy]
            raise Unavailable("The link is dead just now.")
        return await filming("far", foreign=True).act(job, stage)

    task = await world.submit(a_request("视频1 waves.", a_video(boy)))
    task = await ended(world, Named("far", act), task=task)
    assert (task.status, task.attempt) == (Status.SUCCEEDED, 2)


async def test_a_foreign_film_that_differs_is_delivered_and_its_difference_noted(world: World) -> None:
    task = await ended(
        world, filming("far", foreign=True, notes=("Made there.",), cost={"upstream": "far", "usage": {}})
    )
    assert task.status is Status.SUCCEEDED
    assert task.notes[0] == "Made there."
    assert task.notes[1].startswith("Not as asked for: it ")
    (line,) = await world.store.ledger.entries("alice", None, None)
    assert line.cost == {"upstream": "far", "usage": {}}
    assert line.charge == task.charge


async def test_a_film_of_ours_that_differs_is_not(world: World) -> None:
    task = await ended(world, filming("near"))
    assert (task.status, task.charge) == (Status.FAILED, None)


CHARGE = Charge(Decimal(5), "second", Decimal(2))


@pytest.mark.parametrize(
    ("usage", "amount"),
    [
        ({"duration": 5}, "10.000000"),
        ({"video_duration": 5, "video_count": 1}, "10.000000"),
        ({"output_video_duration": "2.5"}, "5.000000"),
        ({"credits": 40}, None),
        ({"duration": "soon"}, None),
        ({"duration": [5]}, None),
        ({}, None),
    ],
    ids=str,
)
def test_what_an_upstream_billed_has_an_amount_if_it_tells_seconds(usage: dict[str, Any], amount: str | None) -> None:
    cost = costed({"upstream": "far", "usage": usage}, CHARGE)
    assert cost is not None
    assert (cost["usage"], cost.get("amount")) == (usage, amount)


def test_what_was_made_here_cost_nothing_there() -> None:
    assert costed(None, CHARGE) is None
