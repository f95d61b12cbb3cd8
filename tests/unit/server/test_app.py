"""The application as a whole, with owned time: what is told when links and policies expire, or when we break."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from builders import NOON
from understudy.core.request import MediaFacts, Medium, Profile
from understudy.core.task import Artifact
from understudy.dialects.dashscope import DIALECT
from understudy.dialects.openai_videos import DIALECT as VIDEOS
from understudy.server.app import Front, build_app
from understudy.service.events import Events
from understudy.service.plans import Plans
from world import BASE_URL, World

MODEL = "toy-r2v"
FORM = {"x-oss-object-acl": "private", "success_action_status": "200"}


class LostDisk:
    """A blob store whose disk has gone: every question ends in an OSError."""

    def __getattr__(self, name: str) -> Any:
        raise OSError(f"no disk to {name}")


@asynccontextmanager
async def _nothing() -> AsyncIterator[None]:
    yield


async def _ready() -> dict[str, Any]:
    raise OSError("the database is gone")


def _no_plan(*_: Any) -> dict[str, Any]:
    raise AssertionError("nobody asks for a plan here")


def client_of(world: World, **changes: Any) -> httpx.AsyncClient:
    given = {
        "version": "1",
        "dialects": (DIALECT,),
        "cards": world.cards,
        "tasks": world.tasks,
        "plans": Plans(world.cards, _no_plan, profile=Profile.COMPAT),
        "events": Events(world.store.tasks, world.tasks, world.clock),
        "checks": world.checks(),
        "ledger": world.store.ledger,
        "uploads": world.uploads,
        "accounts": world.accounts,
        "links": world.links,
        "blobs": world.blobs,
        "ready": _ready,
        "lifespan": _nothing,
    }
    app = build_app(Front(**{**given, **changes}))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url=BASE_URL)


def link_of(world: World) -> str:
    facts = MediaFacts(Medium.VIDEO, "mp4", 1)
    return world.links.result_url(BASE_URL, Artifact("takes/film.mp4", "0" * 64, facts, NOON + timedelta(hours=24)))


async def test_a_link_lives_for_a_day(world: World) -> None:
    link = link_of(world)
    async with client_of(world) as client:
        assert (await client.get(link)).status_code == 404, "signed, but there is no such file"
        world.clock.move(hours=24)
        answer = await client.get(link)
    assert answer.status_code == 403
    assert "<Code>AccessDenied</Code><Message>Request has expired." in answer.text
    assert f"<RequestId>{answer.headers['x-request-id']}</RequestId>" in answer.text


async def test_a_policy_lives_for_five_minutes(world: World) -> None:
    ticket = world.uploads.ticket(world.caller, MODEL, BASE_URL)
    fields = {
        **FORM,
        "OSSAccessKeyId": ticket.access_key_id,
        "policy": ticket.policy,
        "Signature": ticket.signature,
        "key": f"{ticket.folder}/girl.png",
    }
    async with client_of(world) as client:
        world.clock.move(seconds=299)
        assert (await client.post("/uploads/oss", data=fields, files={"file": b"x"})).status_code == 200
        world.clock.move(seconds=1)
        answer = await client.post("/uploads/oss", data=fields, files={"file": b"x"})
    assert answer.status_code == 403
    assert "<Code>AccessDenied</Code><Message>Invalid according to Policy: Policy expired.</Message>" in answer.text
    assert f"<RequestId>{answer.headers['x-request-id']}</RequestId>" in answer.text


async def test_what_breaks_inside_is_told_with_a_number_and_no_secret(world: World) -> None:
    link = link_of(world)
    async with client_of(world, blobs=LostDisk(), accounts=LostDisk()) as client:
        film = await client.get(link)
        poll = await client.get("/api/v1/tasks/x", headers={"Authorization": "Bearer sk-1"})
    assert (film.status_code, poll.status_code) == (500, 500)
    assert "<Code>InternalError</Code>" in film.text
    assert film.headers["x-request-id"] in film.text
    assert poll.json()["code"] == "InternalError"
    assert poll.json()["request_id"] == poll.headers["x-request-id"]
    assert "disk" not in film.text + poll.text


async def test_what_breaks_while_a_film_is_waited_for_is_told_in_the_wires_own_words(world: World) -> None:
    _, secret = await world.accounts.create_key("alice")
    wished = {"model": MODEL, "prompt": "A cat.", "input_reference": {"image_url": "https://media.example/girl.png"}}
    async with client_of(world, dialects=(VIDEOS,), events=LostDisk()) as client:
        answer = await client.post("/v1/videos/sync", json=wished, headers={"Authorization": f"Bearer {secret}"})
    assert (answer.status_code, answer.json()["error"]["type"]) == (500, "server_error")
    assert answer.headers["x-request-id"]
    assert "disk" not in answer.text


async def test_a_server_that_cannot_work_says_so(world: World) -> None:
    async with client_of(world) as client:
        ready, alive = await client.get("/readyz"), await client.get("/healthz")
    assert (ready.status_code, ready.json()["reason"]) == (503, "the database is gone")
    assert (alive.status_code, bool(alive.headers["x-request-id"])) == (200, True)


@pytest.mark.parametrize("host", ["[", "[x", "a b", "x:99999999999", "\u00ff"])
async def test_a_host_header_that_names_no_host_does_no_harm(world: World, host: str) -> None:
    async with client_of(world) as client:
        for path in ("/zzz", "/results/x", "/healthz", "/api/v1/zzz"):
            answer = await client.get(path, headers={b"Host": host.encode("latin-1")})
            assert answer.status_code in (200, 403, 404), answer.text
            assert answer.headers["x-request-id"]
