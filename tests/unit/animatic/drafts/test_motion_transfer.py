"""Motion transfer: who is in the still moves as who is in the film did, exactly as large, long and fast as asked."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from sight import models_folder, photo
from understudy.animatic.bodies.motion import read_motion, write_motion
from understudy.animatic.bodies.pose import BodyEyes, Joint
from understudy.core.faults import Refused
from understudy.core.request import LocalMedia
from understudy.core.units import Size
from understudy.media.audio import level_db, read_wave
from understudy.media.video import read_video
from unit.animatic.drafts.movers import SMALL, film, still, template, transferred
from unit.animatic.manikin import SIZE, Stance, drawn, place, wall, write_dance

SECONDS, RATE = 1.5, 24


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("movers")


@pytest.fixture(scope="module")
def dance(folder: Path) -> LocalMedia:
    count = round(SECONDS * RATE)
    tone = (0.2 * np.sin(np.arange(count * 2000) * 0.04)).astype(np.float32)
    write_dance(folder / "dance.mp4", count, RATE, np.stack([tone, tone], axis=1))
    return film(folder / "dance.mp4")


@pytest.fixture(scope="module")
def motion(folder: Path, dance: LocalMedia) -> Path:
    path = template(folder, dance).path
    assert path is not None
    return path


@pytest.fixture(scope="module")
def person(folder: Path) -> LocalMedia:
    """Somebody else: other arms, another shirt, a larger figure."""
    picture = drawn(Stance((38, 38), (30, 30), unit=108, at=(216, 390)))
    return still(folder, np.ascontiguousarray(picture[..., [1, 0, 2]]))


def pictures(path: Path | None) -> list[np.ndarray]:
    assert path is not None
    return list(read_video(path, max_height=4000, max_frames=400, frames_per_second=15))


@pytest.mark.parametrize(
    ("size", "rate", "count"),
    [(SMALL, Fraction(15), None), (Size(270, 360), Fraction(15), 12), (Size(318, 182), Fraction(30000, 1001), 20)],
)
def test_size_rate_length_and_sound_are_exact(
    tmp_path: Path, person: LocalMedia, motion: Path, size: Size, rate: Fraction, count: int | None
) -> None:
    reel = transferred(tmp_path, person, motion, size=size, frames_per_second=rate, frame_count=count)
    assert reel.facts is not None
    assert reel.facts.size == size
    assert reel.facts.frame_count == (count or round(SECONDS * rate))
    assert reel.facts.frames_per_second == pytest.approx(
        Decimal(rate.numerator) / rate.denominator, abs=Decimal("0.01")
    )
    assert reel.facts.has_sound
    assert reel.path is not None
    assert level_db(read_wave(reel.path)) > -30  # the template's own
    assert reel.notes[0].startswith("This is a draft:")


def test_silence_is_kept_where_none_is_wanted(tmp_path: Path, person: LocalMedia, motion: Path) -> None:
    facts = transferred(tmp_path, person, motion, sound=False, frame_count=3).facts
    assert facts is not None
    assert not facts.has_sound


def test_the_same_order_gives_the_same_bytes(tmp_path: Path, person: LocalMedia, motion: Path) -> None:
    one, other = (transferred(tmp_path / name, person, motion, frame_count=6).path for name in ("a", "b"))
    assert one is not None
    assert other is not None
    assert one.read_bytes() == other.read_bytes()


def test_she_moves_as_the_other_did(tmp_path: Path, person: LocalMedia, motion: Path) -> None:
    """The film made is looked at with the same eyes as the film given: the limbs turn alike."""
    reel = transferred(tmp_path, person, motion, size=Size(432, 768))
    eyes = BodyEyes(models_folder())
    theirs = read_motion(motion).at_rate(Fraction(15))
    off: list[float] = []
    feet: list[float] = []
    for number, picture in list(enumerate(pictures(reel.path)))[::4]:
        (mine,) = eyes.bodies(picture)
        for one, other in ((11, 13), (13, 15), (12, 14), (14, 16), (23, 25), (24, 26)):
            a = mine.points[other, :2] - mine.points[one, :2]
            b = theirs.points[number, other, :2] - theirs.points[number, one, :2]
            apart = np.degrees(np.arctan2(a[1], a[0]) - np.arctan2(b[1], b[0]))
            off.append(abs((apart + 180) % 360 - 180))
        feet.append(max(mine.at(Joint.LEFT_ANKLE)[1], mine.at(Joint.RIGHT_ANKLE)[1]))
    assert np.median(off) < 8
    assert np.percentile(off, 90) < 20
    assert np.ptp(feet) < 0.05 * 768  # one foot is always on the ground


def test_behind_her_is_the_room_of_the_film(tmp_path: Path, person: LocalMedia, motion: Path) -> None:
    reel = transferred(tmp_path, person, motion, size=Size(432, 768), frame_count=4)
    first = pictures(reel.path)[0]
    corners = np.abs(first.astype(int) - wall())[20:120, 10:80], np.abs(first.astype(int) - wall())[690:, 10:80]
    assert max(float(np.median(part)) for part in corners) <= 8
    assert any("background is a still of the film" in note for note in reel.notes)


def test_without_a_plate_a_plain_studio_stands_behind(tmp_path: Path, person: LocalMedia, motion: Path) -> None:
    kept = read_motion(motion)
    bare = type(kept)(kept.points, kept.seen, kept.size, kept.rate, None, None)
    write_motion(tmp_path / "bare", bare)
    reel = transferred(tmp_path, person, tmp_path / "bare", frame_count=3)
    picture = pictures(reel.path)[0]
    assert float(picture[:40, :20].std()) < 4
    assert any("plain studio" in note for note in reel.notes)
    assert reel.path is not None
    assert level_db(read_wave(reel.path)) < -60


def test_her_own_room_stays_where_she_does_not_reach(tmp_path: Path, motion: Path, folder: Path) -> None:
    ground = np.asarray(cv2.resize(photo("coffee"), (SIZE.width, SIZE.height), interpolation=cv2.INTER_AREA), np.uint8)
    picture = drawn(Stance((30, 30), (20, 20)), ground)
    reel = transferred(
        tmp_path, still(folder, picture, "room.png"), motion,
        size=SIZE, frame_count=5, options={"use_ref_img_bg": True, "video_ratio": "9:16"},
    )  # fmt: skip
    film_ = pictures(reel.path)
    for shown in film_:
        np.testing.assert_allclose(shown[:60, :60].astype(int), picture[:60, :60].astype(int), atol=26)
    chest = place(Stance())["chest"].astype(int)
    shirt = film_[0][chest[1] + 40, chest[0] - 10 : chest[0] + 10].astype(int)
    assert (shirt[:, 0] - shirt[:, 1] > 60).all()  # she stands where she stood
    assert any("painted after" in note for note in reel.notes)


@pytest.mark.parametrize("own", [False, True])
def test_half_a_body_reaches_below_the_picture_at_every_moment(
    tmp_path: Path, folder: Path, motion: Path, own: bool
) -> None:
    reel = transferred(tmp_path, still(folder, photo("astronaut"), "half.png"), motion, options={"use_ref_img_bg": own})
    shown = pictures(reel.path)
    for picture in shown:
        orange = (picture[..., 0].astype(int) - picture[..., 2] > 70)[-4:]
        assert orange.mean() > 0.15
    assert any(np.abs(one.astype(int) - shown[0]).mean() > 1 for one in shown)  # she does move
    assert any("no whole body" in note for note in reel.notes)
    assert any("arm" in note for note in reel.notes)


def test_a_film_does_instead_of_a_template(tmp_path: Path, person: LocalMedia, dance: LocalMedia) -> None:
    reel = transferred(tmp_path, person, None, driving=dance, frame_count=5, options={"mode": "wan-std"})
    assert reel.facts is not None
    assert reel.facts.frame_count == 5


def test_no_motion_at_all_is_refused(tmp_path: Path, person: LocalMedia) -> None:
    with pytest.raises(Refused, match="give the id of a motion template, or a film"):
        transferred(tmp_path, person, None)


def test_a_cat_is_refused_in_the_vendors_words(tmp_path: Path, folder: Path, motion: Path) -> None:
    with pytest.raises(Refused, match=r"^The input image has no human body\. Please upload"):
        transferred(tmp_path, still(folder, photo("chelsea"), "cat.png"), motion)


def test_a_broken_template_is_refused(tmp_path: Path, person: LocalMedia) -> None:
    (tmp_path / "broken").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(Refused, match=r"^Invalid template content\."):
        transferred(tmp_path, person, tmp_path / "broken")


def test_without_models_it_is_refused_with_what_to_do(tmp_path: Path, person: LocalMedia, motion: Path) -> None:
    with pytest.raises(Refused, match="understudy models install"):
        transferred(tmp_path, person, motion, models=None)
