"""Files against the limits of a card: what passes, what is refused, and in which words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from understudy.catalog.media import check_media, limits_for
from understudy.core.card import Interval, MediaLimits
from understudy.core.faults import MediaProblem, MediaRefused
from understudy.core.request import MediaFacts, Medium, Reference, Role
from understudy.core.units import Size
from unit.catalog.wan_r2v import SHELF, a_clip, a_photo, a_voice

NEWER, OLDER = SHELF.find("wan2.7-r2v"), SHELF.find("wan2.6-r2v")
IMAGE, VIDEO, VOICE = (NEWER.media[name] for name in ("image", "video", "voice"))
MB = 1024 * 1024

PASSES = [
    (a_photo(), IMAGE),
    (a_photo(240, 240), IMAGE),
    (a_photo(8000, 8000), IMAGE),
    (a_photo(240, 1920), IMAGE),  # 1:8
    (a_photo(1920, 240), IMAGE),  # 8:1
    (a_photo(container="png", has_alpha=True), IMAGE),
    (a_photo(container="webp"), IMAGE),
    (a_photo(container="bmp"), IMAGE),
    (a_photo(byte_count=20 * MB), IMAGE),
    (a_clip("1"), VIDEO),
    (a_clip("30"), VIDEO),
    (a_clip(size=Size(240, 240)), VIDEO),
    (a_clip(size=Size(4096, 4096)), VIDEO),
    (a_clip(byte_count=100 * MB), VIDEO),
    (a_clip(frames_per_second=Decimal(240)), VIDEO),
    (a_clip(size=Size(100, 100)), OLDER.media["video"]),  # 2.6 prints no sides for videos
    (a_clip(container="anything"), MediaLimits()),  # a card that lists no formats takes all
    (a_voice("1"), VOICE),
    (a_voice("10"), VOICE),
    (a_voice(container="wav", byte_count=15 * MB), VOICE),
]

REFUSED = [
    (a_photo(239, 600), IMAGE, MediaProblem.SIDES, "The size of image is beyond limit. It is 239x600"),
    (a_photo(600, 8001), IMAGE, MediaProblem.SIDES, "each side must have 240 to 8000 pixels"),
    (a_photo(240, 1921), IMAGE, MediaProblem.RATIO, "ratio (height/width) must be between 8 and 0.125. It is 240x1921"),
    (a_photo(2000, 249), IMAGE, MediaProblem.RATIO, "It is 2000x249: crop it."),
    (
        a_photo(container="gif"),
        IMAGE,
        MediaProblem.FORMAT,
        "This is a still (gif); jpeg, png, bmp, webp is taken here.",
    ),
    (a_clip(), IMAGE, MediaProblem.FORMAT, "This is a film (mov)"),
    (a_photo(byte_count=20 * MB + 1), IMAGE, MediaProblem.TOO_LARGE, "size must be less than 20MB. It has 20.0 MB"),
    (a_clip("0.999999"), VIDEO, MediaProblem.SECONDS, "The file duration must be 1 s ~ 30 s. It lasts 1 s"),
    (a_clip("30.1"), VIDEO, MediaProblem.SECONDS, "It lasts 30.1 s: cut it to fit."),
    (a_clip(size=Size(200, 480)), VIDEO, MediaProblem.SIDES, "height or width of video must be 240 ~ 4096."),
    (a_clip(size=Size(4098, 2000)), VIDEO, MediaProblem.SIDES, "It is 4098x2000"),
    (a_clip(container="matroska,webm"), VIDEO, MediaProblem.FORMAT, "This is a film (matroska)"),
    (a_clip(container="avi"), VIDEO, MediaProblem.FORMAT, "mp4, mov is taken here"),
    (a_photo(), VIDEO, MediaProblem.FORMAT, "This is a still (jpeg)"),
    (a_clip(byte_count=101 * MB), VIDEO, MediaProblem.TOO_LARGE, "less than 100MB. It has 101.0 MB"),
    (a_voice(container="mov,mp4,m4a,3gp,3g2,mj2"), VIDEO, MediaProblem.FORMAT, "This is a sound (mov)"),
    (a_voice("0.5"), VOICE, MediaProblem.SECONDS, "must be 1 s ~ 10 s. It lasts 0.5 s"),
    (a_voice("10.01"), VOICE, MediaProblem.SECONDS, "It lasts 10.01 s"),
    (a_voice(container="aac"), VOICE, MediaProblem.FORMAT, "This is a sound (aac); wav, mp3 is taken here."),
    (a_clip(), VOICE, MediaProblem.FORMAT, "This is a film (mov)"),
    (a_voice(byte_count=16 * MB), VOICE, MediaProblem.TOO_LARGE, "less than 15MB"),
    (
        a_clip(frames_per_second=Decimal("12.5")),
        MediaLimits(formats=("mp4",), frames_per_second=Interval(Decimal(15), Decimal(60))),
        MediaProblem.FRAME_RATE,
        "Invalid video FPS. The video FPS must be 15 ~ 60. It has 12.5: convert it.",
    ),
    (
        a_clip("0.5"),
        MediaLimits(formats=("mp4",), seconds=Interval(Decimal(1))),
        MediaProblem.SECONDS,
        "must be 1 s ~ any number of s",
    ),
]


@pytest.mark.parametrize(("facts", "limits"), PASSES)
def test_what_passes(facts: MediaFacts, limits: MediaLimits) -> None:
    check_media(facts, limits, "input.media[0].url")


@pytest.mark.parametrize(("facts", "limits", "problem", "words"), REFUSED)
def test_what_is_refused(facts: MediaFacts, limits: MediaLimits, problem: MediaProblem, words: str) -> None:
    with pytest.raises(MediaRefused) as caught:
        check_media(facts, limits, "input.media[3].url")
    fault = caught.value
    assert fault.problem is problem
    assert words in fault.message
    assert fault.path == "input.media[3].url"
    assert "input.media[3].url" in fault.message
    assert fault.limits["medium"] == facts.medium


def test_limits_tell_the_numbers_a_dialect_prints() -> None:
    with pytest.raises(MediaRefused) as caught:
        check_media(a_clip("31"), VIDEO, "")
    assert caught.value.limits == {"least": 1, "most": 30, "medium": "video"}
    with pytest.raises(MediaRefused) as caught:
        check_media(a_photo(byte_count=21 * MB), IMAGE, "")
    assert caught.value.limits == {"megabytes": 20, "medium": "image"}


@pytest.mark.parametrize(
    ("medium", "role", "facts", "name"),
    [
        (Medium.IMAGE, Role.SUBJECT, a_photo(), "image"),
        (Medium.IMAGE, Role.FIRST_FRAME, a_photo(), "first_frame"),
        (Medium.VIDEO, Role.SUBJECT, a_photo(), "video"),  # said to be a video: held to it
        (Medium.UNKNOWN, Role.SUBJECT, a_photo(), "image"),
        (Medium.UNKNOWN, Role.SUBJECT, a_clip(), "video"),
    ],
)
def test_which_limits_count(medium: Medium, role: Role, facts: MediaFacts, name: str) -> None:
    assert limits_for(NEWER, Reference("u", medium, role), facts) == NEWER.media[name]


@pytest.mark.parametrize(("field", "least"), [("reference_urls", 1), ("reference_video_urls", 2)])
def test_the_older_list_takes_longer_films_only(field: str, least: int) -> None:
    reference = Reference("u", Medium.VIDEO, path=f"input.{field}[0]")
    assert limits_for(OLDER, reference, a_clip()).seconds == Interval(Decimal(least), Decimal(30))


def test_a_sound_where_a_picture_belongs_is_a_wrong_format() -> None:
    limits = limits_for(OLDER, Reference("u"), a_voice())
    with pytest.raises(MediaRefused) as caught:
        check_media(a_voice(), limits, "input.reference_urls[0]")
    assert caught.value.problem is MediaProblem.FORMAT
    assert "jpeg, png, bmp, webp, mp4, mov is taken here" in caught.value.message
