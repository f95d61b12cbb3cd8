"""A picture comes alive: it begins as given, to the bit, and then does what the prompt says, or owns up."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from sight import models_folder, photo, swaying, write_clip
from understudy.animatic.drafts._direction import direct
from understudy.animatic.drafts._takes import Film, plan_takes
from understudy.animatic.faces.quiet import lip_gap
from understudy.animatic.perception import Eyes
from understudy.animatic.performer import Plate
from understudy.animatic.stills.foreground import Foreground, find_foreground
from understudy.core.faults import Refused
from understudy.core.request import Capability, Role, ShotType
from understudy.core.units import Size
from understudy.media.audio import read_wave, write_wav
from understudy.media.image import cover
from unit.animatic.drafts.still import SMALL, brief_of, crop, filmed, likeness, media_of, pictures_of, still

MAKES = Capability.IMAGE_TO_VIDEO
SQUARE = Size(256, 256)


@cache
def found_in(name: str, size: Size) -> Foreground:
    return find_foreground(np.ascontiguousarray(cover(photo(name), size)), Eyes(models_folder()))


def alive(folder: Path, name: str, prompt: str, **wanted: object) -> tuple[list[Plate], tuple[str, ...]]:
    """The pictures of a film before encoding, and its notes."""
    size = wanted.pop("size", SQUARE if name == "astronaut" else SMALL)
    assert isinstance(size, Size)
    several = bool(wanted.pop("several", False))
    media = {Role.FIRST_FRAME: still(folder, photo(name))}
    brief = brief_of(MAKES, media, prompt=prompt, size=size, **wanted)
    picture = np.ascontiguousarray(cover(photo(name), size))
    eyes, found = Eyes(models_folder()), found_in(name, size)
    assert brief.frame_count is not None
    rate = float(brief.frames_per_second)
    direction = direct(brief, prompt, brief.frame_count / rate, folder)
    takes = plan_takes(picture, photo(name), found, direction, 0, brief.frame_count, rate, size, several=several)
    film = Film(brief, direction, takes, found, eyes, size)
    return list(film), film.missing


@pytest.mark.parametrize(("name", "rate", "count"), [("astronaut", 24, 17), ("coffee", 30, 20), ("chelsea", 15, 9)])
def test_size_rate_count_and_silence_are_exact(tmp_path: Path, name: str, rate: int, count: int) -> None:
    brief = brief_of(
        MAKES, {Role.FIRST_FRAME: still(tmp_path, photo(name))}, frames_per_second=Fraction(rate), frame_count=count
    )
    reel = filmed(brief, tmp_path / "out")
    assert reel.facts is not None
    assert (reel.facts.size, reel.facts.frame_count) == (SMALL, count)
    assert float(reel.facts.frames_per_second or 0) == rate
    assert not reel.facts.has_sound
    assert reel.notes[0].startswith("This is a draft")


@pytest.mark.parametrize("prompt", ["", "镜头环绕，下雪，夜晚，头发随风飘动", "she nods and runs out of the frame"])
def test_the_film_begins_with_the_picture_to_the_bit_and_without_a_jump(tmp_path: Path, prompt: str) -> None:
    seen, _ = alive(tmp_path, "astronaut", prompt, frame_count=12)
    assert np.array_equal(seen[0], cover(photo("astronaut"), SQUARE))
    first = np.abs(seen[1].astype(int) - seen[0]).mean()
    later = max(np.abs(b.astype(int) - a).mean() for a, b in pairwise(seen[1:]))
    assert first < later + 1.5


def test_a_push_moves_who_stands_in_front_more_than_what_is_behind(tmp_path: Path) -> None:
    seen, _ = alive(tmp_path, "astronaut", "镜头缓缓推近", frame_count=45)
    flow = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM).calc(
        *(cv2.cvtColor(p, cv2.COLOR_RGB2GRAY) for p in (seen[0], seen[-1])), None
    )
    badge, shuttle = flow[165:185, 65:85].reshape(-1, 2).mean(axis=0), flow[70:100, 195:215].reshape(-1, 2).mean(axis=0)
    crown = flow[20:30, 95:125].reshape(-1, 2).mean(axis=0)
    # all grows away from the crown of the head, which stays in the picture
    assert badge[1] > 4
    assert abs(crown[1]) < 2.5
    per_pixel_near = badge[1] / (175 - 10)
    per_pixel_far = shuttle[0] / (205 - 110)
    assert per_pixel_near > 1.25 * per_pixel_far > 0


@pytest.mark.parametrize(("prompt", "way"), [("镜头向右平移", -1), ("镜头向左平移", 1)])
def test_the_camera_goes_to_the_side_the_prompt_says(tmp_path: Path, prompt: str, way: int) -> None:
    seen, _ = alive(tmp_path, "coffee", prompt, frame_count=30)
    flow = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM).calc(
        *(cv2.cvtColor(p, cv2.COLOR_RGB2GRAY) for p in (seen[0], seen[-1])), None
    )
    assert way * float(np.median(flow[..., 0])) > 3


def test_a_still_camera_moves_nothing_but_the_living(tmp_path: Path) -> None:
    seen, _ = alive(tmp_path, "coffee", "固定镜头", frame_count=20)
    moved = [np.abs(p.astype(int) - seen[0]).mean() for p in seen]
    assert max(moved) < 4


def test_the_mouth_opens_as_the_line_is_spoken(tmp_path: Path) -> None:
    prompt = "固定镜头，女人说：“你好，欢迎大家来到这里。”"
    seen, _ = alive(tmp_path, "astronaut", prompt, frame_count=45)
    direction = direct(brief_of(MAKES, {}), prompt, 3.0, tmp_path)
    spoken = [direction.mouth(number / 15) for number in range(45)]
    talks = np.array([said is not None and said.share == 1 for said in spoken])
    opening = np.array([0.0 if said is None else said.wanted.opening for said in spoken])
    assert (opening > 0.3).sum() > 5
    eyes = Eyes(models_folder())
    face = eyes.faces(seen[0], parts=2)[0]
    gaps = []
    for picture in seen:
        face = eyes.follow(picture, face) or face
        gaps.append(lip_gap(face))
    # she smiles with bared teeth before and after, and shuts her lips while she speaks
    assert float(np.corrcoef(opening[talks], np.array(gaps)[talks])[0, 1]) > 0.6
    assert min(np.array(gaps)[talks]) < 0.5 * gaps[0]


def test_sound_is_made_iff_asked(tmp_path: Path) -> None:
    media = {Role.FIRST_FRAME: still(tmp_path, photo("astronaut"))}
    prompt = "她说：“你好。”"
    brief = brief_of(MAKES, media, size=SQUARE, prompt=prompt, sound=True, frame_count=20)
    reel = filmed(brief, tmp_path / "loud")
    assert reel.facts is not None
    assert reel.facts.has_sound
    assert reel.path is not None
    assert float(np.abs(read_wave(reel.path)).max()) > 0.05


def test_a_given_sound_is_the_sound_track_and_moves_the_mouth(tmp_path: Path) -> None:
    times = np.arange(48_000) / 48_000
    voice = np.sin(2 * np.pi * 220 * times) * (np.sin(2 * np.pi * 4 * times) > 0) * 0.3
    write_wav(tmp_path / "voice.wav", np.stack([voice, voice], 1).astype(np.float32))
    media = {
        Role.FIRST_FRAME: still(tmp_path, photo("astronaut")),
        Role.DRIVING_AUDIO: media_of(tmp_path / "voice.wav"),
    }
    reel = filmed(brief_of(MAKES, media, size=SQUARE, sound=True, prompt="固定镜头"), tmp_path / "out")
    assert reel.path is not None
    heard, given = read_wave(reel.path)[:47_000, 0], voice[:47_000]
    assert float(np.corrcoef(heard[: len(given)], given[: len(heard)])[0, 1]) > 0.9


def test_weather_and_water_come_with_their_words(tmp_path: Path) -> None:
    calm, _ = alive(tmp_path, "coffee", "固定镜头", frame_count=30)
    snow, _ = alive(tmp_path, "coffee", "固定镜头，下雪了", frame_count=30)
    assert np.abs(snow[-1].astype(int) - calm[-1]).mean() > 2
    night, _ = alive(tmp_path, "coffee", "固定镜头，夜晚来临", frame_count=30)
    assert night[-1].mean() < 0.85 * night[0].mean()
    assert abs(night[3].mean() - night[0].mean()) < 0.12 * night[0].mean()  # it falls slowly


def test_who_runs_out_of_the_picture_is_gone_at_its_end(tmp_path: Path) -> None:
    seen, _ = alive(tmp_path, "astronaut", "固定镜头，她跑出画面", frame_count=36)
    orange = [float(((p[..., 0] > 150) & (p[..., 2] < 90)).mean()) for p in (seen[0], seen[-1])]
    assert orange[0] > 0.1
    assert orange[1] < 0.03


def test_what_cannot_be_done_is_told(tmp_path: Path) -> None:
    media = {Role.FIRST_FRAME: still(tmp_path, photo("chelsea"))}
    reel = filmed(brief_of(MAKES, media, prompt="小猫跑起来，火焰燃烧，旁边的人说：“快跑”"), tmp_path / "out")
    told = " ".join(reel.notes)
    assert "run" in told
    assert "off screen" in told
    blind = filmed(brief_of(MAKES, media, models=None), tmp_path / "blind")
    assert any("understudy models install" in note for note in blind.notes)
    effect = filmed(brief_of(MAKES, media, options={"template": "flying"}), tmp_path / "effect")
    assert any("flying" in note for note in effect.notes)


def test_several_shots_are_cuts_of_the_same_picture(tmp_path: Path) -> None:
    seen, _ = alive(tmp_path, "astronaut", "固定镜头", frame_count=52, several=True)
    steps = np.array([np.abs(b.astype(int) - a).mean() for a, b in pairwise(seen)])
    cuts = np.flatnonzero(steps > 8 * np.median(steps))
    assert 1 <= len(cuts) <= 2
    media = {Role.FIRST_FRAME: still(tmp_path, photo("coffee"))}
    reel = filmed(brief_of(MAKES, media, shot_type=ShotType.MULTI, frame_count=12), tmp_path / "out")
    assert any("no time for cuts" in note for note in reel.notes)


def test_a_clip_plays_and_its_last_picture_goes_on(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", swaying("coffee", 20, 256, 192), sound=True)
    brief = brief_of(
        MAKES, {Role.FIRST_CLIP: media_of(clip)}, frames_per_second=Fraction(30), frame_count=40, sound=True
    )
    reel = filmed(brief, tmp_path / "out")
    seen = pictures_of(reel, Fraction(30))
    given = swaying("coffee", 20, 256, 192)
    assert len(seen) == 40
    assert likeness(seen[10], given[10]) > 26
    assert np.abs(seen[21].astype(int) - seen[19]).mean() < 6
    assert any("continued from its last picture" in note for note in reel.notes)


def test_a_last_picture_is_reached(tmp_path: Path) -> None:
    first, last = crop("coffee", 0.5, 0.5, 1.2)[0], crop("coffee", 0.55, 0.5, 1.8)[0]
    media = {Role.FIRST_FRAME: still(tmp_path, first, "a.png"), Role.LAST_FRAME: still(tmp_path, last, "b.png")}
    reel = filmed(brief_of(MAKES, media), tmp_path / "out")
    assert likeness(pictures_of(reel)[-1], last) > 28
    assert "by what both show" in reel.notes[0]


def test_equal_briefs_give_equal_bytes(tmp_path: Path) -> None:
    media = {Role.FIRST_FRAME: still(tmp_path, photo("astronaut"))}
    brief = brief_of(MAKES, media, size=SQUARE, prompt="下雨，她点头，风吹动头发", frame_count=8)
    films = [filmed(brief, tmp_path / name).path for name in ("one", "two")]
    assert films[0] is not None
    assert films[1] is not None
    assert films[0].read_bytes() == films[1].read_bytes()


def test_without_a_picture_there_is_no_film(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="img_url"):
        filmed(brief_of(MAKES, {}), tmp_path / "out")
    clip = write_clip(tmp_path / "clip.mp4", swaying("coffee", 4, 128, 96))
    with pytest.raises(Refused, match="not a picture"):
        filmed(brief_of(MAKES, {Role.FIRST_FRAME: media_of(clip)}), tmp_path / "out")
