"""Result links: whole and in time they open; changed or late they do not."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from builders import NOON, SMALL
from fakes import OwnedClock
from understudy.core.faults import Forbidden, Gone
from understudy.core.request import MediaFacts, Medium
from understudy.core.task import Artifact
from understudy.service.links import Links

FACTS = MediaFacts(Medium.VIDEO, "mp4", 1, size=SMALL)


def an_artifact(key: str = "takes/2026-03-01/one.mp4") -> Artifact:
    return Artifact(key, "0" * 64, FACTS, NOON + timedelta(hours=24))


def parts_of(url: str) -> tuple[str, str, str]:
    split = urlsplit(url)
    query = parse_qs(split.query)
    return unquote(split.path).removeprefix("/results/"), query["Expires"][0], query["Signature"][0]


@pytest.mark.parametrize("key", ["takes/2026-03-01/one.mp4", "takes/图 1 & 2?.mp4", "takes/50%25.mp4"])
def test_a_link_opens_what_it_was_made_for(clock: OwnedClock, key: str) -> None:
    links = Links(b"secret", clock)
    url = links.result_url("https://server.example", an_artifact(key))
    assert url.startswith("https://server.example/results/takes/")
    links.check(*parts_of(url))


def test_the_same_artifact_always_gets_the_same_link(clock: OwnedClock) -> None:
    links = Links(b"secret", clock)
    first = links.result_url("https://server.example", an_artifact())
    clock.move(hours=3)
    assert Links(b"secret", clock).result_url("https://server.example", an_artifact()) == first


def test_a_link_ends_with_its_artifact(clock: OwnedClock) -> None:
    links = Links(b"secret", clock)
    parts = parts_of(links.result_url("", an_artifact()))
    clock.move(hours=23, minutes=59)
    links.check(*parts)
    clock.move(minutes=1)
    with pytest.raises(Gone):
        links.check(*parts)


@pytest.mark.parametrize("index", [0, 1, 2])
@pytest.mark.parametrize("change", ["", "9", "x", "\udce9", "图"])
def test_a_changed_link_opens_nothing(clock: OwnedClock, index: int, change: str) -> None:
    links = Links(b"secret", clock)
    parts = list(parts_of(links.result_url("", an_artifact())))
    parts[index] = parts[index] + change if change else ""
    with pytest.raises(Forbidden):
        links.check(*parts)


def test_another_house_cannot_make_our_links(clock: OwnedClock) -> None:
    parts = parts_of(Links(b"theirs", clock).result_url("", an_artifact()))
    with pytest.raises(Forbidden):
        Links(b"ours", clock).check(*parts)
