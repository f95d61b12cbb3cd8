"""Checks: one line in the book for one finding, nothing for anything else."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from builders import a_card
from fakes import FakeWeb, ScriptedEngine, until
from understudy.core.card import Billing, Length, MediaLimits, ModelCard, RateLimits
from understudy.core.faults import Fault, InternalFault, InvalidRequest, MediaRefused, NotFound, Refused, Unavailable
from understudy.core.findings import CheckProblem, Findings
from understudy.core.ports import Engine, Job, LedgerEntry, Stage
from understudy.core.request import Capability, Medium, Profile, Reference, Role, VideoRequest
from understudy.core.task import Take
from understudy.core.wire import Checked
from understudy.media.child import ChildDied, Death
from understudy.service.accounts import Caller
from understudy.service.checks import AT_ONCE, Checks
from world import ALICE, World, quick_probe

GIRL = "https://media.example/girl.png"
PASSED = Findings(face_box=(1, 2, 3, 4), humanoid=True)
FAILED = Findings(passed=False, problem=CheckProblem.NO_FACE, humanoid=False)


def a_check_card(**changes: Any) -> ModelCard:
    """A model that looks at a picture, four thousandths a picture, two hundred of them free."""
    prices = {"cn-beijing": {"*": Decimal("0.004")}}
    given: dict[str, Any] = {
        "makes": Capability.FACE_CHECK,
        "billing": Billing("images", "image", prices=prices, free_quantity=Decimal(200), free_days=90,
                           free_regions=("cn-beijing",)),
        "sizing": "none",
        "length": Length.OPEN,
        "sizes": (),
        "prompt_required": False,
        "needs": (Role.PORTRAIT,),
        "media": {"portrait": MediaLimits(formats=("png", "jpeg"))},
        "rate": RateLimits(),
    }  # fmt: skip
    return a_card("toy-detect", **{**given, **changes})


def a_picture(url: str = GIRL) -> VideoRequest:
    return VideoRequest("toy-detect", references=(Reference(url, Medium.IMAGE, Role.PORTRAIT, path="input.image_url"),))


def finding(findings: Findings | None) -> Callable[[Job, Stage], Awaitable[Take]]:
    async def act(job: Job, stage: Stage) -> Take:
        assert (await stage.local(job.request.references[0])).facts.medium is Medium.IMAGE
        return Take(notes=("looked",), findings=findings)

    return act


def raising(error: BaseException) -> Callable[[Job, Stage], Awaitable[Take]]:
    async def act(job: Job, stage: Stage) -> Take:
        raise error

    return act


class Desk:
    """Checks of a small house, and its book."""

    def __init__(self, world: World, *engines: Engine, **settings: Any) -> None:
        self.world = world
        world.cards = type(world.cards)(settings.pop("card", a_check_card()))
        self.checks = Checks(
            world.cards, engines, settings.pop("ledger", world.store.ledger), world.blobs, world.uploads, world.web,
            world.clock, probe=quick_probe, workdir=world.work, profile=Profile.COMPAT, region="cn-beijing", **settings,
        )  # fmt: skip

    async def look(
        self, request: VideoRequest | None = None, caller: Caller = ALICE, number: str = "request-1"
    ) -> Checked:
        return await self.checks.check(caller, request or a_picture(), number)

    async def book(self) -> Sequence[LedgerEntry]:
        return await self.world.store.ledger.entries(None, None, None)


@pytest.mark.parametrize("found", [PASSED, FAILED], ids=["passed", "failed"])
async def test_a_finding_is_told_and_charged_whatever_it_is(world: World, found: Findings) -> None:
    desk = Desk(world, ScriptedEngine(finding(found)), limits_on=False)
    told = await desk.look()
    assert (told.findings, told.usage.image_count, told.notes) == (found, 1, ("looked",))
    (line,) = await desk.book()
    assert (line.task_id, line.account, line.key_id, line.model) == ("request-1", "alice", "1", "toy-detect")
    assert (line.charge.quantity, line.charge.unit, line.charge.amount) == (1, "image", Decimal("0.004"))
    assert line.moment == world.clock.now()


async def test_two_hundred_are_free_then_each_costs(world: World) -> None:
    desk = Desk(world, ScriptedEngine(finding(PASSED)), card=a_check_card())
    for number in range(202):
        await desk.look(number=f"request-{number}")
    amounts = [line.charge.amount for line in await desk.book()]
    assert sorted(amounts) == [0] * 200 + [Decimal("0.004")] * 2
    quota = await world.store.ledger.quota("alice", "toy-detect")
    assert quota is not None
    assert quota.left(world.clock.now()) == 0


async def test_an_accounts_free_pictures_are_its_own(world: World) -> None:
    desk = Desk(world, ScriptedEngine(finding(PASSED)))
    await desk.look()
    await desk.look(caller=Caller("bob", "9"), number="request-2")
    left = {name: await world.store.ledger.quota(name, "toy-detect") for name in ("alice", "bob")}
    assert {name: quota.left(world.clock.now()) for name, quota in left.items() if quota} == {"alice": 199, "bob": 199}


async def test_what_is_asked_again_with_its_number_is_charged_once(world: World) -> None:
    desk = Desk(world, ScriptedEngine(finding(PASSED)), limits_on=False)
    await desk.look()
    with pytest.raises(Fault):
        await desk.look()
    assert len(await desk.book()) == 1


@pytest.mark.parametrize(
    ("what", "wanted"),
    [
        (Refused("No models are installed."), Refused),
        (Unavailable("The upstream rests."), Unavailable),
        (ChildDied(Death.KILLED, "a child", exit_code=-9), InternalFault),
        (ChildDied(Death.NO_ROOM, "a child"), Unavailable),
        (OSError(errno.ENOSPC, "No space left on device"), Unavailable),
    ],
    ids=["refused", "unavailable", "its child is killed", "its child has no room", "the disk is full"],
)
async def test_without_a_finding_nothing_is_charged(world: World, what: BaseException, wanted: type[Fault]) -> None:
    desk = Desk(world, ScriptedEngine(raising(what)))
    with pytest.raises(wanted):
        await desk.look()
    assert await desk.book() == ()
    assert await world.store.ledger.quota("alice", "toy-detect") is None


async def test_an_engine_that_finds_nothing_at_all_is_our_fault(world: World) -> None:
    desk = Desk(world, ScriptedEngine(finding(None)))
    with pytest.raises(InternalFault):
        await desk.look()
    assert await desk.book() == ()


async def test_a_bug_is_no_trouble_of_the_machine(world: World) -> None:
    desk = Desk(world, ScriptedEngine(raising(FileNotFoundError(errno.ENOENT, "no such file"))))
    with pytest.raises(FileNotFoundError):
        await desk.look()
    assert await desk.book() == ()


@pytest.mark.parametrize(
    ("request_", "wanted"),
    [
        (VideoRequest("toy-detect"), InvalidRequest),
        (a_picture("https://media.example/missing.png"), MediaRefused),
        (a_picture("https://media.example/boy.mp4"), MediaRefused),
        (VideoRequest("no-such-model"), NotFound),
    ],
    ids=["no picture", "nothing there", "a film", "no model"],
)
async def test_a_refused_request_is_free(world: World, request_: VideoRequest, wanted: type[Fault]) -> None:
    engine = ScriptedEngine(finding(PASSED))
    desk = Desk(world, engine)
    with pytest.raises(wanted):
        await desk.look(request_)
    assert (engine.jobs, await desk.book()) == ([], ())


@pytest.mark.parametrize("engines", [(), (ScriptedEngine(finding(PASSED), offering=False),)], ids=["none", "unable"])
async def test_without_an_engine_it_is_unavailable(world: World, engines: tuple[Engine, ...]) -> None:
    desk = Desk(world, *engines)
    with pytest.raises(Unavailable, match="UNDERSTUDY_ENGINES"):
        await desk.look()
    assert await desk.book() == ()


async def test_it_needs_no_worker(world: World) -> None:
    """An API-only server has no slots; checks are its own work."""
    desk = Desk(world, ScriptedEngine(finding(PASSED)))
    assert (await desk.look()).findings.passed
    assert world.woken == 0


async def test_it_is_given_up_in_time_and_told_to_stop(world: World) -> None:
    stages: list[Stage] = []

    async def hanging(job: Job, stage: Stage) -> Take:
        stages.append(stage)
        await asyncio.Event().wait()
        raise AssertionError

    desk = Desk(world, ScriptedEngine(hanging), seconds=0.05)
    with pytest.raises(Unavailable, match="not charged"):
        await desk.look()
    assert stages[0].cancelled.is_set()
    assert await desk.book() == ()
    assert not stages[0].workdir.exists()


async def test_only_so_many_look_at_the_same_time(world: World) -> None:
    looking, go_on = 0, asyncio.Event()

    async def slow(job: Job, stage: Stage) -> Take:
        nonlocal looking
        looking += 1
        await go_on.wait()
        return Take(findings=PASSED)

    desk = Desk(world, ScriptedEngine(slow))
    running = [asyncio.create_task(desk.look(number=f"request-{n}")) for n in range(AT_ONCE + 3)]
    await until(lambda: looking == AT_ONCE)
    await asyncio.sleep(0.02)
    assert looking == AT_ONCE, "the others wait their turn"
    go_on.set()
    assert len(await asyncio.gather(*running)) == looking == AT_ONCE + 3
    assert len(await desk.book()) == AT_ONCE + 3


async def test_the_slow_hosts_of_one_account_keep_no_other_waiting(world: World) -> None:
    arrived, go_on = 0, asyncio.Event()

    class SlowWeb(FakeWeb):
        async def fetch(self, url: str, limits: MediaLimits, into: Path) -> Path:
            nonlocal arrived
            if url != GIRL:
                arrived += 1
                await go_on.wait()
            return await super().fetch(GIRL, limits, into)

    files, world.web = world.web.files, SlowWeb()
    world.web.files = files
    desk = Desk(world, ScriptedEngine(finding(PASSED)))
    slow = [
        asyncio.create_task(desk.look(a_picture(f"https://slow.example/{n}.png"), number=f"slow-{n}"))
        for n in range(AT_ONCE + 3)
    ]
    await until(lambda: arrived == AT_ONCE)
    told = await desk.look(caller=Caller("bob", "9"), number="request-1")
    assert told.findings == PASSED
    go_on.set()
    await asyncio.gather(*slow)
    assert arrived == AT_ONCE + 3


async def test_a_caller_who_goes_away_pays_nothing_and_frees_his_turn(world: World) -> None:
    begun = asyncio.Event()

    async def slow(job: Job, stage: Stage) -> Take:
        if job.task_id == "request-2":
            return Take(findings=PASSED)
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    desk = Desk(world, ScriptedEngine(slow))
    leaving = asyncio.create_task(desk.look(number="request-1"))
    await begun.wait()
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    await desk.look(number="request-2")
    assert [line.task_id for line in await desk.book()] == ["request-2"]


async def test_a_book_that_cannot_be_written_tells_nothing(world: World) -> None:
    class ShutBook:
        """A ledger whose disk is full."""

        async def record(self, entry: LedgerEntry) -> LedgerEntry:
            raise Unavailable("The book cannot be written.")

    desk = Desk(world, ScriptedEngine(finding(PASSED)), ledger=ShutBook(), limits_on=False)
    with pytest.raises(Unavailable):
        await desk.look()


async def test_nothing_is_left_behind(world: World) -> None:
    desk = Desk(world, ScriptedEngine(finding(PASSED)))
    await desk.look()
    assert left_in(world.work) == []
    desk.checks.close()
    desk.checks.close()
    assert [path for path in world.work.rglob("*") if path.is_file()] == []


def left_in(work: Path) -> list[Path]:
    return [path for path in work.rglob("*") if path.is_file() and path.name != "lock"]


async def test_the_card_of_the_function_counts(world: World) -> None:
    card = a_check_card()
    whole = replace(card, functions={"bodies": replace(card, makes=Capability.BODY_CHECK)})
    engine = ScriptedEngine(finding(PASSED))
    await Desk(world, engine, card=whole).look(a_picture().but(function="bodies"))
    assert engine.jobs[0].card.makes is Capability.BODY_CHECK
