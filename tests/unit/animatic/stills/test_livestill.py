"""The crafts of a still that lives: what is behind somebody, how near things are, cameras, gestures, wind and rain."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sight import models_folder, photo
from understudy.animatic.camera import View
from understudy.animatic.faces._patch import premultiplied
from understudy.animatic.perception import Eyes
from understudy.animatic.screenplay import CameraMove, Move, Side, Verb, Weather
from understudy.animatic.stills.depths import guess_depths
from understudy.animatic.stills.foreground import find_foreground
from understudy.animatic.stills.gestures import Errand, act, find_errand
from understudy.animatic.stills.glass import falling
from understudy.animatic.stills.parallax import MARGIN, Pose, Stage, widened
from understudy.animatic.stills.stillcamera import still_views
from understudy.animatic.stills.stirring import Stir, Stirring, find_stirs
from understudy.core.units import Size
from unit.animatic.drafts.still import likeness

SIZE = Size(240, 160)


def lots() -> np.random.Generator:
    return np.random.default_rng(4)


# depths ---------------------------------------------------------------------------------------------------------------


def test_a_landscape_has_far_sky_and_near_ground() -> None:
    picture = np.zeros((160, 240, 3), np.uint8)
    picture[:80] = (150, 190, 240)
    ground = lots().integers(40, 120, (80, 240, 1), np.uint8)
    picture[80:] = np.concatenate([ground // 2, ground, ground // 3], axis=2)
    found = guess_depths(picture, False)
    assert found.horizon is not None
    assert 0.42 < found.horizon < 0.58
    rows = found.near.mean(axis=1)
    assert rows[:40].max() < 0.12
    assert rows[-6] > 0.8
    assert (np.diff(rows[60:]) > -0.02).all()


@pytest.mark.parametrize("name", ["coffee", "chelsea", "rocket", "astronaut"])
def test_nearness_is_smooth(name: str) -> None:
    near = guess_depths(photo(name), name == "astronaut").near
    assert near.min() >= 0
    assert near.max() <= 1
    assert np.abs(np.diff(near, axis=0)).max() < 0.2


def test_who_stands_in_front_is_found_whole() -> None:
    eyes = Eyes(models_folder())
    found = find_foreground(cv2.resize(photo("astronaut"), (360, 360)), eyes)
    assert found.mask is not None
    assert found.face is not None
    assert found.is_person
    assert found.mask[240, 140] > 0.95  # the suit
    assert found.mask[40, 330] < 0.05  # the wall
    left, top, right, bottom = found.face.box
    assert found.mask[int(top) : int(bottom), int(left) : int(right)].mean() > 0.95
    nobody = find_foreground(cv2.resize(photo("rocket"), (360, 240)), eyes)
    assert nobody.face is None


# the stage and its camera ---------------------------------------------------------------------------------------------


def test_at_home_the_stage_shows_the_picture() -> None:
    picture = cv2.resize(photo("coffee"), (240, 160), interpolation=cv2.INTER_AREA)
    stage = Stage(SIZE, guess_depths(picture, False).near)
    seen = stage.backdrop(widened(picture, SIZE), View(120, 80))
    assert likeness(seen, picture) > 45


def test_what_is_near_grows_more_and_who_stands_in_front_most() -> None:
    near = np.zeros((16, 24), np.float32)
    near[:, 12:] = 1.0
    stage = Stage(SIZE, cv2.GaussianBlur(near, (0, 0), 1.0))
    ramp = np.repeat(np.arange(240, dtype=np.uint8)[None], 160, axis=0)
    seen = stage.backdrop(widened(cv2.merge([ramp] * 3), SIZE), View(120, 80, 1.3))[80, :, 0].astype(int)
    assert seen[210] - seen[190] < seen[50] - seen[30]
    front = stage.front(
        premultiplied(np.dstack([ramp, ramp, ramp, np.full_like(ramp, 255)])[..., :4].copy()), View(120, 80), Pose(x=10)
    )
    assert front is not None


MOVES = st.lists(
    st.builds(CameraMove, st.sampled_from(list(Move)), st.one_of(st.none(), st.sampled_from(list(Side)))), max_size=3
)


@settings(max_examples=60, deadline=None)
@example([CameraMove(Move.PUSH_IN), CameraMove(Move.TRUCK), CameraMove(Move.TRACK)], 4.0, 2, False)
@example([CameraMove(Move.PAN, Side.LEFT), CameraMove(Move.TRACK, Side.LEFT), CameraMove(Move.ORBIT)], 4.0, 2, False)
@given(MOVES, st.floats(1, 15), st.integers(2, 40), st.booleans())
def test_every_way_begins_with_the_picture_and_never_looks_past_the_margin(
    moves: list[CameraMove], seconds: float, count: int, anchored: bool
) -> None:
    views = still_views(moves, seconds, count, SIZE, lots(), (60.0, 8.0) if anchored else None)
    assert len(views) == count
    assert views[0] == View(120, 80)
    edge = (MARGIN + 0.03) * max(SIZE.width, SIZE.height)
    for near in (0.42, 1.0):
        left, top, right, bottom = views[-1].rectangle(near, SIZE)
        assert left > -edge
        assert top > -edge
        assert right < SIZE.width + edge
        assert bottom < SIZE.height + edge


def test_a_push_leaves_its_anchor_in_place() -> None:
    views = still_views([CameraMove(Move.PUSH_IN)], 5, 30, SIZE, lots(), (90.0, 10.0))
    spot = views[-1].matrix(1.0, SIZE) @ (90, 10, 1)
    assert np.allclose(spot, (90, 10), atol=0.01)
    assert views[-1].zoom > 1.15


# gestures -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "errand"),
    [
        ("一只小猫在草地上奔跑", Errand((Verb.RUN,))),
        ("小猫向左跑出画面", Errand((Verb.RUN,), True, True)),
        ("她点头，然后微笑", Errand((Verb.NOD, Verb.SMILE))),
        ("火箭发射升空", Errand((), rises=True)),
        ("The girl nods and smiles.", Errand((Verb.NOD, Verb.SMILE))),
        ("The dog runs out of the frame", Errand((Verb.RUN,), True)),
        ("镜头跟着走，慢慢推近", Errand()),
        ("女孩说：“快跑出画面”", Errand()),
        ("老奶奶看着镜头说：“孩子们。”然后点头微笑", Errand((Verb.NOD, Verb.SMILE))),
        ("She looks into the camera and nods", Errand((Verb.LOOK, Verb.NOD))),
        ("", Errand()),
    ],
)
def test_errands_are_read_from_the_prompt_but_not_from_camera_or_quotes(prompt: str, errand: Errand) -> None:
    assert find_errand(prompt) == errand


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(list(Verb)), max_size=4, unique=True), st.booleans(), st.booleans(), st.booleans())
def test_gestures_begin_at_rest_and_never_jump(verbs: list[Verb], leaves: bool, rises: bool, cut: bool) -> None:
    made = act(Errand(tuple(verbs), leaves, False, rises), 5.0, 150, SIZE, is_cut=cut, tall=120, nods=True)
    assert made.pose(0) == Pose()
    for track, most in ((made.x, 14.0), (made.y, 14.0), (made.turn, 3.0), (made.yaw, 3.0), (made.pitch, 3.0)):
        assert np.abs(np.diff(track)).max() < most
    part = made.part(30, 20)
    assert part.pose(0) == made.pose(30)


def test_who_leaves_is_gone() -> None:
    made = act(Errand((Verb.RUN,), True, True), 4.0, 96, SIZE, is_cut=True, tall=120)
    assert made.x[-1] < -SIZE.width
    assert act(Errand(rises=True), 4.0, 96, SIZE, is_cut=False, tall=120).y[-1] < -0.4 * SIZE.height


# wind and rain --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "named", "windy"),
    [
        ("湖面泛起涟漪，白云飘过", (Stir.WATER, Stir.CLOUDS), False),
        ("微风吹过，她的长发飘动", (Stir.HAIR,), True),
        ("smoke rises from the campfire flames", (Stir.SMOKE, Stir.FIRE), False),
        ("she waves to him", (), False),
        ("草莓蛋糕", (), False),
    ],
)
def test_what_stirs_is_read_from_the_prompt(prompt: str, named: tuple[Stir, ...], windy: bool) -> None:
    found = find_stirs(prompt)
    assert found.named == named
    assert found.windy is windy


def test_only_what_is_there_stirs_and_the_rest_is_reported() -> None:
    picture = np.zeros((160, 240, 3), np.uint8)
    picture[:70] = (235, 235, 240)
    picture[70:] = (60, 110, 150)
    depths = guess_depths(picture, False)
    stage = Stage(SIZE, depths.near)
    stirring = Stirring(find_stirs("海浪，火焰"), picture, depths, stage, lots())
    assert stirring.missing == (Stir.FIRE,)
    field = stirring.backdrop(3.0)
    assert field is not None
    assert np.abs(field[-6:-2]).max() > 0.4
    assert np.abs(field[:5]).max() < 0.1
    start = stirring.backdrop(0.0)
    assert start is not None
    assert not start.any()
    assert Stirring(find_stirs("安静"), picture, depths, stage, lots()).backdrop(3.0) is None


@pytest.mark.parametrize("weather", [Weather.RAIN, Weather.SNOW, Weather.FOG])
def test_weather_comes_slowly_and_lightens(weather: Weather) -> None:
    far, near = falling((weather,), SIZE, lots())
    assert far is not None
    assert near is not None
    dark = np.full((160, 240, 3), 60, np.uint8)
    seen = []
    for seconds in (0.0, 0.5, 5.0):
        picture = dark.copy()
        far.over(picture, 20, seconds)
        seen.append(float(picture.mean()))
    assert seen[0] == 60
    assert 60 < seen[1] < seen[2]
    assert falling((Weather.NIGHT,), SIZE, lots()) == (None, None)
