"""What a prompt may call its references. Source: seed 003, questions and answers."""

from __future__ import annotations

import pytest

from understudy.core.card import Interval, Naming, subjects_of
from understudy.core.request import Medium, Reference, Role, VideoRequest

KINDS = {"i": Medium.IMAGE, "v": Medium.VIDEO, "?": Medium.UNKNOWN}


def a_request(kinds: str) -> VideoRequest:
    """`f` a first frame, `i` an image, `v` a video, `?` one of unknown medium."""
    references = [
        Reference(f"https://host/{n}", Medium.IMAGE, Role.FIRST_FRAME) if kind == "f" else Reference("u", KINDS[kind])
        for n, kind in enumerate(kinds)
    ]
    return VideoRequest("m", references=tuple(references))


@pytest.mark.parametrize(
    ("kinds", "naming", "names"),
    [
        ("ii", Naming.TYPED, ["图1", "图2"]),
        ("iviiv", Naming.TYPED, ["图1", "视频1", "图2", "图3", "视频2"]),
        ("fvi", Naming.TYPED, ["视频1", "图1"]),
        ("ifi", Naming.TYPED, ["图1", "图2"]),
        ("ivi", Naming.CHARACTER, ["character1", "character2", "character3"]),
        ("?v?", Naming.CHARACTER, ["character1", "character2", "character3"]),
        ("i?", Naming.TYPED, ["图1", "character2"]),
        ("", Naming.TYPED, []),
        ("f", Naming.TYPED, []),
    ],
)
def test_names(kinds: str, naming: Naming, names: list[str]) -> None:
    assert [subject.name for subject in subjects_of(a_request(kinds), naming)] == names


def test_english_and_the_single_one() -> None:
    (alone,) = subjects_of(a_request("i"), Naming.TYPED)
    assert {"Image 1", "image 1", "参考图片"} <= set(alone.aliases)
    image, video = subjects_of(a_request("iv"), Naming.TYPED)
    assert "参考图片" in image.aliases
    assert {"Video 1", "参考视频"} <= set(video.aliases)
    assert not any("参考图片" in subject.aliases for subject in subjects_of(a_request("ii"), Naming.TYPED))


def test_each_subject_keeps_its_reference_in_the_callers_order() -> None:
    request = a_request("fviv")
    assert tuple(s.reference for s in subjects_of(request, Naming.TYPED)) == request.subjects
    assert request.first_frame is request.references[0]


@pytest.mark.parametrize(
    ("interval", "inside", "outside"),
    [(Interval(2, 10), [2, 10, 5], [1, 11]), (Interval(most=3), [-9, 3], [4]), (Interval(), [0, 10**9], [])],
)
def test_intervals_hold_their_ends(interval: Interval, inside: list[int], outside: list[int]) -> None:
    assert all(value in interval for value in inside)
    assert not any(value in interval for value in outside)


def test_a_subject_may_have_a_name_of_its_own_and_several_views() -> None:
    """Source: spec/gateways.md §4.2, subjects: `@id` in the prompt, one to three images each."""
    images = [("Mara", "a"), ("Mara", "b"), ("2", "c"), ("", "d"), ("", "e")]
    references = tuple(Reference(f"https://host/{url}", Medium.IMAGE, name=name) for name, url in images)
    mara, two, third, fourth = subjects_of(VideoRequest("m", references=references), Naming.TYPED)
    assert [s.name for s in (mara, two, third, fourth)] == ["图1", "图2", "图3", "图4"]
    assert {"@Mara", "Mara"} <= set(mara.aliases)
    assert mara.reference.url == "https://host/a"
    assert "@2" in two.aliases
    assert "2" not in two.aliases, "a bare number in a prompt is no name"
    first, *_ = subjects_of(VideoRequest("m", references=references), Naming.CHARACTER)
    assert (first.name, first.aliases) == ("character1", ("Character1", "@Mara", "Mara"))
