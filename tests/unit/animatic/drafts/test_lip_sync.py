"""A film and another sound: lips say the new sound, all else is the film's own to the bit."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sight import photo, write_clip
from understudy.animatic.brief import Reel
from understudy.animatic.drafts._bounce import bounced
from understudy.animatic.faces.driving import mouth_from
from understudy.animatic.faces.dubbing import dubbed
from understudy.animatic.faces.following import follow, largest, steadied
from understudy.animatic.faces.lips import FacePose
from understudy.animatic.faces.portrait import prepare
from understudy.animatic.performer import Plate
from understudy.animatic.utterance import Mouth
from understudy.core.faults import Refused
from understudy.core.request import Capability, LocalMedia, Role
from understudy.core.units import Size
from understudy.media.audio import level_db, read_wave
from unit.animatic.drafts.talkers import (
    admiral,
    beside,
    eyes,
    line,
    local,
    made,
    picture_file,
    seen,
    sound_file,
    watched,
    woman,
)

SIZE = Size(288, 288)


def babbling(picture: Plate, count: int, pace: float = 0.9) -> list[Plate]:
    """Somebody who speaks without pause, filmed by an unsteady hand."""
    base = cv2.resize(picture, (SIZE.width, SIZE.height), interpolation=cv2.INTER_AREA)
    portrait = prepare(np.dstack([base, np.full(base.shape[:2], 255, np.uint8)]), eyes().faces(base)[0])
    film = []
    for number in range(count):
        patch, (left, top) = portrait.paint(FacePose(opening=0.45 + 0.4 * np.sin(pace * number)))
        shown = base.copy()
        shown[top : top + patch.shape[0], left : left + patch.shape[1]] = patch[..., :3]
        matrix = cv2.getRotationMatrix2D((144, 144), 2 * np.sin(number / 11), 1.04)
        matrix[:, 2] += (4 * np.sin(number / 9), 3 * np.cos(number / 7))
        film.append(cv2.warpAffine(shown, matrix, (288, 288), borderMode=cv2.BORDER_REFLECT))
    return film


@cache
def film_of(who: str) -> list[Plate]:
    return babbling({"woman": woman, "admiral": admiral}[who](), 60)


@cache
def clip(who: str) -> Path:
    """Two seconds, with a tone as its own sound."""
    return write_clip(Path(mkdtemp()) / "film.mp4", film_of(who), sound=True)


def synced(
    folder: Path,
    film: Path,
    *,
    wave: np.ndarray | None = None,
    face: np.ndarray | None = None,
    count: int = 60,
    models: Path | None = None,
    **options: Any,
) -> Reel:
    folder.mkdir(parents=True, exist_ok=True)
    given = local(film)
    media: dict[Role, LocalMedia] = {
        Role.SOURCE_VIDEO: given,
        Role.DRIVING_AUDIO: sound_file(folder / "sound.wav", line() if wave is None else wave),
    }
    if face is not None:
        media[Role.FACE] = picture_file(folder / "face.png", face)
    assert given.facts.size is not None
    return made(
        Capability.LIP_SYNC, folder, media, size=given.facts.size, count=count, rate=30, options=options, models=models
    )


@cache
def dubbed_film(who: str) -> list[Plate]:
    """The film with the sentence's lips, before encoding."""
    film = film_of(who)
    faces = steadied(follow(film, eyes(), largest))
    return list(dubbed(enumerate(film), faces, mouth_from(line(), 30, len(film))))


def test_size_rate_count_and_sound_are_as_asked(tmp_path: Path) -> None:
    reel = synced(tmp_path, clip("woman"), count=40)
    assert reel.facts is not None
    assert reel.path is not None
    assert (reel.facts.size, reel.facts.frame_count, float(reel.facts.frames_per_second or 0)) == (SIZE, 40, 30)
    heard = read_wave(reel.path)[:64_000]
    assert abs(level_db(heard) - level_db(line()[:64_000])) < 0.5
    assert np.corrcoef(heard[:60_000, 0], line()[:60_000, 0])[0, 1] > 0.9
    assert any("draft" in note for note in reel.notes)


def test_the_same_brief_gives_the_same_bytes(tmp_path: Path) -> None:
    one, other = (synced(tmp_path / name, clip("admiral"), count=12).path for name in ("one", "other"))
    assert one is not None
    assert other is not None
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("who", ["woman", "admiral"])
def test_lips_follow_the_new_sound_and_not_the_films_own(who: str) -> None:
    opening = mouth_from(line(), 30, 60).opening
    before, after = seen(film_of(who)).lips, seen(dubbed_film(who)).lips
    assert np.corrcoef(after, opening)[0, 1] > 0.7
    assert abs(np.corrcoef(after, before)[0, 1]) < 0.6


@pytest.mark.parametrize("who", ["woman", "admiral"])
def test_in_silence_a_babbling_mouth_is_shut(who: str) -> None:
    film = film_of(who)[:20]
    faces = steadied(follow(film, eyes(), largest))
    still = np.zeros(20, np.float32)
    shut = seen(list(dubbed(enumerate(film), faces, Mouth(still, still, still)))).lips
    assert seen(film).lips.max() > 0.05
    assert shut.max() < 0.035


@pytest.mark.parametrize("who", ["woman", "admiral"])
def test_all_but_the_lower_face_is_untouched(who: str) -> None:
    changed = 0
    for before, after, face in zip(film_of(who), dubbed_film(who), seen(film_of(who)).faces, strict=True):
        left, _, right, bottom = face.box
        nose = face.mesh[1, 1]
        rows, columns = np.nonzero((before != after).any(axis=2))
        changed += len(rows)
        if len(rows):
            assert rows.min() > nose - 0.25 * (bottom - nose)
            assert rows.max() < bottom + 1.0 * (bottom - nose)
            assert columns.min() > left - 0.3 * (right - left)
            assert columns.max() < right + 0.3 * (right - left)
    assert changed > 10_000


def test_pictures_without_a_face_pass_to_the_bit() -> None:
    cup = cv2.resize(photo("coffee"), (288, 288))
    film = [*film_of("woman")[:6], *([cup] * 4), *film_of("woman")[6:12]]
    faces = steadied(follow(film, eyes(), largest))
    spoken = list(dubbed(enumerate(film), faces, mouth_from(line(), 30, 16)))
    assert all(np.array_equal(spoken[number], cup) for number in range(6, 10))


def test_pictures_without_a_face_are_noted(tmp_path: Path) -> None:
    cup = cv2.resize(photo("coffee"), (288, 288))
    film = write_clip(tmp_path / "film.mp4", [*film_of("woman")[:8], *([cup] * 6)])
    reel = synced(tmp_path / "made", film, count=14)
    assert any("not seen in 6 of 14" in note for note in reel.notes)


def test_the_film_runs_back_and_forth_where_that_is_asked(tmp_path: Path) -> None:
    reel = synced(tmp_path, clip("woman"), count=100, video_extension=True, wave=np.zeros((192_000, 2), np.float32))
    shown = watched(reel, 30)
    assert reel.facts is not None
    assert reel.facts.frame_count == 100
    own = seen(film_of("woman")).middles
    order = [*range(60), *range(58, 18, -1)]
    assert np.abs(shown.middles - own[order]).mean() < 0.8
    assert (np.abs(np.diff(shown.middles, axis=0)) < 4).all()  # and never leaps


def test_without_extension_a_short_film_holds_its_last_picture(tmp_path: Path) -> None:
    reel = synced(tmp_path, clip("woman"), count=64)
    shown = watched(reel, 30)
    assert len(shown.pictures) == 64
    assert np.abs(shown.pictures[-1].astype(int) - shown.pictures[-3]).mean() < 1
    assert any("last picture stays" in note for note in reel.notes)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 12), st.integers(1, 60), st.integers(1, 5))
def test_back_and_forth_is_exact_in_any_memory(length: int, count: int, room: int) -> None:
    film = [np.full((2, 2, 3), number, np.uint8) for number in range(length)]

    def play() -> Iterator[Plate]:
        yield from film

    shown = list(bounced(play, length, count, Path(mkdtemp()), most_bytes=room * film[0].nbytes))
    assert len(shown) == count
    assert all(int(picture[0, 0, 0]) == number for number, picture in shown)
    period = max(1, 2 * length - 2)
    assert [number for number, _ in shown] == [min(k % period, period - k % period) % length for k in range(count)]


def test_of_two_faces_that_of_the_picture_speaks(tmp_path: Path) -> None:
    both = [beside(one, other, 240) for one, other in zip(film_of("woman")[:12], film_of("admiral")[:12], strict=True)]
    film = write_clip(tmp_path / "film.mp4", both)
    still = np.zeros((48_000, 2), np.float32)
    for name, face in (("woman", woman()), ("admiral", admiral())):
        reel = synced(tmp_path / name, film, face=face, count=12, wave=still, query_face_threshold=170)
        assert reel.path is not None
        shown = watched(reel, 30).pictures
        halves = [
            max(seen([np.ascontiguousarray(picture[:, part]) for picture in shown]).lips)
            for part in (slice(0, 240), slice(240, 480))
        ]
        silent, speaking = halves if name == "woman" else halves[::-1]
        assert silent < 0.045 < speaking
        assert any("likeness" in note for note in reel.notes)
    unnamed = synced(tmp_path / "unnamed", film, count=4)
    assert any("several faces" in note for note in unnamed.notes)


def test_a_stranger_in_the_picture_is_refused_in_the_vendors_words(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"^There are no matched face in the video with the provided reference image\."):
        synced(tmp_path, clip("woman"), face=admiral(), count=12, query_face_threshold=170)


def test_a_film_without_faces_is_refused_in_the_vendors_words(tmp_path: Path) -> None:
    cup = cv2.resize(photo("coffee"), (288, 288))
    film = write_clip(tmp_path / "film.mp4", [cup] * 8)
    for name, face in (("none", None), ("given", woman())):
        with pytest.raises(Refused, match=r"^No human face detected\. Give a video"):
            synced(tmp_path / name, film, face=face, count=8)


def test_a_picture_without_a_face_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"^No human face detected\. Give a reference picture"):
        synced(tmp_path, clip("woman"), face=photo("chelsea"), count=8)


def test_without_models_it_is_refused_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="understudy models install"):
        synced(tmp_path, clip("woman"), count=8, models=tmp_path / "empty")
