"""Ids: UUIDs as the standard library reads them, drawn anew by each process, those of tasks in order of time."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

from understudy.core.ids import id_in_order, random_id

NOW = datetime(2026, 1, 31, 12, 0, 0, 123456, tzinfo=UTC)
MANY = 1000


def test_a_random_id_is_a_uuid_of_version_4_and_never_the_same() -> None:
    made = [random_id() for _ in range(MANY)]
    assert len(set(made)) == MANY
    assert {(UUID(text).version, UUID(text).variant, str(UUID(text)) == text) for text in made} == {(4, RFC_4122, True)}


def test_an_id_in_order_is_a_uuid_of_version_7_and_never_the_same() -> None:
    made = [id_in_order(NOW) for _ in range(MANY)]
    assert len(set(made)) == MANY
    assert {(UUID(text).version, UUID(text).variant, str(UUID(text)) == text) for text in made} == {(7, RFC_4122, True)}


def test_it_begins_with_the_milliseconds_of_its_moment() -> None:
    milliseconds = int(NOW.timestamp() * 1000)
    assert UUID(id_in_order(NOW)).int >> 80 == milliseconds
    later = [id_in_order(NOW + timedelta(milliseconds=number)) for number in range(MANY)]
    assert later == sorted(later)


def test_a_moment_before_1970_has_an_id_too() -> None:
    assert UUID(id_in_order(datetime(1969, 1, 1, tzinfo=UTC))).version == 7


def test_every_random_bit_is_drawn() -> None:
    seen = [0, 0]
    for _ in range(MANY):
        value = UUID(random_id()).int
        seen[0] |= value
        seen[1] |= ~value
    fixed = (0xF << 76) | (0x3 << 62)  # version and variant
    assert (seen[0] & seen[1]) & ((1 << 128) - 1) == ((1 << 128) - 1) & ~fixed


def test_a_child_process_draws_its_own() -> None:
    random_id()  # so that some are drawn already
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, "".join(random_id() for _ in range(50)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(read, 50 * 36).decode()
    os.close(read)
    os.close(write)
    ours = {random_id() for _ in range(50)}
    assert len(theirs) == 50 * 36
    assert not ours & {theirs[at : at + 36] for at in range(0, len(theirs), 36)}
