"""A claimed task performed: every way it can end, row by row of the table in `service/perform.py`."""

from __future__ import annotations

import asyncio
import errno
import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from test_uploads import uploaded

from builders import MODEL, SMALL, a_card, a_first_frame, a_reference, a_request, a_video, an_image, tiny_video
from fakes import CardBox, ScriptedEngine, until
from understudy.core.faults import CannotExpress, Fault, InternalFault, MediaProblem, MediaRefused, Refused, Unavailable
from understudy.core.ports import Job, Stage
from understudy.core.request import MediaFacts, Medium, VideoRequest
from understudy.core.task import Status, Take, Task
from understudy.core.units import Size
from understudy.media.child import ChildDied, Death
from world import World

Act = Callable[[Job, Stage], Awaitable[Take]]
FACTS = MediaFacts(Medium.VIDEO, "mp4", 0)


async def good(job: Job, stage: Stage) -> Take:
    """A film as asked for, made right here."""
    size = job.request.size or SMALL
    assert job.request.seconds is not None
    path = tiny_video(
        stage.workdir / "take.mp4", (size.width, size.height), job.request.seconds, sound=bool(job.request.sound)
    )
    return Take(path, FACTS, notes=("made by a test",), actual_prompt="a longer prompt")


def raising(error: BaseException) -> Act:
    async def act(job: Job, stage: Stage) -> Take:
        raise error

    return act


async def hanging(job: Job, stage: Stage) -> Take:
    await stage.cancelled.wait()
    raise asyncio.CancelledError


def asking(*references: Any, then: Act = good) -> Act:
    """An engine that asks for every reference and voice first."""

    async def act(job: Job, stage: Stage) -> Take:
        for reference in job.request.references:
            await stage.local(reference)
            await stage.local_voice(reference)
        return await then(job, stage)

    return act


async def run(world: World, act: Act, request: VideoRequest | None = None) -> tuple[Task, ScriptedEngine]:
    """Submit, let a worker with this engine work on it, and return how the task ended."""
    engine = ScriptedEngine(act)
    task = await world.submit(request)
    async with world.working(engine):
        return await world.finished(task), engine


def fault_of(task: Task) -> str:
    return str((task.fault or {}).get("fault"))


def left_over(world: World) -> list[Path]:
    return [path for path in world.work.rglob("*") if path.name not in ("lock",) and path.parent != world.work]


class TestSuccess:
    async def test_is_stored_metered_and_told(self, world: World) -> None:
        task, engine = await run(world, good, a_request("图1", an_image(), seconds=2))
        assert (task.status, task.engine, task.attempt, task.fault) == (Status.SUCCEEDED, "scripted", 1, None)
        assert (task.notes, task.actual_prompt, task.fraction) == (("made by a test",), "a longer prompt", 1)
        artifact = task.artifact
        assert artifact is not None
        assert artifact.facts.size == SMALL
        assert artifact.facts.frame_count == 60
        content = b"".join([chunk async for chunk in world.blobs.read(artifact.key)])
        assert artifact.sha256 == hashlib.sha256(content).hexdigest()
        assert task.ended is not None
        assert (artifact.expires - task.ended).total_seconds() == 24 * 3600
        assert task.expires == artifact.expires
        job = engine.jobs[0]
        assert (job.task_id, job.seed, job.attempt, job.body, job.dialect) == (task.task_id, 7, 1, b"{}", "dashscope")

    async def test_leaves_nothing_behind(self, world: World) -> None:
        await run(world, good)
        assert left_over(world) == []

    async def test_is_entered_in_the_book_once(self, world: World) -> None:
        task, _ = await run(world, good, a_request("视频1", a_video(), an_image(number=1), seconds=3))
        (entry,) = await world.store.ledger.entries("alice", None, None)
        assert (entry.task_id, entry.charge, entry.usage) == (task.task_id, task.charge, task.usage)
        # one video of 2 s and an image: the cap for two references is 2.5 s, so 2 + 3 seconds are billed
        assert entry.usage.input_seconds == Decimal(2)
        assert entry.charge.quantity == Decimal(5)

    async def test_the_first_film_of_a_model_opens_its_free_quota(self, world: World) -> None:
        task, _ = await run(world, good, a_request(seconds=2))
        assert task.charge is not None
        assert (task.charge.free_quantity, task.charge.amount) == (2, 0)
        quota = await world.store.ledger.quota("alice", MODEL)
        assert quota is not None
        assert quota.left(world.clock.now()) == 48

    async def test_without_limits_there_is_no_free_quota(self, world: World) -> None:
        world.settings["limits_on"] = False
        task, _ = await run(world, good, a_request(seconds=2))
        assert task.charge is not None
        assert task.charge.amount == Decimal("1.2")

    async def test_silence_when_silence_is_asked_for(self, world: World) -> None:
        task, _ = await run(world, good, a_request(sound=False))
        assert task.artifact is not None
        assert not task.artifact.facts.has_sound


class TestReferences:
    async def test_are_fetched_once_and_only_when_needed(self, world: World) -> None:
        await run(world, good, a_request("图1", an_image()))
        assert world.web.fetched == []
        twice = a_request(
            "图1 图2", an_image(), an_image(number=1), an_image(number=2, voice="https://media.example/voice.wav")
        )
        await run(world, asking(), twice)
        assert sorted(world.web.fetched) == ["https://media.example/girl.png", "https://media.example/voice.wav"]

    async def test_of_unknown_kind_are_looked_at_before_the_engine_begins(self, world: World) -> None:
        references = (
            a_reference("https://media.example/boy.mp4"),
            a_reference("https://media.example/girl.png", number=1),
        )
        task, engine = await run(world, good, a_request("图1", *references))
        assert [r.medium for r in engine.jobs[0].request.references] == [Medium.VIDEO, Medium.IMAGE]
        assert task.usage is not None
        assert task.usage.input_seconds == 2
        assert {limits.max_bytes for limits in world.web.limits} == {100 * 1024**2}  # the widest of what they may be

    async def test_of_unknown_kind_are_counted_once_they_are_known(self, world: World) -> None:
        videos = [a_reference("https://media.example/boy.mp4", number=number) for number in range(4)]
        world.card = a_card(rules=("references-total-and-by-medium",))
        world.__post_init__()
        task, engine = await run(world, good, a_request("视频1", *videos))
        assert (task.status, fault_of(task)) == (Status.FAILED, "InvalidRequest")
        assert engine.jobs == []

    async def test_an_opening_picture_gives_the_film_its_shape(self, world: World) -> None:
        world.card = a_card(rules=("first-frame-overrides-ratio",))
        world.__post_init__()
        tall = world.web.files["https://media.example/opening.png"]
        from PIL import Image

        Image.new("RGB", (45, 80)).save(tall)
        task, _ = await run(world, good, a_request("图1", a_first_frame(), an_image(number=1), size=None, ratio=None))
        assert task.artifact is not None
        assert task.artifact.facts.size == Size(180, 320)

    async def test_from_uploads_arrive_as_files(self, world: World, tmp_path: Path) -> None:
        content = world.web.files["https://media.example/girl.png"].read_bytes()
        url = await uploaded(world, "图 1.png", content, MODEL)
        found: list[bytes] = []

        async def look(job: Job, stage: Stage) -> Take:
            local = await stage.local(job.request.references[0])
            assert stage.workdir in local.path.parents
            found.append(local.path.read_bytes())
            return await good(job, stage)

        task, _ = await run(world, look, a_request("图1", an_image(url)))
        assert (task.status, found) == (Status.SUCCEEDED, [content])
        assert await world.blobs.size(url.removeprefix("oss://")) == len(content)

    async def test_from_a_bucket_arrive_as_files_too(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(world.blobs, "local_path", lambda key: None)
        content = world.web.files["https://media.example/girl.png"].read_bytes()
        url = await uploaded(world, "girl.png", content, MODEL)
        task, _ = await run(world, asking(), a_request("图1", an_image(url)))
        assert task.status is Status.SUCCEEDED

    async def test_an_upload_that_expires_while_the_task_waits_fails_it(self, world: World) -> None:
        content = world.web.files["https://media.example/girl.png"].read_bytes()
        url = await uploaded(world, "girl.png", content, MODEL)
        task = await world.submit(a_request("图1", an_image(url)))
        await world.blobs.delete(url.removeprefix("oss://"))
        async with world.working(ScriptedEngine(asking())):
            ended = await world.finished(task)
        assert (ended.fault or {})["problem"] == "not_yours"

    @pytest.mark.parametrize(
        ("reference", "problem", "path"),
        [
            (an_image("https://media.example/nowhere.png"), "unreachable", "input.media[0].url"),
            (an_image("https://media.example/boy.mp4"), "format", "input.media[0].url"),
            (a_reference("https://media.example/long.mp4"), "seconds", "input.media[0].url"),
            (an_image("https://media.example/text.png"), "format", "input.media[0].url"),
            (an_image(voice="https://media.example/nowhere.wav"), "unreachable", "input.media[0].reference_voice"),
            (an_image(voice="https://media.example/girl.png"), "format", "input.media[0].reference_voice"),
        ],
    )
    async def test_that_cannot_be_used_fail_the_task_and_say_which(
        self, world: World, tmp_path: Path, reference: Any, problem: str, path: str
    ) -> None:
        (tmp_path / "text.png").write_text("this is no picture")
        world.web.files["https://media.example/text.png"] = tmp_path / "text.png"
        world.web.files["https://media.example/long.mp4"] = tiny_video(tmp_path / "long.mp4", (32, 32), 31, rate=5)
        task, _ = await run(world, asking(), a_request("图1", reference))
        assert (task.status, fault_of(task)) == (Status.FAILED, "MediaRefused")
        assert task.fault is not None
        assert (task.fault["problem"], task.fault["path"]) == (problem, path)
        assert task.attempt == 1

    async def test_the_first_bad_one_in_the_callers_order_is_named(self, world: World) -> None:
        references = [a_video(f"https://media.example/nowhere-{n}.mp4", n) for n in range(3)]
        task, _ = await run(world, good, a_request("视频1", *references))
        assert (task.fault or {})["path"] == "input.media[0].url"


class TestFailure:
    @pytest.mark.parametrize(
        "fault",
        [Refused("No face was found."), MediaRefused(MediaProblem.CORRUPT, "broken"), InternalFault("ours")],
    )
    async def test_a_fault_ends_the_task_unbilled_and_is_not_tried_again(self, world: World, fault: Fault) -> None:
        task, engine = await run(world, raising(fault))
        assert (task.status, task.fault) == (Status.FAILED, fault.record())
        assert len(engine.jobs) == 1
        assert (task.usage, task.charge) == (None, None)
        assert await world.store.ledger.entries(None, None, None) == ()
        assert left_over(world) == []

    @pytest.mark.parametrize(
        ("error", "told"),
        [(Unavailable("The cloud is down."), "Unavailable"), (ChildDied(Death.CRASHED, "x"), "InternalFault")],
    )
    async def test_what_may_pass_is_tried_again_until_the_attempts_are_used_up(
        self, world: World, error: Exception, told: str
    ) -> None:
        task, engine = await run(world, raising(error))
        assert [job.attempt for job in engine.jobs] == [1, 2, 3]
        assert (task.status, fault_of(task)) == (Status.FAILED, told)
        assert (world.clock.now() - task.submitted).total_seconds() >= 1 + 2  # the waits between them

    @pytest.mark.parametrize(
        "trouble",
        [
            OSError(errno.ENOSPC, "No space left on device"),
            OSError(errno.EMFILE, "Too many open files"),
            ChildDied(Death.NO_ROOM, "x"),
        ],
        ids=["disk", "files", "disk of a child"],
    )
    async def test_trouble_of_this_machine_costs_no_attempt_however_long_it_lasts(
        self, world: World, trouble: Exception
    ) -> None:
        moments: list[float] = []

        async def sixth_time(job: Job, stage: Stage) -> Take:
            moments.append(world.clock.now().timestamp())
            if len(moments) < 6:
                raise trouble
            return await good(job, stage)

        task, _ = await run(world, sixth_time)
        assert (task.status, task.attempt, task.fault) == (Status.SUCCEEDED, 1, None)
        assert all(later - earlier >= 15 for earlier, later in pairwise(moments)), "it is not tried in haste"

    async def test_a_film_the_blob_store_does_not_take_is_made_again_later(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real, refusals = world.blobs.put_file, 4

        async def full(*given: Any, **named: Any) -> None:
            nonlocal refusals
            refusals -= 1
            if refusals >= 0:
                raise Unavailable("no storage space")
            await real(*given, **named)

        monkeypatch.setattr(world.blobs, "put_file", full)
        task, engine = await run(world, good)
        assert (task.status, task.attempt, len(engine.jobs)) == (Status.SUCCEEDED, 1, 5)
        assert len(await world.store.ledger.entries(None, None, None)) == 1

    async def test_an_oserror_that_is_a_bug_is_no_trouble_of_the_machine(self, world: World) -> None:
        task, engine = await run(world, raising(FileNotFoundError(errno.ENOENT, "no such file")))
        assert (task.status, fault_of(task), len(engine.jobs)) == (Status.FAILED, "InternalFault", 1)

    async def test_a_worker_that_lacks_the_card_leaves_the_task_to_one_that_has_it(self, world: World) -> None:
        task = await world.submit()
        known, world.cards = world.cards, CardBox()
        async with world.working(ScriptedEngine(good)):
            await until(lambda: world.clock.now() - task.submitted > timedelta(minutes=2), world.clock)
        now = await world.told(task)
        assert (now.status, now.attempt) == (Status.PENDING, 0)
        world.cards = known
        async with world.working(ScriptedEngine(good)):
            assert (await world.finished(task)).status is Status.SUCCEEDED

    async def test_a_card_that_is_nowhere_fails_its_tasks_in_the_end(self, world: World) -> None:
        task = await world.submit()
        world.cards = CardBox()
        async with world.working(ScriptedEngine(good)):
            await until(lambda: world.clock.now() - task.submitted > timedelta(minutes=11), world.clock, step=5)
            ended = await world.finished(task)
        assert (ended.status, fault_of(ended)) == (Status.FAILED, "NotFound")

    async def test_a_child_that_takes_too_long_is_not_given_as_long_again(self, world: World) -> None:
        task, engine = await run(world, raising(ChildDied(Death.TOO_LONG, "x")))
        assert (task.status, fault_of(task), len(engine.jobs)) == (Status.FAILED, "TimedOut", 1)

    async def test_the_log_keeps_addresses_to_itself(self, world: World, capsys: pytest.CaptureFixture[str]) -> None:
        secret = MediaRefused(MediaProblem.UNREACHABLE, "https://media.example/girl.png?token=secret is not there")
        await run(world, raising(secret))
        said = capsys.readouterr()
        assert "medium refused" in said.out + said.err
        assert "secret" not in said.out + said.err

    async def test_another_attempt_may_succeed(self, world: World) -> None:
        async def second_time(job: Job, stage: Stage) -> Take:
            if job.attempt == 1:
                raise ChildDied(Death.KILLED, "x")
            return await good(job, stage)

        task, engine = await run(world, second_time)
        assert (task.status, task.fault, len(engine.jobs)) == (Status.SUCCEEDED, None, 2)
        assert len(await world.store.ledger.entries(None, None, None)) == 1

    async def test_what_an_engine_remembered_is_there_at_the_next_attempt(self, world: World) -> None:
        recalled: list[Any] = []

        async def resuming(job: Job, stage: Stage) -> Take:
            recalled.append(stage.recall())
            if job.attempt == 1:
                await stage.remember({"upstream": "job-1"})
                raise Unavailable
            return await good(job, stage)

        await run(world, resuming)
        assert recalled == [None, {"upstream": "job-1"}]

    async def test_a_bug_in_an_engine_fails_its_task_in_plain_words(self, world: World) -> None:
        task, engine = await run(world, raising(KeyError("secret detail")))
        assert (task.status, fault_of(task), len(engine.jobs)) == (Status.FAILED, "InternalFault", 1)
        assert "secret" not in str(task.fault)
        assert left_over(world) == []

    @pytest.mark.parametrize("wrong", ["size", "seconds", "sound", "broken", "missing"])
    async def test_a_wrong_take_is_not_delivered(self, world: World, wrong: str) -> None:
        async def badly(job: Job, stage: Stage) -> Take:
            path = stage.workdir / "take.mp4"
            if wrong == "broken":
                path.write_bytes(b"no film")
            elif wrong != "missing":
                size = (160, 90) if wrong == "size" else (SMALL.width, SMALL.height)
                tiny_video(path, size, 2 if wrong == "seconds" else 1, sound=wrong != "sound")
            return Take(path, FACTS)

        task, _ = await run(world, badly)
        assert (task.status, fault_of(task), task.artifact) == (Status.FAILED, "InternalFault", None)
        assert await world.store.ledger.entries(None, None, None) == ()
        assert not list((world.folder / "blobs").rglob("*.mp4"))


class TestEngines:
    async def perform(self, world: World, *engines: ScriptedEngine) -> Task:
        task = await world.submit()
        async with world.working(*engines):
            return await world.finished(task)

    async def test_the_first_that_offers_is_asked(self, world: World) -> None:
        idle, second, third = ScriptedEngine(good, offering=False), ScriptedEngine(good), ScriptedEngine(good)
        idle.name, second.name, third.name = "idle", "second", "third"  # the name of an engine is its own
        task = await self.perform(world, idle, second, third)
        assert (task.engine, len(idle.jobs), len(third.jobs)) == ("second", 0, 0)

    async def test_one_that_cannot_express_the_request_steps_aside(self, world: World) -> None:
        mute, able = ScriptedEngine(raising(CannotExpress("shot_type"))), ScriptedEngine(good)
        able.name = "able"
        assert (await self.perform(world, mute, able)).engine == "able"

    async def test_none_that_offers_is_told_so(self, world: World) -> None:
        task = await self.perform(world, ScriptedEngine(good, offering=False))
        assert (task.status, fault_of(task)) == (Status.FAILED, "Unavailable")
        assert "UNDERSTUDY_ENGINES" in str((task.fault or {})["message"])


class TestCallingOff:
    async def test_a_cancel_ends_the_task_unbilled(self, world: World) -> None:
        engine = ScriptedEngine(hanging)
        task = await world.submit()
        async with world.working(engine):
            await until(lambda: engine.jobs, world.clock)
            await world.tasks.cancel(world.caller, task.task_id, running=True)
            ended = await world.finished(task)
        assert (ended.status, ended.usage, ended.fault) == (Status.CANCELED, None, None)
        assert await world.store.ledger.entries(None, None, None) == ()
        assert left_over(world) == []

    async def test_an_engine_that_does_not_listen_is_cut_off(self, world: World) -> None:
        async def deaf(job: Job, stage: Stage) -> Take:
            await asyncio.Event().wait()
            raise AssertionError

        world.settings["ending_seconds"] = 0.01
        engine = ScriptedEngine(deaf)
        task = await world.submit()
        async with world.working(engine):
            await until(lambda: engine.jobs, world.clock)
            await world.tasks.cancel(world.caller, task.task_id, running=True)
            assert (await world.finished(task)).status is Status.CANCELED

    async def test_an_attempt_that_takes_too_long_fails(self, world: World) -> None:
        world.settings["task_seconds"] = 20
        task, engine = await run(world, hanging)
        assert (task.status, fault_of(task), len(engine.jobs)) == (Status.FAILED, "TimedOut", 1)
        assert task.ended is not None
        assert 20 <= (task.ended - task.submitted).total_seconds() < 25

    async def test_a_worker_that_stops_gives_it_back_and_another_finishes_it(self, world: World) -> None:
        engine = ScriptedEngine(hanging)
        task = await world.submit()
        async with world.working(engine):
            await until(lambda: engine.jobs, world.clock)
        assert (await world.told(task)).status is Status.PENDING
        async with world.working(ScriptedEngine(good)):
            ended = await world.finished(task)
        assert (ended.status, ended.attempt) == (Status.SUCCEEDED, 1)

    async def test_a_take_that_comes_after_the_lease_was_lost_is_thrown_away(self, world: World) -> None:
        going, may_end = asyncio.Event(), asyncio.Event()

        async def late(job: Job, stage: Stage) -> Take:
            going.set()
            await may_end.wait()
            return await good(job, stage)

        task = await world.submit()
        async with world.working(ScriptedEngine(late)):
            await until(going.is_set)
            world.clock.move(seconds=20)  # the machine slept, and wakes just when the take is ready
            async with world.working(ScriptedEngine(good)):
                while not (ended := await world.told(task)).status.is_final:
                    await asyncio.sleep(0.005)
                may_end.set()
        assert (ended.status, ended.epoch) == (Status.SUCCEEDED, 2)
        assert len(await world.store.ledger.entries(None, None, None)) == 1
        stored = [path.name for path in (world.folder / "blobs").rglob("*.mp4")]
        assert stored == [f"{task.task_id}-2.mp4"]

    async def test_progress_reaches_the_caller(self, world: World) -> None:
        async def halfway(job: Job, stage: Stage) -> Take:
            await stage.report(0.5, "painting")
            return await hanging(job, stage)

        task = await world.submit()
        async with world.working(ScriptedEngine(halfway)):
            while (now := await world.told(task)).fraction == 0:
                await world.clock.advance(0.5)
                await asyncio.sleep(0.002)
        assert (now.fraction, now.stage_note) == (0.5, "painting")
