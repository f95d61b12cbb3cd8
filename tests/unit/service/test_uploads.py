"""Uploads: a ticket, a form checked before its file is read, and addresses bound to account and model."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from builders import NOON, a_card
from understudy.core.faults import MediaProblem, MediaRefused
from understudy.core.wire import UploadTicket
from understudy.service.accounts import Caller
from understudy.service.uploads import UploadRefused, Uploads
from world import BASE_URL, SECRET, World

MODEL = "wan2.7-r2v"


def form_of(ticket: UploadTicket, name: str = "girl.png", **changes: str) -> dict[str, str]:
    """What an SDK posts. Source: spec/dashscope.md §3.2."""
    fields = {
        "OSSAccessKeyId": ticket.access_key_id,
        "Signature": ticket.signature,
        "policy": ticket.policy,
        "key": f"{ticket.folder}/{name}",
        "x-oss-object-acl": "private",
        "x-oss-forbid-overwrite": "true",
        "success_action_status": "200",
    }
    return {**fields, **changes}


async def pieces(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def uploaded(world: World, name: str = "girl.png", content: bytes = b"picture", model: str = MODEL) -> str:
    ticket = world.uploads.ticket(world.caller, model, BASE_URL)
    grant = world.uploads.check_form(form_of(ticket, name))
    assert await world.uploads.receive(grant, pieces(content), "image/png") == len(content)
    return f"oss://{ticket.folder}/{name}"


class TestTicket:
    def test_has_a_folder_of_its_own(self, world: World) -> None:
        one, two = (world.uploads.ticket(world.caller, MODEL, BASE_URL) for _ in range(2))
        assert one.folder.startswith("dashscope-instant/alice/2026-03-01/")
        assert one.folder != two.folder
        assert one.upload_url == f"{BASE_URL}/uploads/oss"
        assert (one.seconds, one.max_file_bytes) == (300, 100 * 1024 * 1024)

    def test_policy_is_what_oss_clients_can_read(self, world: World) -> None:
        ticket = world.uploads.ticket(world.caller, MODEL, BASE_URL)
        policy = json.loads(base64.b64decode(ticket.policy))
        assert policy == {
            "expiration": "2026-03-01T12:05:00.000Z",
            "conditions": [
                ["content-length-range", 0, 100 * 1024 * 1024],
                ["starts-with", "$key", f"{ticket.folder}/"],
            ],
        }


class TestForm:
    @pytest.mark.parametrize("name", ["girl.png", "图 1.png", "no-suffix", "..png", "a" * 255, "%41.png"])
    def test_a_plain_file_name_is_taken_as_it_is(self, world: World, name: str) -> None:
        ticket = world.uploads.ticket(world.caller, MODEL, BASE_URL)
        assert world.uploads.check_form(form_of(ticket, name)).key == f"{ticket.folder}/{name}"

    @pytest.mark.parametrize(
        "name",
        ["", "..", ".", "../girl.png", "sub/girl.png", "a\\b", "nul\0", "line\n", "a" * 256, "图" * 86, "\ud800"],
    )
    def test_any_other_is_refused(self, world: World, name: str) -> None:
        ticket = world.uploads.ticket(world.caller, MODEL, BASE_URL)
        with pytest.raises(UploadRefused) as refused:
            world.uploads.check_form(form_of(ticket, name))
        assert (refused.value.code, refused.value.status) == ("InvalidObjectName", 400)

    @pytest.mark.parametrize(
        ("field", "value", "code", "status"),
        [
            ("key", "dashscope-instant/bob/2026-03-01/x/girl.png", "AccessDenied", 403),
            ("key", "takes/2026-03-01/one.mp4", "AccessDenied", 403),
            ("key", "", "InvalidArgument", 400),
            ("policy", "e30=", "SignatureDoesNotMatch", 403),
            ("policy", "", "InvalidArgument", 400),
            ("Signature", "AAAA", "SignatureDoesNotMatch", 403),
            ("Signature", "图", "SignatureDoesNotMatch", 403),
            ("OSSAccessKeyId", "LTAIsomebody", "InvalidAccessKeyId", 403),
        ],
    )
    def test_what_was_not_signed_is_refused(self, world: World, field: str, value: str, code: str, status: int) -> None:
        ticket = world.uploads.ticket(world.caller, MODEL, BASE_URL)
        with pytest.raises(UploadRefused) as refused:
            world.uploads.check_form(form_of(ticket, **{field: value}))
        assert (refused.value.code, refused.value.status) == (code, status)

    def test_a_folder_cannot_be_stretched(self, world: World) -> None:
        ticket = world.uploads.ticket(world.caller, MODEL, BASE_URL)
        with pytest.raises(UploadRefused, match="Policy Condition failed"):
            world.uploads.check_form(form_of(ticket, key=f"{ticket.folder}2/girl.png"))

    def test_field_names_may_come_in_any_case(self, world: World) -> None:
        ticket = world.uploads.ticket(world.caller, MODEL, BASE_URL)
        assert world.uploads.check_form({name.upper(): value for name, value in form_of(ticket).items()})

    def test_a_late_form_is_refused_in_the_words_of_oss(self, world: World) -> None:
        ticket = world.uploads.ticket(world.caller, MODEL, BASE_URL)
        world.clock.move(seconds=299)
        world.uploads.check_form(form_of(ticket))
        world.clock.move(seconds=1)
        with pytest.raises(UploadRefused, match="Invalid according to Policy: Policy expired") as refused:
            world.uploads.check_form(form_of(ticket))
        assert (refused.value.code, refused.value.status) == ("AccessDenied", 403)


class TestReceive:
    async def test_several_files_may_share_a_ticket(self, world: World) -> None:
        ticket = world.uploads.ticket(world.caller, MODEL, BASE_URL)
        for name in ("one.png", "two.png"):
            grant = world.uploads.check_form(form_of(ticket, name))
            await world.uploads.receive(grant, pieces(b"a", b"b"), "image/png")
            assert await world.blobs.size(grant.key) == 2

    async def test_a_taken_name_is_not_written_over(self, world: World) -> None:
        ticket = world.uploads.ticket(world.caller, MODEL, BASE_URL)
        grant = world.uploads.check_form(form_of(ticket))
        await world.uploads.receive(grant, pieces(b"first"), "image/png")
        with pytest.raises(UploadRefused) as refused:
            await world.uploads.receive(grant, pieces(b"second"), "image/png")
        assert (refused.value.code, refused.value.status) == ("FileAlreadyExists", 409)
        assert b"".join([chunk async for chunk in world.blobs.read(grant.key)]) == b"first"

    async def test_unless_the_form_allows_it(self, world: World) -> None:
        ticket = world.uploads.ticket(world.caller, MODEL, BASE_URL)
        grant = world.uploads.check_form(form_of(ticket, **{"x-oss-forbid-overwrite": "false"}))
        for content in (b"first", b"second"):
            await world.uploads.receive(grant, pieces(content), "image/png")
        assert b"".join([chunk async for chunk in world.blobs.read(grant.key)]) == b"second"

    async def test_two_at_once_under_one_name_are_one_too_many(self, world: World) -> None:
        ticket = world.uploads.ticket(world.caller, MODEL, BASE_URL)
        grant = world.uploads.check_form(form_of(ticket))

        async def slow() -> AsyncIterator[bytes]:
            yield b"first"
            with pytest.raises(UploadRefused, match="already exists"):
                await world.uploads.receive(grant, pieces(b"second"), "image/png")

        assert await world.uploads.receive(grant, slow(), "image/png") == 5

    async def test_a_file_above_the_limit_leaves_nothing(self, world: World) -> None:
        uploads = Uploads(world.blobs, SECRET, world.clock, max_file_bytes=10)
        grant = uploads.check_form(form_of(uploads.ticket(world.caller, MODEL, BASE_URL)))
        with pytest.raises(UploadRefused) as refused:
            await uploads.receive(grant, pieces(b"12345", b"67890", b"1"), "image/png")
        assert (refused.value.code, refused.value.status) == ("EntityTooLarge", 400)
        assert await world.blobs.size(grant.key) is None
        assert await uploads.receive(grant, pieces(b"1234567890"), "image/png") == 10


class TestAddress:
    @pytest.mark.parametrize("name", ["girl.png", "图 1.png", "%41 100%.png"])
    async def test_stands_for_the_file(self, world: World, name: str) -> None:
        url = await uploaded(world, name)
        assert await world.uploads.resolve(url, "alice", MODEL) == url.removeprefix("oss://")

    async def test_keeps_names_apart_that_end_in_white_space(self, world: World) -> None:
        ticket = world.uploads.ticket(world.caller, MODEL, BASE_URL)
        names = ("girl", "girl ", "girl  ", "girl\u3000", "girl\u00a0", " girl")
        for name in names:
            grant = world.uploads.check_form(form_of(ticket, name))
            await world.uploads.receive(grant, pieces(name.encode()), "image/png")
        for name in names:
            key = await world.uploads.resolve(f"oss://{ticket.folder}/{name}", "alice", MODEL)
            assert b"".join([chunk async for chunk in world.blobs.read(key)]) == name.encode()

    async def test_may_come_escaped(self, world: World) -> None:
        url = await uploaded(world, "图 1.png")
        escaped = url.replace("图 1", "%E5%9B%BE%201")
        assert await world.uploads.resolve(escaped, "alice", MODEL) == url.removeprefix("oss://")

    async def test_outlives_a_restart(self, world: World) -> None:
        url = await uploaded(world)
        after = Uploads(world.blobs, SECRET, world.clock)
        assert await after.resolve(url, "alice", MODEL)

    @pytest.mark.parametrize(("account", "model"), [("bob", MODEL), ("alice", "wan2.6-r2v"), ("bob", "wan2.6-r2v")])
    async def test_is_bound_to_account_and_model(self, world: World, account: str, model: str) -> None:
        url = await uploaded(world)
        with pytest.raises(MediaRefused) as refused:
            await world.uploads.resolve(url, account, model)
        assert refused.value.problem is MediaProblem.NOT_YOURS

    async def test_cannot_be_moved_to_another_account_or_day(self, world: World) -> None:
        url = await uploaded(world)
        key = url.removeprefix("oss://")
        for old, new in (("/alice/", "/bob/"), ("2026-03-01", "2026-03-02")):
            moved = key.replace(old, new)
            await world.blobs.put_stream(moved, pieces(b"x"), content_type="image/png")
            with pytest.raises(MediaRefused) as refused:
                await world.uploads.resolve(f"oss://{moved}", "bob" if new == "/bob/" else "alice", MODEL)
            assert refused.value.problem is MediaProblem.NOT_YOURS

    async def test_serves_every_name_of_its_model(self, world: World) -> None:
        card = replace(a_card(MODEL), aliases=("r2v",))
        url = await uploaded(world, model="r2v")
        assert await world.uploads.resolve_for(url, "alice", card)
        with pytest.raises(MediaRefused):
            await world.uploads.resolve_for(url, "alice", a_card("another"))

    async def test_ends_after_48_hours(self, world: World) -> None:
        url = await uploaded(world)
        world.clock.move(hours=47, minutes=59)
        await world.uploads.resolve(url, "alice", MODEL)
        world.clock.move(minutes=1)
        with pytest.raises(MediaRefused, match="expired") as refused:
            await world.uploads.resolve(url, "alice", MODEL)
        assert refused.value.problem is MediaProblem.NOT_YOURS

    @pytest.mark.parametrize(
        "url",
        [
            "oss://",
            "oss://bucket/girl.png",
            "oss://dashscope-instant/alice/2026-03-01/not-a-uuid-not-a-uuid-not-a-uuid-nota/girl.png",
            "oss://dashscope-instant/alice/2026-03-01/00000000-0000-0000-0000-00000000000-/girl.png",
            "oss://dashscope-instant/alice/2026-03-01/../../secret",
            "oss://../secret",
            "oss:///etc/passwd",
            "oss://takes/2026-03-01/one.mp4",
        ],
    )
    async def test_a_strange_address_reaches_nothing(self, world: World, url: str) -> None:
        with pytest.raises(MediaRefused) as refused:
            await world.uploads.resolve(url, "alice", MODEL)
        assert refused.value.problem is MediaProblem.NOT_YOURS

    async def test_a_ticket_without_its_file_stands_for_nothing(self, world: World) -> None:
        folder = world.uploads.ticket(Caller("alice", "1"), MODEL, BASE_URL).folder
        with pytest.raises(MediaRefused) as refused:
            await world.uploads.resolve(f"oss://{folder}/girl.png", "alice", MODEL)
        assert refused.value.problem is MediaProblem.NOT_YOURS
        assert world.clock.now() == NOON
