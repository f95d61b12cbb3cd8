"""Motion templates: kept for their account, found again after a restart, and by nobody else."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from understudy.core.faults import MediaProblem, MediaRefused
from understudy.core.request import MediaFacts, Medium, Reference, Role
from understudy.core.units import Size
from understudy.service.fetching import Fetching
from understudy.service.templates import FOLDER, Templates
from understudy.stores.blobs import OpendalBlobs
from world import World, quick_probe

# the shape of a template's id. Source: spec/dashscope.md §8.2: AACT.xxx.xxx-xxx.xxx
SHAPE = re.compile(r"AACT\.[^.]+\.[^.]+-[^.]+\.[^.]+")
FACTS = MediaFacts(
    Medium.VIDEO,
    "mp4",
    4321,
    size=Size(640, 480),
    seconds=Decimal("2.002"),
    frames_per_second=Decimal("23.976024"),
    has_sound=True,
)


def a_motion(folder: Path, content: bytes = b"joints") -> Path:
    path = folder / "take.motion"
    path.write_bytes(content)
    return path


def refusal(caught: pytest.ExceptionInfo[MediaRefused]) -> tuple[MediaProblem, str]:
    return caught.value.problem, caught.value.path


async def test_what_is_kept_is_found_with_the_facts_of_its_film(world: World, tmp_path: Path) -> None:
    templates = Templates(world.blobs)
    template_id = await templates.keep("alice", a_motion(tmp_path), FACTS)
    assert SHAPE.fullmatch(template_id)
    facts, key = await templates.find("alice", template_id)
    assert (facts.size, facts.seconds, facts.frames_per_second, facts.has_sound, facts.byte_count) == (
        FACTS.size, FACTS.seconds, FACTS.frames_per_second, True, 4321,
    )  # fmt: skip
    assert b"".join([chunk async for chunk in world.blobs.read(key)]) == b"joints"


async def test_ids_are_never_the_same(world: World, tmp_path: Path) -> None:
    templates = Templates(world.blobs)
    made = {await templates.keep("alice", a_motion(tmp_path), FACTS) for _ in range(20)}
    assert len(made) == 20
    for template_id in made:
        await templates.find("alice", template_id)


async def test_it_outlives_the_process(tmp_path: Path) -> None:
    kept = await Templates(OpendalBlobs.open(tmp_path / "blobs")).keep("alice", a_motion(tmp_path), FACTS)
    facts, _ = await Templates(OpendalBlobs.open(tmp_path / "blobs")).find("alice", kept)
    assert facts.seconds == FACTS.seconds


@pytest.mark.parametrize(
    "template_id",
    [
        "",
        "AACT",
        "AACT.00000000.000000-000000.000000000000",
        "../alice/AACT.00000000.000000-000000.000000000000",
        "AACT.0000/000.000000-000000.000000000000",
        "https://media.example/boy.mp4",
        "AACT.00000000.000000-000000.000000000000\n",
        "任务",
    ],
)
async def test_an_unknown_id_is_refused_where_it_stands(world: World, template_id: str) -> None:
    with pytest.raises(MediaRefused, match="animate-anyone-template-gen2") as caught:
        await Templates(world.blobs).find("alice", template_id, "input.template_id")
    assert refusal(caught) == (MediaProblem.TEMPLATE, "input.template_id")


async def test_another_account_gets_the_same_answer_as_for_none(world: World, tmp_path: Path) -> None:
    templates = Templates(world.blobs)
    template_id = await templates.keep("alice", a_motion(tmp_path), FACTS)
    told = []
    for asked in (template_id, "AACT.00000000.000000-000000.000000000000"):
        with pytest.raises(MediaRefused) as caught:
            await templates.find("bob", asked)
        told.append((caught.value.problem, caught.value.message))
    assert told[0] == told[1]


@pytest.mark.parametrize("damage", ["not json", "[]", "{}", '{"byte_count": 1, "width": null}', json.dumps({"x": 1})])
async def test_a_damaged_one_is_refused_not_broken_over(world: World, tmp_path: Path, damage: str) -> None:
    templates = Templates(world.blobs)
    template_id = await templates.keep("alice", a_motion(tmp_path), FACTS)
    (tmp_path / "damaged").write_text(damage)
    await world.blobs.put_file(
        f"{FOLDER}/alice/{template_id}.json", tmp_path / "damaged", content_type="application/json"
    )
    with pytest.raises(MediaRefused) as caught:
        await templates.find("alice", template_id)
    assert caught.value.problem is MediaProblem.TEMPLATE


async def test_one_without_facts_was_never_finished(world: World, tmp_path: Path) -> None:
    templates = Templates(world.blobs)
    template_id = await templates.keep("alice", a_motion(tmp_path), FACTS)
    await world.blobs.delete(f"{FOLDER}/alice/{template_id}.json")
    with pytest.raises(MediaRefused):
        await templates.find("alice", template_id)


async def test_forgetting_leaves_nothing(world: World, tmp_path: Path) -> None:
    templates = Templates(world.blobs)
    template_id = await templates.keep("alice", a_motion(tmp_path), FACTS)
    _, key = await templates.find("alice", template_id)
    await templates.forget("alice", template_id)
    with pytest.raises(MediaRefused):
        await templates.find("alice", template_id)
    assert await world.blobs.size(key) is None
    await templates.forget("alice", template_id)  # twice does no harm


def a_fetching(world: World, folder: Path, account: str) -> Fetching:
    folder.mkdir(exist_ok=True)
    return Fetching(
        account, world.card, folder, uploads=world.uploads, templates=Templates(world.blobs), blobs=world.blobs,
        remote=world.web, probe=quick_probe,
    )  # fmt: skip


async def test_an_engine_gets_it_as_a_file(world: World, tmp_path: Path) -> None:
    template_id = await Templates(world.blobs).keep("alice", a_motion(tmp_path), FACTS)
    reference = Reference(template_id, role=Role.TEMPLATE, path="input.template_id")
    media = a_fetching(world, tmp_path / "work", "alice")
    local = await media.template(reference)
    assert (local.path.read_bytes(), local.facts.seconds) == (b"joints", FACTS.seconds)
    assert (await media.template(reference)).path == local.path
    with pytest.raises(MediaRefused) as caught:
        await a_fetching(world, tmp_path / "other", "bob").template(reference)
    assert refusal(caught) == (MediaProblem.TEMPLATE, "input.template_id")


async def test_a_template_gone_since_it_was_found_is_no_crash(world: World, tmp_path: Path) -> None:
    template_id = await Templates(world.blobs).keep("alice", a_motion(tmp_path), FACTS)
    await world.blobs.delete(f"{FOLDER}/alice/{template_id}.motion")
    media = a_fetching(world, tmp_path / "work", "alice")
    with pytest.raises(MediaRefused) as caught:
        await media.template(Reference(template_id, role=Role.TEMPLATE, path="input.template_id"))
    assert refusal(caught) == (MediaProblem.TEMPLATE, "input.template_id")
