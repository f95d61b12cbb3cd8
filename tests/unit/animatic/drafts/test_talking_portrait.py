"""A portrait and a sound: the film has the asked measures, the mouth goes with the sound, and every knob is felt."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import cv2
import numpy as np
import pytest

from sight import photo
from understudy.animatic.brief import Reel
from understudy.animatic.faces.driving import mouth_from
from understudy.core.faults import Refused
from understudy.core.request import Capability, LocalMedia, Role
from understudy.core.units import Size
from understudy.media.audio import Wave, level_db, read_wave
from unit.animatic.drafts.talkers import (
    Watched,
    admiral,
    beside,
    line,
    local,
    made,
    picture_file,
    sound_file,
    watched,
    woman,
)

SMALL = Size(256, 256)
EMO = {"style_level": "normal"}
LIVEPORTRAIT = {
    "template_id": "normal",
    "eye_move_freq": 0.5,
    "mouth_move_strength": 1.0,
    "paste_back": True,
    "head_move_strength": 0.7,
}


def portrait(
    folder: Path,
    options: Mapping[str, Any],
    *,
    picture: np.ndarray | None = None,
    wave: Wave | None = None,
    size: Size = SMALL,
    count: int = 60,
    rate: Fraction | int = 15,
    **more: Any,
) -> Reel:
    folder.mkdir(parents=True, exist_ok=True)
    media: dict[Role, LocalMedia] = {
        Role.PORTRAIT: picture_file(folder / "portrait.png", woman() if picture is None else picture),
        Role.DRIVING_AUDIO: sound_file(folder / "sound.wav", line() if wave is None else wave),
    }
    return made(Capability.TALKING_PORTRAIT, folder, media, size=size, count=count, rate=rate, options=options, **more)


@cache
def film(which: str, **changed: Any) -> Watched:
    """A film of four seconds, looked at once for all tests that ask for it."""
    options = {**LIVEPORTRAIT, **changed}
    picture = {"woman": woman, "admiral": admiral}[which]()
    return watched(portrait(Path(mkdtemp()), options, picture=picture))


def sway(seen: Watched) -> float:
    return float(np.abs(seen.middles - seen.middles.mean(axis=0)).mean())


@pytest.mark.parametrize(
    ("options", "size", "rate", "count"),
    [
        (EMO, Size(512, 512), 15, 8),
        (EMO, Size(512, 704), 15, 8),
        (LIVEPORTRAIT, Size(300, 420), 24, 13),
        (LIVEPORTRAIT | {"paste_back": False}, Size(256, 256), 30, 7),
        ({}, Size(480, 320), 16, 9),
        ({}, Size(320, 240), Fraction(30000, 1001), 11),
    ],
)
def test_size_rate_count_and_sound_are_as_asked(
    tmp_path: Path, options: dict[str, Any], size: Size, rate: Fraction | int, count: int
) -> None:
    reel = portrait(tmp_path, options, size=size, rate=rate, count=count)
    assert reel.facts is not None
    assert reel.facts.size == size
    assert reel.facts.frame_count == count
    assert float(reel.facts.frames_per_second or 0) == pytest.approx(float(rate), abs=0.01)
    assert reel.facts.has_sound
    assert any("draft" in note for note in reel.notes)


def test_the_sound_is_the_given_one_at_its_own_level(tmp_path: Path) -> None:
    given = (line() * np.float32(0.3)).astype(np.float32)
    reel = portrait(tmp_path, EMO, wave=given, count=45)
    assert reel.path is not None
    heard = read_wave(reel.path)[: 3 * 48_000]
    assert abs(level_db(heard) - level_db(given[: len(heard)])) < 0.5
    one, other = heard[:, 0].astype(np.float64), given[: len(heard), 0].astype(np.float64)
    spectrum = np.fft.rfft(one, 2**19) * np.conj(np.fft.rfft(other, 2**19))
    lag = int(np.argmax(np.fft.irfft(spectrum)))
    assert min(lag, 2**19 - lag) < 48_000 / 15


def test_the_same_brief_gives_the_same_bytes(tmp_path: Path) -> None:
    reels = [portrait(tmp_path / name, EMO, count=10) for name in ("one", "other")]
    one, other = (reel.path.read_bytes() for reel in reels if reel.path)
    assert one == other
    third = portrait(tmp_path / "third", EMO, count=10, seed=4)
    assert third.path is not None
    assert third.path.read_bytes() != one


@pytest.mark.parametrize("who", ["woman", "admiral"])
def test_the_mouth_follows_the_sound(who: str) -> None:
    opening = mouth_from(line(), 15, 60).opening
    lips = film(who).lips
    lags = [-3, -2, -1, 0, 1, 2, 3]
    fits = [float(np.corrcoef(np.roll(lips, lag)[3:-3], opening[3:-3])[0, 1]) for lag in lags]
    assert max(fits) > 0.75
    assert abs(lags[int(np.argmax(fits))]) <= 1


@pytest.mark.parametrize("who", ["woman", "admiral"])
def test_the_mouth_is_shut_in_silence(who: str) -> None:
    lips = film(who).lips
    assert lips[-12:].max() < 0.025
    assert lips.max() > 0.03


def test_livelier_templates_move_the_head_more() -> None:
    calm, normal, active = (sway(film("woman", template_id=name)) for name in ("calm", "normal", "active"))
    assert 1.4 * calm < normal < active / 1.3


def test_emo_has_the_same_levels(tmp_path: Path) -> None:
    calm, active = (
        sway(watched(portrait(tmp_path / level, {"style_level": level}, count=45))) for level in ("calm", "active")
    )
    assert 2 * calm < active


def test_a_head_without_strength_is_still_and_a_mouth_without_it_too() -> None:
    still = film("woman", head_move_strength=0.0)
    assert sway(still) < 0.25
    assert still.lips.max() > 0.05
    dumb = film("woman", mouth_move_strength=0.0)
    assert np.ptp(dumb.lips) < 0.02
    assert sway(dumb) > 0.6


def test_stronger_mouths_open_wider() -> None:
    weak, usual, strong = (film("admiral", mouth_move_strength=much).lips.mean() for much in (0.4, 1.0, 1.5))
    assert weak < usual < strong


def test_eyes_blink_as_often_as_asked() -> None:
    def blinks(seen: Watched) -> int:
        shut = seen.lids < 0.85 * np.median(seen.lids)
        return int((shut & ~np.roll(shut, 1)).sum())

    assert blinks(film("woman", eye_move_freq=0.0)) == 0
    assert 2 <= blinks(film("woman", eye_move_freq=1.0)) <= 6


def test_the_wall_behind_stays() -> None:
    pictures = film("admiral", template_id="active").pictures
    corner = np.stack([picture[:60, :24] for picture in pictures]).astype(int)
    assert np.abs(corner - corner[0]).mean() < 3
    face = np.stack([picture[60:140, 90:160] for picture in pictures]).astype(int)
    assert np.abs(face - face[0]).mean() > 6


def test_the_frame_box_is_what_is_shown(tmp_path: Path) -> None:
    whole = photo("astronaut")
    reel = portrait(
        tmp_path, EMO | {"face_box": [176, 64, 272, 192], "frame_box": [100, 10, 400, 310]}, picture=whole, count=2
    )
    shown = watched(reel).pictures[0]
    wanted = cv2.resize(whole[10:310, 100:400], (256, 256), interpolation=cv2.INTER_AREA)
    assert cv2.PSNR(shown, wanted) > 22


def test_without_a_frame_box_a_portrait_is_cut_around_the_face(tmp_path: Path) -> None:
    for number, options in enumerate((EMO, LIVEPORTRAIT | {"paste_back": False})):
        seen = watched(portrait(tmp_path / str(number), options, picture=photo("astronaut"), count=2))
        left, top, right, bottom = seen.faces[0].box
        assert 0.3 * 256 < bottom - top < 0.75 * 256
        assert abs((left + right) / 2 - 128) < 45
    whole = watched(portrait(tmp_path / "whole", LIVEPORTRAIT, picture=photo("astronaut"), count=2))
    assert whole.faces[0].box[3] - whole.faces[0].box[1] < 0.3 * 256


def test_of_two_faces_the_boxed_one_speaks(tmp_path: Path) -> None:
    both = beside(woman(), admiral())
    middle = 320
    films = []
    for number, box in enumerate(([90, 60, 200, 220], [middle + 90, 60, middle + 200, 240])):
        options = LIVEPORTRAIT | {"face_box": box, "head_move_strength": 1.0}
        reel = portrait(tmp_path / str(number), options, picture=both, size=Size(640, 320), count=30)
        assert any("2 faces" in note for note in reel.notes)
        stack = np.stack(watched(reel).pictures).astype(int)
        films.append(np.abs(stack - stack[0]).mean(axis=(0, 3)))
    left, right = films
    assert left[60:220, 90:200].mean() > 3 * left[60:240, 410:520].mean()
    assert right[60:240, 410:520].mean() > 3 * right[60:220, 90:200].mean()


def test_a_silent_sound_moves_no_lips_and_is_noted(tmp_path: Path) -> None:
    reel = portrait(tmp_path, LIVEPORTRAIT, wave=np.zeros((96_000, 2), np.float32), count=20)
    assert any("Nothing is heard" in note for note in reel.notes)
    assert watched(reel).lips.max() < 0.025


def test_a_covered_face_does_less_and_it_is_noted(tmp_path: Path) -> None:
    masked = woman().copy()
    masked[130:240, 60:230] = (120, 160, 200)
    reel = portrait(tmp_path, LIVEPORTRAIT, picture=masked, count=4)
    assert any("covers part of the face" in note for note in reel.notes)


def test_a_picture_with_holes_is_laid_on_a_plain_ground(tmp_path: Path) -> None:
    alpha = np.zeros(woman().shape[:2], np.uint8)
    cv2.ellipse(alpha, (145, 150), (120, 150), 0, 0, 360, 255, -1)
    reel = portrait(tmp_path, LIVEPORTRAIT, picture=np.dstack([woman(), alpha]), count=3)
    assert watched(reel).pictures[0][3, 3].min() > 200


@pytest.mark.parametrize("name", ["chelsea", "coffee"])
def test_without_a_face_it_is_refused_in_the_vendors_words(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused, match=r"^No human face detected\. Give a picture"):
        portrait(tmp_path, LIVEPORTRAIT, picture=photo(name), count=3)


def test_without_models_it_is_refused_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="understudy models install"):
        portrait(tmp_path, LIVEPORTRAIT, count=3, models=tmp_path / "empty")


def test_facts_are_those_of_the_file(tmp_path: Path) -> None:
    reel = portrait(tmp_path, {}, count=3)
    assert reel.path is not None
    assert local(reel.path).facts == reel.facts
