"""A face talks, blinks and turns, and nothing else of the picture changes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sight import models_folder, photo
from understudy.animatic.faces.lips import Anatomy, FacePose
from understudy.animatic.faces.portrait import prepare, talk
from understudy.animatic.perception import Eyes
from understudy.animatic.performer import Face, Sprite
from unit.animatic.mask import BEHIND, IRIS, LIP, SKIN, drawn_face


def painted(sprite: Sprite, face: Face, pose: FacePose) -> Sprite:
    """The whole sprite in a pose."""
    patch, (left, top) = prepare(sprite, face).paint(pose)
    whole = sprite.copy()
    whole[top : top + patch.shape[0], left : left + patch.shape[1]] = patch
    return whole


def near(sprite: Sprite, colour: tuple[int, int, int], reach: int = 60) -> np.ndarray:
    return np.abs(sprite[..., :3].astype(int) - colour).sum(axis=2) < reach


def dark_rows(sprite: Sprite, face: Face) -> int:
    """Height in px of the dark between the lips, in the middle column of the mouth."""
    column = int(face.mesh[13, 0])
    top, bottom = int(face.mesh[0, 1]) - 5, int(face.mesh[152, 1])
    return int((sprite[top:bottom, column, :3].astype(int).sum(axis=1) < 255).sum())


poses = st.builds(
    FacePose,
    opening=st.floats(0, 1),
    width=st.floats(-1, 1),
    closed=st.floats(0, 1),
    blink=st.floats(0, 1),
    yaw=st.floats(-15, 15),
    pitch=st.floats(-15, 15),
    roll=st.floats(-15, 15),
)


@settings(max_examples=25, deadline=None)
@given(poses, st.sampled_from([0, 14]), st.sampled_from([0.0, -20.0, 12.0]), st.booleans())
def test_any_pose_gives_a_patch_within_the_sprite(pose: FacePose, teeth: int, roll: float, opaque: bool) -> None:
    sprite, face = drawn_face(120, teeth=teeth, roll=roll, opaque=opaque)
    before = sprite.copy()
    patch, (left, top) = talk(sprite, face, pose)
    assert patch.dtype == np.uint8
    assert patch.ndim == 3
    assert patch.shape[2] == 4
    assert left >= 0
    assert top >= 0
    assert left + patch.shape[1] <= sprite.shape[1]
    assert top + patch.shape[0] <= sprite.shape[0]
    assert np.array_equal(sprite, before)
    if opaque:
        assert (patch[..., 3] == 255).all()


def test_no_pose_no_change() -> None:
    sprite, face = drawn_face()
    patch, _ = prepare(sprite, face).paint(FacePose())
    assert patch.shape == (0, 0, 4)


def test_the_same_pose_gives_the_same_pixels() -> None:
    sprite, face = drawn_face(160)
    pose = FacePose(0.6, -0.4, 0, 0.3, 3, -2, 1)
    portrait = prepare(sprite, face)
    first = portrait.paint(pose)[0]
    portrait.paint(FacePose(1.0, yaw=9))
    assert np.array_equal(first, portrait.paint(pose)[0])
    assert np.array_equal(first, talk(sprite, face, pose)[0])


# the mouth ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("teeth", [0, 12])
def test_the_mouth_opens_with_opening(teeth: int) -> None:
    sprite, face = drawn_face(300, teeth=teeth)
    gaps = [dark_rows(painted(sprite, face, FacePose(opening)), face) for opening in (0.0, 0.3, 0.6, 1.0)]
    assert gaps == sorted(gaps)
    assert gaps[0] == 0
    assert gaps[3] >= 8
    # never a puppet's jaw: the whole gap stays below a third of the mouth's width
    assert gaps[3] < 0.33 * 116


def test_the_chin_follows_and_the_eyes_do_not() -> None:
    sprite, face = drawn_face(300)
    opened = painted(sprite, face, FacePose(1.0))
    column = sprite.shape[1] // 2
    heights = [np.flatnonzero(picture[:, column, 3] > 128)[-1] for picture in (sprite, opened)]
    assert 8 < heights[1] - heights[0] < 40
    nose = int(face.mesh[2, 1])
    assert np.array_equal(opened[: nose - 4], sprite[: nose - 4])


def test_teeth_stay_with_the_skull() -> None:
    sprite, face = drawn_face(300, teeth=16)
    opened = painted(sprite, face, FacePose(1.0))
    column, row = int(face.mesh[13, 0]), int(face.mesh[13, 1])
    assert np.abs(opened[row + 4 : row + 12, column, :3].astype(int) - sprite[row + 4 : row + 12, column, :3]).max() < 8


@pytest.mark.parametrize("teeth", [6, 12, 24])
def test_pressed_lips_hide_the_teeth(teeth: int) -> None:
    sprite, face = drawn_face(300, teeth=teeth)
    column = int(face.mesh[13, 0])
    rows = slice(int(face.mesh[0, 1]), int(face.mesh[17, 1]))

    def bright(picture: Sprite) -> int:
        return int((picture[rows, column, :3].astype(int).sum(axis=1) > 690).sum())

    assert bright(sprite) >= teeth - 3
    assert bright(painted(sprite, face, FacePose(closed=1))) == 0
    assert bright(painted(sprite, face, FacePose(opening=0.8, closed=1))) == 0
    assert dark_rows(painted(sprite, face, FacePose(opening=0.8, closed=1)), face) <= 3


def lip_width(sprite: Sprite, face: Face) -> int:
    columns = np.flatnonzero(near(sprite, LIP, 90)[int(face.mesh[2, 1]) :].any(axis=0))
    return int(columns[-1] - columns[0])


def test_lips_round_and_spread() -> None:
    sprite, face = drawn_face(300)
    rest = lip_width(sprite, face)
    assert 0.65 * rest < lip_width(painted(sprite, face, FacePose(width=-1)), face) < 0.85 * rest
    assert 1.03 * rest < lip_width(painted(sprite, face, FacePose(width=1)), face) < 1.2 * rest


@pytest.mark.parametrize("pose", [FacePose(0.4, -1), FacePose(0.1, -1), FacePose(1, -1), FacePose(0.5, 1)])
def test_no_dark_corner_outside_the_lips(pose: FacePose) -> None:
    sprite, face = drawn_face(300)
    whole = painted(sprite, face, pose)
    dark = (whole[..., :3].astype(int).sum(axis=2) < 280) & (whole[..., 3] > 128)
    dark[: int(face.mesh[2, 1])] = False  # brows and irises
    lips = near(whole, LIP, 110) & (whole[..., 3] > 128)
    assert dark.any()
    for column in np.flatnonzero(dark.any(axis=0)):
        depth, rim = np.flatnonzero(dark[:, column]), np.flatnonzero(lips[:, column])
        assert rim.min() < depth.min()
        assert rim.max() > depth.max()


def test_a_tilted_head_opens_its_mouth_along_its_own_chin() -> None:
    sprite, face = drawn_face(300, roll=25)
    opened = painted(sprite, face, FacePose(1.0))
    dark = opened[..., :3].astype(int).sum(axis=2) < 300
    lips, chin = face.mesh[14, :2], face.mesh[152, :2]
    step = (chin - lips) / np.linalg.norm(chin - lips)
    along = [dark[tuple(np.round(lips + step * d).astype(int)[::-1])] for d in range(12, 22)]  # below a hint of teeth
    assert sum(along) >= 6


# the edge -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pose",
    [FacePose(1.0), FacePose(0.5, -1), FacePose(yaw=10), FacePose(roll=8, pitch=5), FacePose(1, 1, yaw=-10, roll=-8)],
)
def test_no_rim_of_what_was_behind(pose: FacePose) -> None:
    sprite, face = drawn_face(300)
    whole = painted(sprite, face, pose)
    seen = whole[..., 3] > 6
    blue = whole[..., 2].astype(int) - whole[..., 0]
    assert BEHIND == (0, 0, 255)
    assert blue[seen & ~near(whole, IRIS, 150) & (np.arange(whole.shape[0])[:, None] > face.mesh[2, 1])].max() < 20


def test_what_is_far_from_the_head_stays() -> None:
    sprite, face = drawn_face(200, opaque=True, margin=1.2)
    rng = np.random.default_rng(0)
    cloth = cv2.GaussianBlur(rng.uniform(-1, 1, sprite.shape[:2]), (0, 0), 3) * 250
    sprite[..., :3] = np.clip(sprite[..., :3] + cloth[..., None], 0, 255)
    whole = painted(sprite, face, FacePose(1, 1, 0, 1, 10, 10, 10))
    changed = np.argwhere((whole != sprite).any(axis=2))
    left, top, right, bottom = face.box
    wide, tall = right - left, bottom - top
    assert changed[:, 1].min() > left - 0.45 * wide
    assert changed[:, 1].max() < right + 0.45 * wide
    assert changed[:, 0].max() < bottom + 0.8 * tall
    # and at the border of what changes the picture does not tear
    patch, (x, y) = prepare(sprite, face).paint(FacePose(yaw=8, roll=6))
    for inner, outer in (
        (patch[0], sprite[y, x : x + patch.shape[1]]),
        (patch[:, 0], sprite[y : y + patch.shape[0], x]),
        (patch[:, -1], sprite[y : y + patch.shape[0], x + patch.shape[1] - 1]),
    ):
        assert np.abs(inner.astype(int) - outer).mean() < 3


# lids and turns -------------------------------------------------------------------------------------------------------


def test_a_blink_covers_the_iris_and_leaves_the_brow() -> None:
    sprite, face = drawn_face(300)
    irises = [int(near(painted(sprite, face, FacePose(blink=b)), IRIS, 90).sum()) for b in (0.0, 0.5, 1.0)]
    assert irises[0] > 400
    assert irises[0] > irises[1] > irises[2]
    assert irises[2] < 10
    whole = painted(sprite, face, FacePose(blink=1))
    brow = slice(int(face.mesh[52, 1]) - 8, int(face.mesh[52, 1]) + 6)
    assert np.abs(whole[brow].astype(int) - sprite[brow]).max() < 12


def test_closed_lids_are_skin() -> None:
    sprite, face = drawn_face(300)
    whole = painted(sprite, face, FacePose(blink=1))
    eye = whole[int(face.mesh[159, 1]) - 2 : int(face.mesh[145, 1]) - 1, int(face.mesh[159, 0])]
    assert near(eye[None], SKIN, 40).mean() > 0.85


@pytest.mark.parametrize(
    ("pose", "axis", "sign"),
    [(FacePose(yaw=8), 0, 1), (FacePose(yaw=-8), 0, -1), (FacePose(pitch=8), 1, 1), (FacePose(pitch=-8), 1, -1)],
)
def test_turns_move_the_near_parts_most(pose: FacePose, axis: int, sign: int) -> None:
    sprite, face = drawn_face(300)
    whole = painted(sprite, face, pose)

    def centre(picture: Sprite, colour: tuple[int, int, int]) -> float:
        return float(np.argwhere(near(picture, colour, 60)).mean(axis=0)[1 - axis])

    moved = centre(whole, LIP) - centre(sprite, LIP)
    assert sign * moved > 4
    edges = [np.flatnonzero(picture[picture.shape[0] // 2, :, 3] > 128) for picture in (sprite, whole)]
    assert abs(int(edges[0][0]) - int(edges[1][0])) < 4
    assert abs(int(edges[0][-1]) - int(edges[1][-1])) < 4


def test_roll_tilts_about_the_neck() -> None:
    sprite, face = drawn_face(300)
    whole = painted(sprite, face, FacePose(roll=8))
    lips = [np.argwhere(near(picture, LIP, 60)).mean(axis=0)[1] for picture in (sprite, whole)]
    brows = [np.argwhere(near(picture, (90, 60, 40), 60)).mean(axis=0)[1] for picture in (sprite, whole)]
    assert brows[1] - brows[0] > lips[1] - lips[0] > 3  # clockwise: the higher, the further to the right


def test_the_face_of_a_video_frame_costs_little_to_prepare() -> None:
    """Nothing is computed over the whole sprite: a huge one is prepared like a small one."""
    sprite, face = drawn_face(300)
    huge = np.zeros((3000, 3000, 4), np.uint8)
    huge[: sprite.shape[0], : sprite.shape[1]] = sprite
    portrait = prepare(huge, face)
    assert portrait.premultiplied is None
    assert portrait.depth is None
    patch, at = portrait.paint(FacePose(0.5))
    assert patch.shape[0] < 450
    assert np.array_equal(patch, prepare(sprite, face).paint(FacePose(0.5))[0]) or at != (0, 0)


# a real face ----------------------------------------------------------------------------------------------------------


def test_a_photographed_face_talks() -> None:
    picture = photo("astronaut")
    face = Eyes(models_folder()).faces(picture)[0]
    sprite = np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])
    anatomy = Anatomy(face.mesh)
    assert anatomy.rest_gap > 4  # she smiles
    wide, shut = painted(sprite, face, FacePose(1.0)), painted(sprite, face, FacePose(closed=1))
    assert dark_rows(wide, face) >= 4
    mouth = np.s_[int(face.mesh[0, 1]) : int(face.mesh[17, 1]), int(face.mesh[78, 0]) : int(face.mesh[308, 0])]

    def teeth(whole: Sprite) -> int:
        pixels = whole[mouth][..., :3].astype(int)
        return int(((np.ptp(pixels, axis=2) < 45) & (pixels.sum(axis=2) > 560)).sum())

    assert teeth(sprite) > 100
    assert teeth(wide) > 0.8 * teeth(sprite)
    assert teeth(shut) < 0.4 * teeth(sprite)  # highlights on lips and cheeks count too
    blink = painted(sprite, face, FacePose(blink=1))
    eye = np.s_[
        int(face.mesh[159, 1]) : int(face.mesh[145, 1]), int(face.mesh[159, 0]) - 2 : int(face.mesh[159, 0]) + 3
    ]
    assert blink[eye][..., :3].std() < sprite[eye][..., :3].std()


# glasses --------------------------------------------------------------------------------------------------------------


def test_a_blink_behind_glasses_leaves_their_frame_and_their_reflections() -> None:
    sprite, face = drawn_face(300, opaque=True)
    eye_x, lid = int(face.mesh[159, 0]), int(face.mesh[159, 1])
    frame = np.s_[lid - 20 : lid - 13, eye_x - 45 : eye_x + 46]
    glint = np.s_[lid - 11 : lid - 6, eye_x + 12 : eye_x + 20]
    sprite[frame][..., :3] = 20
    sprite[glint][..., :3] = 255
    whole = painted(sprite, face, FacePose(blink=1))
    assert np.abs(whole[frame].astype(int) - sprite[frame]).max() < 25
    assert np.abs(whole[glint][1:-1, 1:-1].astype(int) - sprite[glint][1:-1, 1:-1]).max() < 25
    eye = whole[lid - 2 : int(face.mesh[145, 1]) - 2, eye_x - 12 : eye_x + 10, :3]
    assert near(eye, SKIN, 60).mean() > 0.8  # neither frame nor reflection comes down with the lid
