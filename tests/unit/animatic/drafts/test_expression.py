"""Twenty expressions that a photograph acts: each another one, each from the photograph and back to it."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sight import models_folder, photo
from understudy.animatic.brief import DraftBrief
from understudy.animatic.drafts import make_draft
from understudy.animatic.drafts.expression import _figure
from understudy.animatic.expressions import EXPRESSIONS, TRACKS, Mark
from understudy.animatic.expressions.headmarks import _MOVES, SPOTS, Headmarks
from understudy.animatic.expressions.headshot import Bearing, Headshot
from understudy.animatic.expressions.stickers import SIGNS, sign
from understudy.animatic.faces.lips import FacePose, Mimic
from understudy.animatic.perception import Eyes
from understudy.animatic.performer import Face, Plate
from understudy.core.faults import Refused
from understudy.core.request import Capability, Role
from understudy.core.units import Size
from understudy.media.video import read_video
from unit.animatic.drafts.headshots import local, made, portrait

SIZE = Size(256, 256)
NAMES = tuple(EXPRESSIONS)


@pytest.fixture(scope="module")
def eyes() -> Eyes:
    return Eyes(models_folder())


@pytest.fixture(scope="module")
def stage(eyes: Eyes) -> tuple[Headshot, Face]:
    """The smiling portrait, 256 pixels, ready to act."""
    picture = np.ascontiguousarray(photo("astronaut")[0:300, 80:380])
    picture = np.asarray(cv2.resize(picture, (256, 256), interpolation=cv2.INTER_AREA), np.uint8)
    face = eyes.faces(picture, parts=2)[0]
    return Headshot(picture, face, _figure(picture, eyes)), face


def acted(stage: tuple[Headshot, Face], name: str, share: float) -> Plate:
    headshot, face = stage
    expression = EXPRESSIONS[name]
    pose, bearing = expression.pose(share), expression.bearing(share)
    picture = headshot.paint(pose, bearing)
    Headmarks(headshot, face, expression.marks).paint(picture, share, share * expression.seconds, pose, bearing)
    return picture


# the curves -----------------------------------------------------------------------------------------------------------


def test_there_are_the_twenty_of_the_vendor() -> None:
    assert len(EXPRESSIONS) == 20
    assert {name.split("_")[0] for name in NAMES} == {"mengwa", "dagong", "jingdian"}
    assert len({each.meaning for each in EXPRESSIONS.values()}) == 20


@pytest.mark.parametrize("name", NAMES)
def test_each_is_written_in_known_words(name: str) -> None:
    expression = EXPRESSIONS[name]
    assert expression.tracks <= TRACKS
    assert 2.0 <= expression.seconds <= 5.0
    for mark in expression.marks:
        assert mark.sign in SIGNS
        assert mark.at in SPOTS
        assert mark.moves in _MOVES
        assert 0 < mark.start < mark.end < 1
    for keys in expression.curves.values():
        moments = [moment for moment, _ in keys]
        assert moments == sorted(moments)


@pytest.mark.parametrize("name", NAMES)
def test_each_begins_and_ends_as_the_photograph(name: str) -> None:
    for share in (0.0, 1.0):
        assert EXPRESSIONS[name].pose(share) == FacePose()
        assert EXPRESSIONS[name].bearing(share) == Bearing()


@given(st.sampled_from(NAMES), st.floats(0, 1))
def test_no_curve_leaves_its_limits_or_jumps(name: str, share: float) -> None:
    expression = EXPRESSIONS[name]
    pose = expression.pose(share)
    assert all(0 <= v <= 1 for v in (pose.opening, pose.closed, pose.blink, *pose.shut))
    assert all(abs(v) <= 20 for v in (pose.yaw, pose.pitch, pose.roll))
    # a lid falls within two frames, nothing is quicker
    for track in expression.tracks:
        step = abs(expression.value(track, min(1.0, share + 1e-4)) - expression.value(track, share))
        assert step < (0.1 if track in ("yaw", "pitch", "roll", "sway") else 0.03)


def test_the_twenty_differ_from_each_other(stage: tuple[Headshot, Face]) -> None:
    """Acted by one face, any two of them are further apart than what changes within one in a tenth of its time."""
    films = {name: np.stack([acted(stage, name, share)[::4, ::4] for share in (0.4, 0.62, 0.78)]) for name in NAMES}
    gaps = {(a, b): float(np.abs(films[a].astype(np.int16) - films[b]).mean()) for a, b in combinations(NAMES, 2)}
    nearest = min(gaps, key=lambda pair: gaps[pair])
    assert gaps[nearest] > 2.0, (nearest, gaps[nearest])


def test_the_twenty_differ_in_what_the_face_does() -> None:
    tracks = sorted(TRACKS - {"x", "y", "sway", "stretch", "near", "yaw", "pitch", "roll"})
    shares = np.linspace(0.05, 0.95, 40)
    acting = {n: np.array([[e.value(t, s) for t in tracks] for s in shares]) for n, e in EXPRESSIONS.items()}
    for a, b in combinations(NAMES, 2):
        assert np.abs(acting[a] - acting[b]).max(axis=0).sum() > 0.8, (a, b)


# the figure -----------------------------------------------------------------------------------------------------------


def test_at_rest_it_is_the_photograph_to_the_bit(stage: tuple[Headshot, Face]) -> None:
    assert np.array_equal(stage[0].paint(FacePose(), Bearing()), stage[0].picture)


@pytest.mark.parametrize(
    ("mimic", "above", "below"),
    [
        (Mimic(smile_left=1, smile_right=1), 61, 17),  # corners of the mouth go up
        (Mimic(brow_left=1, brow_right=1), 52, 159),
    ],
)
def test_features_go_where_they_are_told(stage: tuple[Headshot, Face], mimic: Mimic, above: int, below: int) -> None:
    headshot, face = stage
    x, y = (float(v) for v in face.mesh[above, :2])
    _, moved = headshot.where((x, y), FacePose(mimic=mimic), Bearing())
    assert moved < y - 0.02 * headshot.face_height
    other = float(face.mesh[below, 0]), float(face.mesh[below, 1])
    assert headshot.where(other, FacePose(mimic=mimic), Bearing())[1] - other[1] > moved - y


@pytest.mark.parametrize("name", ["smile_left", "brow_right", "slant", "wide", "squint", "sneer", "puff", "gaze_x"])
def test_each_movement_is_seen_and_stays_in_the_face(stage: tuple[Headshot, Face], name: str) -> None:
    headshot, face = stage
    painted = headshot.paint(FacePose(mimic=Mimic(**{name: 1.0})), Bearing())
    changed = np.abs(painted.astype(int) - headshot.picture).max(axis=2) > 24
    left, top, right, bottom = (round(v) for v in face.box)
    assert changed.sum() >= 8
    assert changed[max(0, top - 12) : bottom + 12, max(0, left - 12) : right + 12].sum() > 0.75 * changed.sum()


def test_one_eye_winks_and_the_other_does_not(stage: tuple[Headshot, Face]) -> None:
    headshot, face = stage
    painted = headshot.paint(FacePose(mimic=Mimic(shut_right=1.0)), Bearing())
    changed = np.abs(painted.astype(int) - headshot.picture).max(axis=2)

    def at(points: tuple[int, int]) -> int:
        x, y = face.mesh[list(points), :2].mean(axis=0).round().astype(int)
        return int(changed[y - 2 : y + 3, x - 2 : x + 3].max())

    assert at((374, 386)) > 60
    assert at((145, 159)) < 24


def test_a_tongue_is_red(stage: tuple[Headshot, Face]) -> None:
    headshot, face = stage
    pose = FacePose(opening=0.3, mimic=Mimic(tongue=1.0))
    x, y = headshot.where((float(face.mesh[17, 0]), float(face.mesh[17, 1])), pose, Bearing())
    red, green, blue = headshot.paint(pose, Bearing())[round(y) + 2, round(x)].astype(int)
    assert red > green + 50
    assert red > blue + 50


def test_a_figure_moves_before_its_backdrop(stage: tuple[Headshot, Face]) -> None:
    headshot, _ = stage
    assert headshot.outlined
    painted = headshot.paint(FacePose(), Bearing(x=0.2))
    changed = np.abs(painted.astype(int) - headshot.picture).max(axis=2) > 24
    assert changed.mean() > 0.05
    assert changed[:40, :40].mean() < 0.02  # a corner of the wall


@pytest.mark.parametrize("name", sorted(SIGNS))
def test_every_sign_is_drawn_at_the_size_asked_for(name: str) -> None:
    drawn = sign(name, 40)
    assert drawn.shape[0] == 40
    assert drawn.dtype == np.uint8
    assert drawn[..., 3].max() > 100
    assert (drawn[..., 3] == 0).mean() > 0.02


def test_signs_in_the_air_are_seen_whole(stage: tuple[Headshot, Face]) -> None:
    headshot, face = stage
    blank = np.zeros_like(headshot.picture)
    mark = Mark("heart", "upper_right", 0.5, 0.1, 0.9, x=5.0, y=-5.0)
    Headmarks(headshot, face, (mark,)).paint(blank, 0.5, 1.5, FacePose(), Bearing())
    drawn = sign("heart", round(0.5 * headshot.face_height))
    assert (blank.max(axis=2) > 0).sum() == pytest.approx((drawn[..., 3] > 2).sum(), rel=0.15)


# the film -------------------------------------------------------------------------------------------------------------


def film_of(path: Path) -> list[Plate]:
    return list(read_video(path, max_height=512, max_frames=200, frames_per_second=Fraction(15)))


def test_a_film_is_silent_loops_and_says_what_it_is(tmp_path: Path) -> None:
    options = {"driven_id": "jingdian_tiaopi"}
    reel = made(tmp_path, Capability.EXPRESSION, local(tmp_path, portrait("calm")), options, size=SIZE)
    assert reel.facts is not None
    assert reel.path is not None
    assert reel.facts.size == SIZE
    assert reel.facts.frames_per_second == 15
    assert reel.facts.frame_count == round(15 * EXPRESSIONS["jingdian_tiaopi"].seconds)
    assert not reel.facts.has_sound
    assert "This is a draft" in reel.notes[0]
    pictures = film_of(reel.path)
    loop = float(np.abs(pictures[0].astype(int) - pictures[-1]).mean())
    peak = float(np.abs(pictures[0].astype(int) - pictures[len(pictures) // 2]).mean())
    # what is left is the encoder's; the curves' ends are exact (see above)
    assert peak > 4 * loop


def test_the_same_order_gives_the_same_bytes(tmp_path: Path) -> None:
    media = local(tmp_path, portrait("calm"))
    films = []
    for turn in ("one", "two"):
        folder = tmp_path / turn
        folder.mkdir()
        reel = made(folder, Capability.EXPRESSION, media, {"driven_id": "dagong_zhuakuang"}, size=SIZE, frame_count=12)
        assert reel.path is not None
        assert reel.facts is not None
        assert reel.facts.frame_count == 12
        films.append(reel.path.read_bytes())
    assert films[0] == films[1]


def test_the_frame_is_the_part_of_the_picture_that_is_shown(tmp_path: Path) -> None:
    options = {"driven_id": "dagong_weixiao", "face_box": [357, 138, 546, 355], "frame_box": [181, 0, 721, 540]}
    reel = made(
        tmp_path, Capability.EXPRESSION, local(tmp_path, portrait("smiling")), options, size=SIZE, frame_count=2
    )
    assert reel.path is not None
    shown = cv2.resize(portrait("smiling")[0:540, 181:721], (256, 256), interpolation=cv2.INTER_AREA)
    assert np.abs(film_of(reel.path)[0].astype(int) - shown).mean() < 4


def test_without_models_the_picture_moves_and_the_notes_say_so(tmp_path: Path) -> None:
    options = {"driven_id": "mengwa_jidong", "face_box": [357, 138, 546, 355], "frame_box": [181, 0, 721, 540]}
    media = local(tmp_path, portrait("smiling"))
    reel = made(tmp_path, Capability.EXPRESSION, media, options, size=SIZE, frame_count=15, models=False)
    assert reel.path is not None
    assert any("understudy models install" in note for note in reel.notes)
    pictures = film_of(reel.path)
    assert np.abs(pictures[0].astype(int) - pictures[7]).mean() > 2


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("calm", {"driven_id": "mengwa_nobody"}, "Choose one of: mengwa_kaixin"),
        ("calm", {}, "Choose one of"),
        ("chelsea", {"driven_id": "jingdian_lei"}, r"^No human face detected\. Give a picture"),
        ("chelsea", {"driven_id": "jingdian_lei", "frame_box": [0, 0, 300, 300]}, r"^No human face detected\."),
        ("calm", {"driven_id": "jingdian_lei", "frame_box": [300, 0, 100, 300]}, "x1 < x2"),
        ("calm", {"driven_id": "jingdian_lei", "frame_box": [5000, 5000, 5400, 5400]}, "next to nothing"),
    ],
)
def test_what_cannot_be_acted_is_refused(tmp_path: Path, name: str, options: dict[str, object], words: str) -> None:
    picture = portrait(name) if name == "calm" else photo(name)
    with pytest.raises(Refused, match=words):
        made(tmp_path, Capability.EXPRESSION, local(tmp_path, picture), options, size=SIZE)


def test_a_portrait_is_needed(tmp_path: Path) -> None:
    brief = DraftBrief(Capability.EXPRESSION, options={"driven_id": "jingdian_lei"})
    assert Role.PORTRAIT not in brief.media
    with pytest.raises(Refused, match="Give a picture"):
        make_draft(brief, tmp_path, lambda done, stage: None)
