"""What becomes of a take: a film an artifact, a motion a template, a look a finding; and what comes too late."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from test_checks import PASSED, a_check_card

from builders import SMALL, a_card, a_request, tiny_sound, tiny_video
from understudy.core.card import Billing, Length, ModelCard
from understudy.core.faults import InternalFault, MediaRefused, Unavailable
from understudy.core.promise import Promise
from understudy.core.request import Capability, MediaFacts, Medium, VideoRequest
from understudy.core.task import Take
from understudy.service.making import Making
from understudy.service.publishing import NotKept, Published, Publishing, measured
from understudy.service.templates import Templates
from world import World, quick_probe

NAME, LIFE = "task-1", timedelta(hours=24)


class AStage:
    """The part of a stage that publishing touches."""

    def __init__(self, workdir: Path) -> None:
        self.workdir = workdir


def a_making(world: World, card: ModelCard, request: VideoRequest, promise: Promise | None = None) -> Making:
    world.work.mkdir(exist_ok=True)
    making = Making(request, card, AStage(world.work), ())  # type: ignore[arg-type]
    making.promise = promise or Promise(SMALL, Fraction(30), Decimal(1), sound=True)
    return making


def a_publishing(world: World, blobs: Any = None) -> Publishing:
    blobs = blobs or world.blobs
    return Publishing(blobs, Templates(blobs), quick_probe, LIFE)


async def published(
    world: World, take: Take, card: ModelCard, promise: Promise | None = None, **more: Any
) -> Published:
    making = a_making(world, card, more.pop("request", a_request()), promise)
    return await a_publishing(world, **more).publish(making, take, "alice", NAME, "cn-beijing", world.clock.now())


def a_film(world: World, seconds: float = 1, **more: Any) -> Take:
    world.work.mkdir(exist_ok=True)
    return Take(tiny_video(world.work / "take.mp4", (SMALL.width, SMALL.height), seconds, **{"sound": True, **more}))


def a_template_card() -> ModelCard:
    prices = {"cn-beijing": {"*": Decimal("0.08")}}
    return a_card(
        makes=Capability.MOTION_TEMPLATE, billing=Billing("output-seconds", prices=prices), sizing="none",
        length=Length.OPEN, sizes=(),
    )  # fmt: skip


async def test_a_film_becomes_an_artifact_for_a_day(world: World) -> None:
    made = await published(world, a_film(world), world.card)
    artifact = made.artifact
    assert artifact is not None
    assert artifact.key == "takes/2026-03-01/task-1.mp4"
    assert artifact.expires == world.clock.now() + LIFE
    assert (artifact.facts.size, artifact.facts.frame_count) == (SMALL, 30)
    assert await world.blobs.size(artifact.key) == artifact.facts.byte_count
    assert (made.usage.output_seconds, made.charge.amount, made.findings) == (1, Decimal("0.6"), None)


async def test_the_seconds_asked_for_are_billed_not_those_of_the_file(world: World) -> None:
    film = a_film(world)  # its sound ends in a whole AAC frame
    made = await published(world, film, world.card, request=a_request(seconds=1))
    assert made.charge.quantity == 1


async def test_where_nobody_asked_for_a_length_the_pictures_count(world: World) -> None:
    """Source: spec/dashscope.md §9.4: portrait families report decimals."""
    take = a_film(world, 1.3, rate=24)  # 31 pictures
    promise = Promise(SMALL, Fraction(24), None, sound=True)
    made = await published(
        world, take, replace(world.card, length=Length.AUDIO), promise, request=a_request(seconds=None)
    )
    assert made.usage.output_seconds == Decimal("1.29"), "31 / 24 = 1.2917"


@pytest.mark.parametrize(
    ("made", "promise"),
    [
        ({}, Promise(SMALL, Fraction(30), Decimal(2), sound=True)),
        ({}, Promise(SMALL, Fraction(24), Decimal(1), sound=True)),
        ({}, Promise(SMALL, Fraction(30), Decimal(1), sound=False)),
        ({"sound": False}, Promise(SMALL, Fraction(30), Decimal(1), sound=True)),
    ],
    ids=["too short", "another rate", "sound", "silence"],
)
async def test_what_was_not_promised_is_not_delivered(world: World, made: dict[str, Any], promise: Promise) -> None:
    with pytest.raises(InternalFault):
        await published(world, a_film(world, **made), world.card, promise)
    assert await world.blobs.size("takes/2026-03-01/task-1.mp4") is None


@pytest.mark.parametrize("what", ["nothing", "no file", "rubbish", "a sound"])
async def test_what_is_no_film_is_our_fault(world: World, what: str) -> None:
    world.work.mkdir()
    path = world.work / "take.wav"
    if what == "rubbish":
        path.write_bytes(b"\0" * 100)
    elif what == "a sound":
        tiny_sound(path)
    with pytest.raises((InternalFault, FileNotFoundError)):
        await published(world, Take(None if what == "nothing" else path), world.card)


async def test_a_motion_becomes_a_template_of_the_account(world: World) -> None:
    world.work.mkdir()
    (world.work / "take.motion").write_bytes(b"joints")
    facts = MediaFacts(Medium.VIDEO, "mp4", 9, size=SMALL, seconds=Decimal("2.5049"), frames_per_second=Decimal(25))
    made = await published(
        world, Take(world.work / "take.motion", facts), a_template_card(), request=a_request(seconds=None)
    )
    assert made.artifact is None
    assert made.findings is not None
    template_id = made.findings.template_id
    assert template_id is not None
    kept, _ = await Templates(world.blobs).find("alice", template_id)
    assert kept.seconds == Decimal("2.5049")
    # the film's length to a hundredth: 2.50 x 0.08
    assert (made.usage.output_seconds, made.charge.amount) == (Decimal("2.50"), Decimal("0.2"))


@pytest.mark.parametrize("take", [Take(), Take(Path("x.motion")), Take(facts=MediaFacts(Medium.VIDEO, "mp4", 1))])
async def test_half_a_template_is_our_fault(world: World, take: Take) -> None:
    with pytest.raises(InternalFault):
        await published(world, take, a_template_card())


async def test_a_look_becomes_a_finding_of_one_image(world: World) -> None:
    made = await published(world, Take(findings=PASSED), a_check_card())
    assert (made.findings, made.artifact, made.usage.image_count) == (PASSED, None, 1)
    assert made.charge.amount == Decimal("0.004")


def test_a_look_that_found_nothing_at_all_is_our_fault() -> None:
    with pytest.raises(InternalFault):
        measured(Take(), a_check_card(), a_request(), "cn-beijing")


async def test_what_comes_too_late_is_taken_back(world: World) -> None:
    publishing = a_publishing(world)
    film = await published(world, a_film(world), world.card)
    (world.work / "take.motion").write_bytes(b"joints")
    facts = MediaFacts(Medium.VIDEO, "mp4", 9, size=SMALL, seconds=Decimal(2), frames_per_second=Decimal(25))
    motion = await published(world, Take(world.work / "take.motion", facts), a_template_card())
    look = await published(world, Take(findings=PASSED), a_check_card())
    for late in (film, motion, look):
        await publishing.withdraw(late, "alice")
    assert film.artifact is not None
    assert await world.blobs.size(film.artifact.key) is None
    assert motion.findings is not None
    with pytest.raises(MediaRefused):
        await Templates(world.blobs).find("alice", str(motion.findings.template_id))


class FullBlobs:
    """A blob store with no room left."""

    async def put_file(self, key: str, path: Path, *, content_type: str) -> None:
        raise Unavailable("No space left on device.")


@pytest.mark.parametrize("what", ["film", "motion"])
async def test_a_store_that_takes_nothing_is_no_fault_of_the_take(world: World, what: str) -> None:
    take, card = a_film(world), world.card
    if what == "motion":
        take, card = replace(take, facts=MediaFacts(Medium.VIDEO, "mp4", 1, size=SMALL)), a_template_card()
    with pytest.raises(NotKept, match="No space left"):
        await published(world, take, card, blobs=FullBlobs())
