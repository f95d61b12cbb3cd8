"""References on the command line: names as prompts use them, in an order that the wire will count the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from understudy.cli.references import read_names
from understudy.core.card import Naming
from understudy.core.faults import InvalidRequest
from understudy.core.request import Medium


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (("girl.jpg", "boy.mp4", "cup.png"), ["图1", "视频1", "图2"]),
        (("图2=cup.png", "图1=girl.jpg", "视频1=boy.mp4"), ["图1", "视频1", "图2"]),
        (("Image 1=girl.jpg", "Video 1=boy.mov"), ["图1", "视频1"]),
        (("图1", "视频1"), ["图1", "视频1"]),
        (("character1=boy.mp4", "character2=girl.jpg"), ["character1", "character2"]),
        (("Mara=mara.png", "cup.png"), ["图1", "图2"]),
    ],
)
def test_names_follow_the_wires_numbering(given: tuple[str, ...], names: list[str]) -> None:
    assert sorted(n.name for n in read_names(given)) == sorted(names)


def test_an_own_name_becomes_an_alias() -> None:
    (mara,) = read_names(("Mara=mara.png",))
    assert mara.name == "图1"
    assert "Mara" in mara.aliases
    assert mara.path == Path("mara.png")


def test_wan26_counts_images_and_videos_together() -> None:
    named = read_names(("boy.mp4", "girl.jpg"), Naming.CHARACTER)
    assert [(n.name, n.medium) for n in named] == [("character1", Medium.VIDEO), ("character2", Medium.IMAGE)]


@pytest.mark.parametrize("given", [("图2=girl.jpg",), ("图1=a.jpg", "图1=b.jpg"), ("视频2=a.mp4", "图1=b.jpg")])
def test_a_gap_or_a_double_is_refused_with_the_name_it_would_have(given: tuple[str, ...]) -> None:
    with pytest.raises(InvalidRequest, match="cannot be"):
        read_names(given)
